"""A reward is claimed in its window and used in its own; each refusal names the condition, with its numbers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from regulars.core.claiming import (
    ANYWHERE,
    Claimant,
    Place,
    check_claim,
    check_use,
    check_when,
    price_of,
    usable_until,
)
from regulars.core.program.conditions import Audience, Conditions, Hours, Tags
from regulars.core.program.rewards import PerMember, Price, Reward

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday
BERLIN = ZoneInfo("Europe/Berlin")
ANN = Claimant(available={"points": 300})


def a_reward(**terms) -> Reward:
    return Reward(**({"code": "mug", "name": "Mug", "price": Price(amount=200)} | terms))


def day(month: int, on: int, year: int = 2026) -> datetime:
    return datetime(year, month, on, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("claimed", "until"),
    [
        (day(12, 2), day(12, 17)),  # the end of 16 December
        (day(12, 30), day(1, 11, 2027)),  # the end of 10 January, which all share
    ],
)
def test_the_earlier_of_two_ends_counts(claimed, until):
    reward = a_reward(use_within_days=14, use_until=day(1, 11, 2027))
    assert usable_until(reward, issued_at=claimed, zone=BERLIN) == until


def test_a_full_period_may_outlive_the_end_that_all_share():
    reward = a_reward(use_within_days=14, use_until=day(1, 11, 2027), honour_full_period=True)
    assert usable_until(reward, issued_at=day(12, 30), zone=BERLIN) == day(1, 14, 2027)
    assert usable_until(a_reward(), issued_at=NOON, zone=BERLIN) is None


@pytest.mark.parametrize(
    ("tiers", "price"),
    [((), 400), (("gold",), 300), (("vip",), 200), (("gold", "vip"), 200), (("free",), 0), (("other",), 400)],
)
def test_a_price_differs_by_level(tiers, price):
    reward = a_reward(price=Price(amount=400, by_tier={"vip": 200, "gold": 300, "free": 0}))
    assert price_of(reward, frozenset(tiers)) == ("points", price)


BROKE = Claimant(available={"points": 199})


@pytest.mark.parametrize(
    ("terms", "who", "code", "facts"),
    [
        ({}, ANN, None, {}),
        ({"price": None}, ANN, "not_found_or_unusable", {}),
        ({}, Claimant(status="locked", available={"points": 300}), "member_locked", {}),
        ({}, Claimant(status="blocked", available={"points": 300}), "member_blocked", {}),
        ({"starts_at": NOON}, ANN, None, {}),
        ({"starts_at": day(3, 11)}, ANN, "not_started", {"starts_at": day(3, 11)}),
        ({"ends_at": NOON}, ANN, "expired", {"ended_at": NOON}),
        ({"audience": Audience(tiers=("gold",))}, ANN, "tier", {"tiers": ["gold"]}),
        ({"audience": Audience(tiers=("gold",))}, Claimant(tiers=frozenset({"gold"})), "insufficient_balance", None),
        ({"audience": Audience(tags=Tags(any=("vip",)))}, ANN, "audience", {}),
        ({"audience": Audience(segments=("new",))}, ANN, "audience", {}),
        ({"audience": Audience(tags=Tags(none=("staff",)))}, ANN, None, {}),
        ({"stores": ("12",)}, ANN, None, {}),
        ({}, BROKE, "insufficient_balance", {"unit": "points", "available": 199, "wanted": 200}),
        ({"price": Price(amount=900, by_tier={"vip": 0})}, Claimant(tiers=frozenset({"vip"})), None, {}),
    ],
)
def test_each_condition_refuses_by_its_name(terms, who, code, facts):
    refusal = check_claim(a_reward(**terms), who, at=NOON)
    assert (refusal and refusal.code) == code
    if refusal and facts is not None:
        assert refusal.facts() == facts


@pytest.mark.parametrize(
    ("terms", "had", "taken", "code"),
    [
        ({"per_member": PerMember(limit=2)}, 1, 0, None),
        ({"per_member": PerMember(limit=2, days=30)}, 2, 0, "per_member_limit"),
        ({"stock": 10}, 0, 9, None),
        ({"stock": 10}, 0, 10, "total_limit"),
    ],
)
def test_what_is_taken_already_bounds_the_next(terms, had, taken, code):
    refusal = check_claim(a_reward(**terms), ANN, at=NOON, had=had, taken=taken)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (Place(store="12"), None),
        (Place(store="13"), "wrong_store"),
        (Place(store="13", tags=("north",)), None),
        (ANYWHERE, None),
    ],
)
def test_a_claim_in_a_store_is_for_that_store(place, code):
    reward = a_reward(stores=("12",), store_tags=Tags(any=("north",)))
    refusal = check_claim(reward, ANN, at=NOON, place=place)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("terms", "place", "code"),
    [
        ({}, ANYWHERE, None),
        ({"stores": ("12",)}, ANYWHERE, "wrong_store"),
        ({"stores": ("12",)}, Place(store="12"), None),
        ({"use_from": day(3, 11)}, ANYWHERE, "not_started"),
        ({"use_hours": (Hours(days=("tue",)),)}, ANYWHERE, "wrong_store"),
        ({"use_hours": (Hours(days=("tue",)),)}, Place(store="12", zone=BERLIN), None),
        ({"use_hours": (Hours(days=("wed",)),)}, Place(store="12", zone=BERLIN), "outside_hours"),
        # 12:00 UTC is 13:00 in Berlin.
        ({"use_hours": (Hours(since="13:00", until="14:00"),)}, Place(store="12", zone=BERLIN), None),
        ({"use_hours": (Hours(since="12:00", until="13:00"),)}, Place(store="12", zone=BERLIN), "outside_hours"),
    ],
)
def test_a_reward_is_used_at_its_places_and_hours(terms, place, code):
    refusal = check_use(a_reward(**terms), status="active", at=NOON, usable_until=None, place=place)
    assert (refusal and refusal.code) == code


def test_a_reward_is_not_usable_at_the_very_moment_of_its_end_nor_by_somebody_locked():
    reward = a_reward()
    assert check_use(reward, status="active", at=NOON, usable_until=day(3, 11)) is None
    ended = check_use(reward, status="active", at=NOON, usable_until=NOON)
    locked = check_use(reward, status="locked", at=NOON, usable_until=None)
    assert (ended and ended.code, locked and locked.code) == ("expired", "member_locked")


@pytest.mark.parametrize(
    ("when", "place", "code"),
    [
        (Conditions(min_spend_minor=500, tenders=("cash",), channels=("app",)), ANYWHERE, None),
        (Conditions(starts_at=day(3, 11)), ANYWHERE, "not_started"),
        (Conditions(ends_at=NOON), ANYWHERE, "expired"),
        (Conditions(stores=("12",)), Place(store="12"), None),
        (Conditions(stores=("12",)), Place(store="13"), "wrong_store"),
        (Conditions(stores=("12",)), ANYWHERE, "wrong_store"),
        (Conditions(hours=(Hours(days=("wed",)),)), Place(store="12", zone=BERLIN), "outside_hours"),
        (Conditions(hours=(Hours(days=("tue",)),)), Place(store="12", zone=BERLIN), None),
        (Conditions(hours=(Hours(days=("tue",)),)), ANYWHERE, "wrong_store"),
        (Conditions(audience=Audience(tiers=("gold",))), ANYWHERE, "tier"),
        (Conditions(audience=Audience(segments=("new",))), ANYWHERE, "audience"),
    ],
)
def test_conditions_hold_where_there_is_no_sale(when, place, code):
    refusal = check_when(when, ANN, at=NOON, place=place)
    assert (refusal and refusal.code) == code
