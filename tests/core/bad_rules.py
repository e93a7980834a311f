"""Drafts whose rules, times, caps or names are wrong: `# <-` marks the line that is to be named."""

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
    "an event that costs something": (
        """
rules:
  - {type: event, code: e, name: E, event: review, points: 20, when: {min_spend_minor: 500}}  # <-
""",
        "rules[0].when.min_spend_minor: An event is no purchase, so nothing is spent: it never counts.",
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
