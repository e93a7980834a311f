"""A bad draft is told where it is wrong and why. In each draft `# <-` marks the line that is to be named."""

from zoneinfo import ZoneInfo

import pytest

from regulars.core.checks.shop import Shop
from regulars.core.program_file.reading import check_file
from tests.core.bad_parts import CARDS, FORM, REWARDS, TIERS, UNITS
from tests.core.bad_rules import CAPS, NAMES, STACKING, WINDOWS

NEW_YORK = ZoneInfo("America/New_York")
SHOP = Shop(
    stores=frozenset({"330", "331"}),
    store_tags=frozenset({"airport"}),
    articles={"categories": frozenset({"COFFEE", "BREAD"}), "skus": frozenset({"100"})},
    tenders=frozenset({"card", "cash"}),
)

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
