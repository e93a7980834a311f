"""When a rule counts: time, place, channel, spend, tenders, and who the member is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.core.program.conditions import WEEKDAYS, Audience, Conditions, Hours, Nth, Tags
from regulars.core.program.rules import BonusRule
from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.tiers import Standing
from tests.core.counter import NEW_YORK, NOON, basket, buy, ready, somebody

HONOLULU = ZoneInfo("Pacific/Honolulu")


def counts(when: Conditions, sale=None, member=None, *, store_tags=(), store_zone=NEW_YORK, **parts) -> bool:
    rule = BonusRule(code="bonus", name="Bonus", points=1, when=when)
    sale = basket(1000) if sale is None else sale
    return bool(buy(ready(rule, **parts), sale, member, store_tags=store_tags, store_zone=store_zone).awards)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Conditions(), True),
        (Conditions(starts_at=NOON), True),  # a period contains its start
        (Conditions(ends_at=NOON), False),  # and not its end
        (Conditions(starts_at=NOON + timedelta(seconds=1)), False),
        (Conditions(starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=1)), True),
        (Conditions(stores=("330",)), True),
        (Conditions(stores=("331",)), False),
        (Conditions(channels=("app", "store")), True),
        (Conditions(channels=("online",)), False),
        (Conditions(tenders=("card", "gift_card")), True),  # one of them paid
        (Conditions(tenders=("cash",)), False),
        (Conditions(min_spend_minor=1000), True),  # the minimum itself is enough
        (Conditions(min_spend_minor=1001), False),
    ],
)
def test_a_rule_counts_in_its_time_place_channel_and_spend(when, expected):
    assert counts(when, basket(1000, channel="store", tenders=("card", "coins"))) is expected


def test_the_minimum_is_asked_of_what_was_paid_with_money():
    assert not counts(Conditions(min_spend_minor=1000), basket(1500, money=999))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (Tags(any=("airport", "city")), True),
        (Tags(any=("city",)), False),
        (Tags(all=("airport", "north")), True),
        (Tags(all=("airport", "south")), False),
        (Tags(none=("city",)), True),
        (Tags(none=("north",)), False),
        (Tags(any=("airport",), all=("north",), none=("city",)), True),
        (Tags(any=("airport",), none=("north",)), False),
    ],
)
@pytest.mark.parametrize("whose", ["stores", "members"])
def test_tags_are_asked_for_any_all_and_none(tags, expected, whose):
    held = ("airport", "north")
    if whose == "stores":
        assert counts(Conditions(store_tags=tags), store_tags=held) is expected
    else:
        assert counts(Conditions(audience=Audience(tags=tags)), member=somebody(tags=held)) is expected


def test_a_store_counts_by_its_name_or_by_its_tags():
    when = Conditions(stores=("331",), store_tags=Tags(any=("airport",)))
    assert counts(when, store_tags=("airport",))
    assert counts(when, basket(1000, store="331"))
    assert not counts(when)


@pytest.mark.parametrize(("segments", "expected"), [(("lapsed", "vip"), True), (("lapsed",), False), ((), False)])
def test_a_member_is_in_one_of_the_segments(segments, expected):
    when = Conditions(audience=Audience(segments=("vip", "staff")))
    assert counts(when, member=somebody(segments=segments)) is expected


@pytest.mark.parametrize(("level", "expected"), [("gold", True), ("silver", False), (None, False)])
def test_a_level_is_held_at_the_moment_of_the_sale(level, expected):
    levels = (Level(code="silver", name="Silver", threshold=100), Level(code="gold", name="Gold", threshold=1000))
    club = TierSet(code="club", name="Club", levels=levels)
    member = somebody(standings={"club": Standing(level=level, reached=level)} if level else {})
    assert counts(Conditions(audience=Audience(tiers=("gold",))), member=member, tier_sets=(club,)) is expected


@pytest.mark.parametrize(
    ("purchase", "counted"),
    [
        (Nth(number=1), [1]),
        (Nth(number=3), [3]),
        (Nth(number=3, every=True), [3, 6]),
        (Nth(number=1, every=True), [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_the_first_the_nth_and_every_nth_purchase(purchase, counted):
    program = ready(BonusRule(code="bonus", name="Bonus", points=1, when=Conditions(purchase=purchase)))
    ann = somebody()
    assert [number for number in range(1, 8) if buy(program, basket(100), ann).awards] == counted


def local(day: int, clock: str, *, month: int = 3, zone: ZoneInfo = NEW_YORK, fold: int = 0) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=zone, fold=fold)


# 10 March 2026 is a Tuesday; clocks go forward at 02:00 on Sunday the 8th, and back at 02:00 on 1 November.
@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (Hours(since="14:00", until="16:00"), local(10, "14:00"), True),
        (Hours(since="14:00", until="16:00"), local(10, "16:00"), False),
        (Hours(since="14:00", until="16:00"), local(10, "13:59"), False),
        (Hours(days=("mon", "wed"), since="14:00", until="16:00"), local(10, "15:00"), False),
        (Hours(days=("tue",)), local(10, "00:00"), True),
        (Hours(days=("tue",)), local(10, "23:59"), True),
        (Hours(days=("tue",)), local(11, "00:00"), False),
        # Over midnight: they belong to the day they begin on.
        (Hours(days=("fri",), since="22:00", until="02:00"), local(13, "22:00"), True),
        (Hours(days=("fri",), since="22:00", until="02:00"), local(14, "01:59"), True),
        (Hours(days=("fri",), since="22:00", until="02:00"), local(14, "02:00"), False),
        (Hours(days=("fri",), since="22:00", until="02:00"), local(13, "01:00"), False),
        (Hours(days=("sun",), since="22:00", until="02:00"), local(16, "01:00"), True),  # Sunday's run into Monday
        (Hours(days=("sun",), since="22:00", until="02:00"), local(15, "01:00"), False),
        (Hours(since="20:00", until="20:00"), local(10, "20:00"), True),  # the whole day round
        # The hour that does not exist, and the one that comes twice.
        (Hours(days=("sun",), since="01:00", until="03:00"), local(8, "01:59"), True),
        (Hours(days=("sun",), since="01:00", until="03:00"), local(8, "03:00"), False),
        (Hours(days=("sun",), since="01:00", until="02:00"), local(1, "01:30", month=11), True),
        (Hours(days=("sun",), since="01:00", until="02:00"), local(1, "01:30", month=11, fold=1), True),
        (Hours(days=("sun",), since="02:00", until="03:00"), local(1, "01:30", month=11, fold=1), False),
    ],
)
def test_hours_of_the_week(hours, at, expected):
    assert counts(Conditions(hours=(hours,)), basket(1000, at=at.astimezone(UTC))) is expected


def test_hours_are_the_stores_and_not_the_programs():
    happy = Conditions(hours=(Hours(days=("tue",), since="16:00", until="18:00"),))
    five_in_honolulu = local(10, "17:00", zone=HONOLULU)  # 23:00 in New York
    assert counts(happy, basket(1000, at=five_in_honolulu), store_zone=HONOLULU)
    assert not counts(happy, basket(1000, at=five_in_honolulu), store_zone=NEW_YORK)


def test_one_of_several_hours_is_enough():
    weekdays, weekend = WEEKDAYS[:5], WEEKDAYS[5:]
    hours = (Hours(days=weekdays, since="08:00", until="10:00"), Hours(days=weekend, since="10:00", until="12:00"))
    told = [counts(Conditions(hours=hours), basket(100, at=local(day, "10:30"))) for day in (13, 14, 15)]
    assert told == [False, True, True]


@pytest.mark.parametrize(
    "unmet",
    [
        Conditions(min_spend_minor=2000),
        Conditions(stores=("331",)),
        Conditions(audience=Audience(tags=Tags(any=("staff",)))),
        Conditions(purchase=Nth(number=2)),
    ],
)
def test_all_conditions_must_hold(unmet):
    when = Conditions(
        starts_at=NOON - timedelta(days=1),
        hours=(Hours(),),
        stores=unmet.stores or ("330",),
        min_spend_minor=unmet.min_spend_minor,
        purchase=unmet.purchase,
        audience=unmet.audience,
    )
    assert not counts(when)
