"""When a message goes, and whether it goes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.core.messages.deciding import Decided, Limits, Wanted, decide
from regulars.core.messages.timing import RETRIES, QuietHours, earliest, next_try

NIGHT = QuietHours(time(21), time(8))
NOON_REST = QuietHours(time(12), time(14))
SAIGON, BERLIN, NEW_YORK = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("at", "quiet", "zone", "goes"),
    [
        ("2026-03-10T12:00", NIGHT, SAIGON, "2026-03-10T12:00"),
        ("2026-03-10T20:59:59", NIGHT, SAIGON, "2026-03-10T20:59:59"),
        ("2026-03-10T21:00", NIGHT, SAIGON, "2026-03-11T08:00"),  # half-open: the start is quiet
        ("2026-03-11T03:00", NIGHT, SAIGON, "2026-03-11T08:00"),
        ("2026-03-11T08:00", NIGHT, SAIGON, "2026-03-11T08:00"),  # and the end is not
        ("2026-12-31T23:00", NIGHT, SAIGON, "2027-01-01T08:00"),
        ("2026-03-10T12:30", NOON_REST, SAIGON, "2026-03-10T14:00"),
        ("2026-03-10T14:00", NOON_REST, SAIGON, "2026-03-10T14:00"),
        ("2026-03-10T23:00", None, SAIGON, "2026-03-10T23:00"),
        ("2026-03-28T23:00", NIGHT, BERLIN, "2026-03-29T08:00"),  # an hour is left out that night
        ("2026-10-24T23:00", NIGHT, BERLIN, "2026-10-25T08:00"),  # and one comes twice in this one
        ("2026-03-07T23:00", QuietHours(time(22), time(2, 30)), NEW_YORK, "2026-03-08T03:30"),  # 02:30 is left out
    ],
)
def test_quiet_hours_are_those_of_the_shops_zone(at, quiet, zone, goes):
    asked = datetime.fromisoformat(at).replace(tzinfo=zone).astimezone(UTC)
    assert earliest(asked, quiet, zone=zone) == datetime.fromisoformat(goes).replace(tzinfo=zone)


def test_it_is_tried_again_after_a_minute_and_given_up_after_six_tries():
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    waits = [next_try(tries, at=at) for tries in range(1, 7)]
    assert waits == [*(at + wait for wait in RETRIES), None]
    assert [wait.total_seconds() / 60 for wait in RETRIES] == [1, 5, 30, 120, 360]


AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATE = datetime(2026, 3, 10, 22, tzinfo=UTC)
LIMITS = Limits(zone=UTC, quiet=NIGHT, most=2, days=7)


@pytest.mark.parametrize(
    ("wanted", "limits", "at", "decided"),
    [
        ({}, LIMITS, AT, Decided(go_at=AT)),
        ({}, LIMITS, LATE, Decided(go_at=LATE + timedelta(hours=10))),
        ({"lately": 1}, LIMITS, AT, Decided(go_at=AT)),
        ({"lately": 2}, LIMITS, AT, Decided(held="cap")),
        ({"lately": 99}, Limits(zone=UTC), AT, Decided(go_at=AT)),
        ({"is_blocked": True}, LIMITS, AT, Decided(held="blocked")),
        ({"allowed": "no_consent"}, LIMITS, AT, Decided(held="no_consent")),
        ({"allowed": "withdrawn"}, LIMITS, AT, Decided(held="withdrawn")),
        ({"allowed": "left"}, LIMITS, AT, Decided(held="left")),
        ({"allowed": "unknown_purpose"}, LIMITS, AT, Decided(held="unknown_purpose")),
        ({"allowed": "nonsense"}, LIMITS, AT, Decided(held="nonsense")),  # whatever is no leave, is none
        ({"is_gone": True, "allowed": "service", "is_marketing": False}, LIMITS, AT, Decided(held="gone")),
        ({"has_address": False}, LIMITS, AT, Decided(held="no_address")),
        ({"has_text": False}, LIMITS, AT, Decided(held="no_text")),
        ({"has_channel": False}, LIMITS, AT, Decided(held="no_channel")),
        ({"has_channel": False, "allowed": "withdrawn"}, LIMITS, AT, Decided(held="withdrawn")),  # leave before means
        ({"is_verified": False}, LIMITS, AT, Decided(go_at=AT)),
        ({"is_verified": False}, Limits(zone=UTC, only_verified=True), AT, Decided(held="unverified")),
    ],
)
def test_what_wants_to_sell_something_needs_leave_and_keeps_to_the_limits(wanted, limits, at, decided):
    asked = Wanted(**{"allowed": "consent", "is_marketing": True} | wanted)  # type: ignore[arg-type]
    assert decide(asked, limits, at=at) == decided


@pytest.mark.parametrize("allowed", ["service", "code", "basis"])
def test_what_is_part_of_the_contract_goes_at_night_however_often_to_whoever_is_blocked(allowed):
    asked = Wanted(allowed=allowed, is_marketing=False, is_blocked=True, is_verified=False, lately=99)
    limits = Limits(zone=UTC, quiet=NIGHT, most=1, only_verified=True)
    assert decide(asked, limits, at=LATE) == Decided(go_at=LATE)
