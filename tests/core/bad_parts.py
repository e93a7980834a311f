"""Drafts whose units, cards, tiers, rewards or form are wrong: `# <-` marks the line that is to be named."""

TIERS = {
    "levels out of order": (
        """
tier_sets:
  - code: club
    name: Club
    levels:
      - {code: silver, name: Silver, threshold: 500}
      - {code: gold, name: Gold, threshold: 400}  # <-
rules:
  - {type: bonus, code: b, name: B, points: 1}
""",
        (
            "tier_sets[0].levels[1].threshold: Gold comes after Silver, which begins at 500: "
            "it has to begin higher than that, not at 400."
        ),
    ),
    "a level whose reward counts towards the level": (
        """
tier_sets:
  - code: club
    name: Club
    levels:
      - code: gold
        name: Gold
        threshold: 500
        rewards: [welcome]  # <-
rules:
  - {type: bonus, code: b, name: B, points: 1}
rewards:
  - {code: welcome, name: Welcome gift, kind: points, gives: {unit: points, amount: 100}}
""",
        (
            "tier_sets[0].levels[0].rewards[0]: This goes round in circles: Gold gives “Welcome gift”, "
            "which is points, points count towards “Club”. Give a reward that does not count there."
        ),
    ),
    "two tier sets that feed each other": (
        """
units:
  - {code: points, name: {singular: point, plural: points}}
  - {code: stars, name: {singular: star, plural: stars}}
rules:
  - {type: bonus, code: b, name: B, points: 1}
tier_sets:
  - code: club
    name: Club
    levels:
      - code: gold
        name: Gold
        threshold: 500
        rewards: [ten-stars]  # <-
  - code: sky
    name: Sky
    metric: {unit: stars}
    levels: [{code: high, name: High, threshold: 10, rewards: [bonus]}]
rewards:
  - {code: ten-stars, name: Ten stars, kind: points, gives: {unit: stars, amount: 10}}
  - {code: bonus, name: Bonus, kind: points, gives: {unit: points, amount: 50}}
""",
        (
            "tier_sets[0].levels[0].rewards[0]: This goes round in circles: Gold gives “Ten stars”, which is stars, "
            "stars count towards “Sky”, High gives “Bonus”, which is points, points count towards “Club”. "
            "Give a reward that does not count there."
        ),
    ),
    "no level at all": (
        """
tier_sets:
  - code: club
    name: Club
    levels: []  # <-
    metric: {of: spend}
""",
        "tier_sets[0].levels: A tier set has at least one level.",
    ),
}

UNITS = {
    "cashback without precision": (
        """
units:
  - code: cash  # <-
    kind: cashback
    name: {singular: dollar, plural: dollars}
""",
        "units[0].precision: Cashback says how many decimals it has: precision 2 counts as USD does.",
    ),
    "stamps without a card": (
        """
units:
  - code: coffee
    kind: stamps  # <-
    name: {singular: stamp, plural: stamps}
""",
        "units[0].kind: Stamps belong to a card and come with it: describe the card under stamp_cards instead.",
    ),
    "status points that pay": (
        """
units:
  - code: status
    kind: status
    name: {singular: star, plural: stars}
    pays: {}  # <-
""",
        "units[0].pays: Status points qualify for levels and are not spent: leave it out, or make the kind points.",
    ),
    "spending that is bounded for a store": (
        """
units:
  - code: stars
    name: {singular: star, plural: stars}
    spend_caps:
      - {limit: 100, period: day, per: store}  # <-
""",
        "units[0].spend_caps[0].per: What is spent is bounded for each member: leave out per.",
    ),
    "worth kept back that nobody knows": (
        """
units:
  - code: stars
    name: {singular: star, plural: stars}
    shortfall: withhold  # <-
""",
        "units[0].shortfall: To keep back what spent units were worth, it must be said what they pay: add pays.",
    ),
}

REWARDS = {
    "a price in status points": (
        """
units:
  - {code: points, name: {singular: point, plural: points}}
  - {code: status, kind: status, name: {singular: star, plural: stars}}
rewards:
  - code: mug
    name: Mug
    price:
      unit: status  # <-
      amount: 10
""",
        "rewards[0].price.unit: Status points are not spent: give the price in another unit.",
    ),
    "more than anybody can hold": (
        """
units:
  - {code: points, name: {singular: point, plural: points}, max_balance: 500}
rewards:
  - code: mug
    name: Mug
    price: {amount: 900}  # <-
""",
        (
            "rewards[0].price.amount: A member holds at most 500 points, and it costs 900 points: "
            "nobody can ever claim it."
        ),
    ),
    "points that buy more points": (
        """
rewards:
  - {code: lucky, name: L, kind: points, gives: {unit: points, amount: 90}, price: {amount: 80}}  # <-
""",
        "rewards[0].price.amount: It costs 80 points and gives 90 points: it makes units of nothing.",
    ),
    "a discount of nothing": (
        """
rewards:
  - {code: off, name: Off, kind: discount}  # <-
""",
        "rewards[0].gives: A discount is money off (minor) or percent off: give one of the two.",
    ),
    "a reward of stamps": (
        """
stamp_cards:
  - {code: coffee, name: Coffee card, size: 10, final: again}
rewards:
  - {code: again, name: A stamp, kind: points, gives: {unit: coffee, amount: 1}}  # <-
""",
        "rewards[0].gives.unit: Stamps come from rules, the team and codes: a reward gives another unit.",
    ),
    "points without saying how many": (
        """
rewards:
  - {code: off, name: Off, kind: points, gives: {unit: points}}  # <-
""",
        "rewards[0].gives: A points reward says how much of what: amount is missing.",
    ),
}

