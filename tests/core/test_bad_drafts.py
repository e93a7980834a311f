"""A bad draft is told where it is wrong and why. In each draft here `# <-` marks the line that is to be named."""

from zoneinfo import ZoneInfo

import pytest

from regulars.core.checks.shop import Shop
from regulars.core.program_file.reading import check_file

NEW_YORK = ZoneInfo("America/New_York")
SHOP = Shop(
    stores=frozenset({"330", "331"}),
    store_tags=frozenset({"airport"}),
    articles={"categories": frozenset({"COFFEE", "BREAD"}), "skus": frozenset({"100"})},
    tenders=frozenset({"card", "cash"}),
)

WINDOWS = {
    "ends before it starts": (
        """
rules:
  - type: bonus
    code: xmas
    name: Christmas
    points: 50
    when:
      starts_at: 2026-12-24 00:00
      ends_at: 2026-12-01 00:00  # <-
""",
        "rules[0].when.ends_at: It ends 1 Dec 2026, before it starts, 24 Dec 2026: it never counts.",
    ),
    "hours that are none": (
        """
rules:
  - type: bonus
    code: happy
    name: Happy hour
    points: 5
    when:
      hours:
        - since: 17:00
          until: 17:00  # <-
""",
        "rules[0].when.hours[0].until: From 17:00 to 17:00 is no time at all; for the whole day leave both out.",
    ),
    "no day of the week": (
        """
rules:
  - {type: bonus, code: b, name: B, points: 5, when: {hours: [{days: []}]}}  # <-
""",
        "rules[0].when.hours[0].days: It names no day: it never counts. Leave it out for every day.",
    ),
    "a Monday within a weekend": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 5
    when:
      starts_at: 2026-12-05 00:00
      ends_at: 2026-12-07 00:00
      hours: [{days: [mon], since: 08:00}]  # <-
""",
        "rules[0].when.hours: Between 5 Dec 2026 and 7 Dec 2026 there is none of these days: it never counts.",
    ),
    "a tag wanted and ruled out": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 5
    when:
      store_tags:
        all: [airport]  # <-
        none: [airport]
""",
        "rules[0].when.store_tags.all[0]: “airport” is both wanted and ruled out: nothing matches.",
    ),
    "a reward that ends before it starts": (
        """
rewards:
  - code: mug
    name: Mug
    starts_at: 2026-06-01
    ends_at: 2026-06-01  # <-
""",
        "rewards[0].ends_at: It ends 1 Jun 2026, before it starts, 1 Jun 2026: it never counts.",
    ),
    "a reward that can never be used": (
        """
rewards:
  - code: mug
    name: Mug
    use_from: 2026-06-01
    use_until: 2026-05-01  # <-
""",
        "rewards[0].use_until: It can be used until 1 May 2026, and used only from 1 Jun 2026: nobody can use it.",
    ),
    "hours of use that are none": (
        """
rewards:
  - {code: mug, name: Mug, use_hours: [{since: 10:00, until: 10:00}]}  # <-
""",
        "rewards[0].use_hours[0].until: From 10:00 to 10:00 is no time at all; for the whole day leave both out.",
    ),
    "expires before it can be used": (
        """
units:
  - code: points
    name: {singular: point, plural: points}
    expiry: {type: date, on: 2026-12-31}
    pending: {until: 2027-01-15}  # <-
""",
        "units[0].pending: It can be used from 15 January 2027, and expires 31 December 2026 already.",
    ),
    "waits longer than it lives": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 5
    expiry: {type: days, days: 10}
    pending: {days: 14, life_from: earned}  # <-
""",
        "rules[0].pending: It waits 14 days, and lives only 10 from the day it is earned.",
    ),
}

CAPS = {
    "a cap of zero": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 5
    caps:
      - {limit: 0, period: day}  # <-
""",
        "rules[0].caps[0].limit: “0” cannot be: this has to be at least 1; leave it out for none.",
    ),
    "a day above the month": (
        """
rules:
  - type: rate
    code: base
    name: Base
    points: 1
    per_minor: 100
    caps:
      - {limit: 500, period: month}
      - {limit: 1000, period: day}  # <-
""",
        (
            "rules[0].caps[1].limit: A day cap of 1,000 can never be reached: the month cap, "
            "at rules[0].caps[0], ends at 500."
        ),
    ),
    "a rolling week above rolling thirty days": (
        """
units:
  - code: points
    name: {singular: point, plural: points}
    caps:
      - {limit: 90, period: rolling, days: 7}  # <-
      - {limit: 50, period: rolling, days: 30}
""",
        (
            "units[0].caps[0].limit: A 7-day cap of 90 can never be reached: the 30-day cap, "
            "at units[0].caps[1], ends at 50."
        ),
    ),
    "the same period twice": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 5
    caps:
      - {limit: 10, period: day}
      - {limit: 20, period: day}  # <-
""",
        "rules[0].caps[1]: Another cap bounds the same period already, at rules[0].caps[0].",
    ),
    "a rolling cap without days": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 5
    caps:
      - {limit: 10, period: rolling}  # <-
""",
        "rules[0].caps[0]: A rolling cap says how many days, and no other does.",
    ),
    "a bonus that its cap always skips": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 50
    caps:
      - {limit: 20, period: day, on_exceed: skip}  # <-
""",
        (
            "rules[0].caps[0].limit: It gives 50 points, but at most 20 points a day, and none at all beyond that: "
            "it never gives any."
        ),
    ),
    "a budget of two units": (
        """
units:
  - {code: points, name: {singular: point, plural: points}}
  - {code: stars, name: {singular: star, plural: stars}}
budgets:
  - code: spring
    name: Spring
    units: 1000  # <-
rules:
  - {type: bonus, code: a, name: A, points: 5, budget: spring}
  - {type: bonus, code: b, name: B, points: 5, unit: stars, budget: spring}
""",
        "budgets[0].units: The rules of this budget give points and stars: bound it in money instead.",
    ),
}

STACKING = {
    "two rules that both want to be alone": (
        """
rules:
  - {type: bonus, code: a, name: Opening, points: 50, stacking: alone, when: {channels: [app]}}
  - type: bonus
    code: b
    name: Weekend
    points: 20
    stacking: alone  # <-
    when: {hours: [{days: [sat, sun]}]}
""",
        (
            "rules[1].stacking: Both “Opening”, at rules[0], and “Weekend” want to be alone, and one sale can meet "
            "both: give them conditions that exclude each other, or mark them “best”."
        ),
    ),
    "alone, always": (
        """
rules:
  - {type: rate, code: base, name: Base, points: 1, per_minor: 100}
  - type: bonus
    code: b
    name: B
    points: 20
    stacking: alone  # <-
""",
        "rules[1].stacking: It always counts, and alone: “Base” would never give anything.",
    ),
    "after a stop that always comes": (
        """
rules:
  - {type: rate, code: base, name: Base, points: 1, per_minor: 100, stop: true}
  - type: bonus  # <-
    code: b
    name: B
    points: 20
""",
        "rules[1]: “Base”, at rules[0], stops before it every time: “B” is never asked.",
    ),
    "a multiplier of nothing": (
        """
rules:
  - {type: bonus, code: b, name: B, points: 20}
  - type: multiplier  # <-
    code: double
    name: Double
    percent: 200
""",
        "rules[1]: No rule gives points per amount or per item that it could multiply: it never gives anything.",
    ),
    "an item rule without items": (
        """
rules:
  - {type: item, code: i, name: I, points: 20, items: {}}  # <-
""",
        "rules[0].items: It names no SKU, category, brand, label or collection: it never counts.",
    ),
    "carrying and rounding": (
        """
rules:
  - {type: rate, code: r, name: R, points: 1, per_minor: 5000, carry: true, rounding: nearest}  # <-
""",
        (
            "rules[0].rounding: What carries the rest of a step to the next sale counts full steps only: "
            "leave out rounding or carry."
        ),
    ),
}

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
    "two tier sets that feed each other through a stamp card": (
        """
units:
  - {code: points, name: {singular: point, plural: points}}
tier_sets:
  - code: club
    name: Club
    levels:
      - code: gold
        name: Gold
        threshold: 500
        rewards: [two-stamps]  # <-
stamp_cards:
  - {code: coffee, name: Coffee card, size: 10, final: bonus}
rewards:
  - {code: two-stamps, name: Two stamps, kind: points, gives: {unit: coffee, amount: 2}}
  - {code: bonus, name: Bonus, kind: points, gives: {unit: points, amount: 50}}
""",
        (
            "tier_sets[0].levels[0].rewards[0]: This goes round in circles: Gold gives “Two stamps”, which is coffee, "
            "“Coffee card” gives “Bonus”, which is points, points count towards “Club”. "
            "Give a reward that does not count there."
        ),
    ),
    "a card that stamps itself": (
        """
stamp_cards:
  - code: coffee
    name: Coffee card
    size: 10
    final: again  # <-