CARDS = {
    "a reward beyond the card": (
        """
stamp_cards:
  - code: coffee
    name: Coffee card
    size: 10
    final: free
    interim:
      5: free
      12: free  # <-
rewards:
  - {code: free, name: Free coffee}
""",
        "stamp_cards[0].interim.12: The card has 10 stamps: stamp 12 never comes.",
    ),
    "a reward on the way at the end": (
        """
stamp_cards:
  - {code: coffee, name: Coffee card, size: 10, final: free, interim: {10: free}}  # <-
rewards:
  - {code: free, name: Free coffee}
""",
        (
            "stamp_cards[0].interim.10: The 10th stamp fills the card: its reward is `final`, "
            "and cannot be one on the way too."
        ),
    ),
    "more a sale than a day": (
        """
stamp_cards:
  - code: coffee
    name: Coffee card
    size: 10
    final: free
    max_per_sale: 5  # <-
    max_per_day: 3
rewards:
  - {code: free, name: Free coffee}
""",
        "stamp_cards[0].max_per_sale: At most 3 stamps a day leave no room for 5 in a sale.",
    ),
    "no final reward": (
        """
stamp_cards:
  - code: coffee  # <-
    name: Coffee card
    size: 10
""",
        "stamp_cards[0].final: The field final is missing.",
    ),
}

FORM = {
    "a field that does not exist": (
        """
rules:
  - type: bonus
    code: b
    name: B
    point: 5  # <-
    points: 5
""",
        "rules[0].point: There is no field “point” here; did you mean “points”?",
    ),
    "a type that does not exist": (
        "rules:\n  - type: bonsu  # <-\n    code: b\n",
        (
            "rules[0].type: There is no type “bonsu”; did you mean “bonus”? "
            "It has to be one of rate, item, bonus, multiplier, visit, event."
        ),
    ),
    "no type": (
        "rules:\n  - code: b  # <-\n    points: 4\n",
        "rules[0]: The field type is missing: one of rate, item, bonus, multiplier, visit, event.",
    ),
    "half a point": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1.5}  # <-\n",
        (
            "rules[0].points: “1.5” cannot be: this has to be a whole number from 1 to 1,000,000,000,000,000; "
            "amounts are in smallest steps, so that 1.50 is 150."
        ),
    ),
    "one store that is no list": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1, when: {stores: 330}}  # <-\n",
        "rules[0].when.stores: This has to be a list: write [330].",
    ),
    "a code with a space": (
        "rewards:\n  - {code: free coffee, name: Free}  # <-\n",
        (
            "rewards[0].code: “free coffee” cannot be: "
            "this has to be a code of at most 32 small letters, digits, dashes and underscores."
        ),
    ),
    "a time of day": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1, when: {hours: [{since: 8am}]}}  # <-\n",
        "rules[0].when.hours[0].since: “8am” cannot be: this has to be a time such as 08:30 or 24:00.",
    ),
    "a moment": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1, when: {starts_at: soon}}  # <-\n",
        "rules[0].when.starts_at: “soon” cannot be: this has to be a moment such as 2026-12-01 08:00.",
    ),
    "yes": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1, stop: yes}  # <-\n",
        "rules[0].stop: “yes” cannot be: this has to be true or false.",
    ),
    "a word that is no choice": (
        "units:\n  - {code: p, name: {singular: p, plural: p}, shortfall: forgive}  # <-\n",
        "units[0].shortfall: “forgive” cannot be: this has to be one of absorb, debt, refuse, withhold.",
    ),
    "a key said twice": (
        "rules:\n  - type: bonus\n    points: 1\n    points: 2  # <-\n",
        ": “points” was said already, in line 3.",
    ),
    "an anchor": ("units: &all []  # <-\n", ": Anchors (&) and references (*) are not read: write it out."),
    "an object of a language": (
        "units: !!python/object:os.system []  # <-\n",
        ": Tags such as !!python/object:os.system are not read.",
    ),
    "no YAML": ("rules: [  # <-\n", ": This is not YAML: "),
    "two documents": ("format: 1\n---  # <-\nformat: 1\n", ": A second document begins here; a program is one."),
    "a later form": ("format: 2  # <-\n", "format: “2” cannot be: this has to be one of 1."),
    "an invisible character": (
        'rewards:\n  - {code: r, name: "Free\\u200b"}  # <-\n',
        "rewards[0].name: It begins or ends with a space, or has a character that cannot be seen.",
    ),
}