rewards:
  - {code: again, name: A stamp, kind: points, gives: {unit: coffee, amount: 1}}
""",
        (
            "stamp_cards[0].final: This goes round in circles: “Coffee card” gives “A stamp”, which is coffee. "
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

NAMES = {
    "a unit": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1, unit: pints}  # <-\n",
        "rules[0].unit: There is no unit “pints”; did you mean “points”?",
    ),
    "a reward": (
        """
stamp_cards:
  - {code: coffee, name: Coffee card, size: 10, final: free-cofee}  # <-
rewards:
  - {code: free-coffee, name: Free coffee}
""",
        "stamp_cards[0].final: There is no reward “free-cofee”; did you mean “free-coffee”?",
    ),
    "a budget": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1, budget: spring}  # <-\n",
        "rules[0].budget: There is no budget “spring”.",
    ),
    "a level": (
        "rules:\n  - {type: bonus, code: b, name: B, points: 1, tier_points: {gold: 2}}  # <-\n",
        "rules[0].tier_points.gold: There is no level “gold”.",
    ),
    "a collection": (
        "rules:\n  - {type: item, code: b, name: B, points: 1, items: {collections: [hot]}}  # <-\n",
        "rules[0].items.collections[0]: There is no collection “hot”.",
    ),
    "a store": (
        """
rules:
  - type: bonus
    code: b
    name: B
    points: 1
    when:
      stores:
        - 330
        - 33  # <-
""",
        "rules[0].when.stores[1]: There is no store “33”; did you mean “331”?",
    ),
    "a store tag": (
        "rewards:\n  - {code: r, name: R, store_tags: {any: [airprot]}}  # <-\n",
        "rewards[0].store_tags.any[0]: There is no store tag “airprot”; did you mean “airport”?",
    ),
    "a rule to multiply": (
        """
rules:
  - {type: rate, code: base, name: Base, points: 1, per_minor: 100}
  - {type: multiplier, code: m, name: M, percent: 200, of: [base, bsae]}  # <-
""",
        "rules[1].of[1]: There is no rate or item rule “bsae”; did you mean “base”?",
    ),
    "a code twice": (
        """
rewards:
  - {code: mug, name: Mug}
  - {code: mug, name: Cup}  # <-
""",
        "rewards[1].code: Another reward has the code “mug” already, at rewards[0].",
    ),
    "a card with the code of a unit": (
        """
units:
  - {code: coffee, name: {singular: bean, plural: beans}}
stamp_cards:
  - {code: coffee, name: Coffee card, size: 10, final: free}  # <-
rewards:
  - {code: free, name: Free coffee}
""",
        "stamp_cards[0].code: Another unit or stamp card has the code “coffee” already, at units[0].",
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

DRAFTS = WINDOWS | CAPS | STACKING | TIERS | UNITS | REWARDS | CARDS | NAMES | FORM


@pytest.mark.parametrize("draft", DRAFTS)
def test_a_bad_draft_is_told_where_and_why(draft):
    text, told = DRAFTS[draft]
    line = 1 + next(i for i, each in enumerate(text.split("\n")) if "# <-" in each)

    found = check_file(text, currency="USD", zone=NEW_YORK, shop=SHOP)

    faults = [fault for fault in found.faults if not fault.is_warning]
    [fault] = faults
    if draft == "no YAML":
        assert f"{fault.path}: {fault.said}".startswith(told)
    else:
        assert (fault.line, f"{fault.path}: {fault.said}") == (line, told)


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (
            "rules:\n  - {type: item, code: i, name: I, points: 1, items: {categories: [COFEE]}}\n",
            "rules[0].items.categories[0]: No sale so far had the category “COFEE”; did you mean “COFFEE”?",
        ),
        (
            "policies:\n  excluded: {skus: [4711]}\n",
            "policies.excluded.skus[0]: No sale so far had the SKU “4711”.",
        ),
        (
            "rules:\n  - {type: bonus, code: b, name: B, points: 1, when: {tenders: [cheque]}}\n",
            "rules[0].when.tenders[0]: No sale so far had the tender “cheque”.",
        ),
        (
            "rewards:\n  - {code: r, name: R, ends_at: 2027-01-11, use_until: 2027-01-10}\n",
            "rewards[0].ends_at: It can be claimed until 11 Jan 2027, but used until 10 Jan 2027 only.",
        ),
        (
            "budgets:\n  - {code: spring, name: Spring, units: 5}\n",
            "budgets[0]: No rule draws on the budget “Spring”.",
        ),
        (
            "tier_sets:\n  - {code: c, name: C, levels: [{code: g, name: G, threshold: 5}]}\n",
            "tier_sets[0].metric.unit: No rule, card or reward gives points: nobody rises.",
        ),
        (
            "rules:\n  - {type: bonus, code: b, name: B, points: 5, caps: [{limit: 3}]}\n",
            "rules[0].caps[0].limit: It gives 5 points, but at most 3 points a sale: it never gives all of them.",
        ),
        (
            (
                "rules:\n  - {type: rate, code: b, name: B, points: 5, per_minor: 100, "
                "caps: [{limit: 30, period: week}, {limit: 20, period: month}]}\n"
            ),
            (
                "rules[0].caps[0].limit: A week cap of 30 can never be reached: the month cap, at rules[0].caps[1], "
                "ends at 20."
            ),
        ),
    ],
)
def test_what_is_only_odd_is_a_warning_and_stops_nothing(draft, told):
    found = check_file(draft, currency="USD", zone=NEW_YORK, shop=SHOP)

    assert found.document is not None
    [fault] = found.faults
    assert fault.is_warning
    assert f"{fault.path}: {fault.said}" == told


def test_every_fault_is_listed_at_once_and_later_parts_keep_their_places():
    text = """
rules:
  - {type: bonus, code: a, name: A, points: 0}
  - {type: bonus, code: b, name: B, points: 5, unit: pints}
  - {type: multiplier, code: m, name: M, percent: 200, of: [a]}
  - {type: bonus, code: c, name: C, points: many}
  - {type: bonus, code: d, name: D, points: 5, when: {stores: [999]}}
"""
    found = check_file(text, currency="USD", zone=NEW_YORK, shop=SHOP)

    assert found.document is None
    assert [(fault.line, fault.path) for fault in found.faults] == [
        (3, "rules[0].points"),
        (4, "rules[1].unit"),
        (6, "rules[3].points"),
        (7, "rules[4].when.stores[0]"),
    ]


def test_a_shop_that_has_sold_nothing_knows_no_article_yet():
    text = "policies:\n  excluded: {categories: [TOBACCO]}\n"
    assert check_file(text, currency="USD", zone=NEW_YORK, shop=Shop()).faults == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{stores: [330]}", "{stores: [331]}"),
        ("{channels: [app]}", "{channels: [online]}"),
        ("{ends_at: 2026-06-01}", "{starts_at: 2026-06-01}"),
        ("{hours: [{days: [mon]}]}", "{hours: [{days: [tue]}]}"),
        ("{hours: [{days: [mon], since: 22:00, until: 02:00}]}", "{hours: [{days: [tue], since: 02:00}]}"),
        ("{audience: {tiers: [gold]}}", "{audience: {tiers: [silver]}}"),
        ("{audience: {tags: {all: [vip]}}}", "{audience: {tags: {none: [vip]}}}"),
        ("{purchase: {number: 1}}", "{purchase: {number: 2, every: true}}"),
        ("{store_tags: {any: [airport]}}", "{store_tags: {none: [airport]}}"),
    ],
)
def test_rules_that_exclude_each_other_may_both_be_alone(one, other):
    text = f"""
rules:
  - {{type: bonus, code: a, name: A, points: 5, stacking: alone, when: {one}}}
  - {{type: bonus, code: b, name: B, points: 5, stacking: alone, when: {other}}}
tier_sets:
  - code: club
    name: Club
    levels: [{{code: silver, name: Silver, threshold: 5}}, {{code: gold, name: Gold, threshold: 6}}]
"""
    assert check_file(text, currency="USD", zone=NEW_YORK, shop=SHOP).faults == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{hours: [{days: [mon], since: 22:00, until: 02:01}]}", "{hours: [{days: [tue], since: 02:00}]}"),
        ("{stores: [330]}", "{store_tags: {any: [airport]}}"),
        ("{tenders: [card]}", "{tenders: [cash]}"),
        ("{purchase: {number: 4}}", "{purchase: {number: 2, every: true}}"),
        ("{ends_at: 2026-06-02}", "{starts_at: 2026-06-01}"),
    ],
)
def test_rules_that_one_sale_can_meet_may_not(one, other):
    text = f"""
rules:
  - {{type: bonus, code: a, name: A, points: 5, stacking: alone, when: {one}}}
  - {{type: bonus, code: b, name: B, points: 5, stacking: alone, when: {other}}}
"""
    [fault] = check_file(text, currency="USD", zone=NEW_YORK, shop=SHOP).faults
    assert fault.code == "overlapping_exclusive_rules"
