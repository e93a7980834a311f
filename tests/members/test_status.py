"""What each status of a member means for each act, at tills and in the back office: one table."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.program.document import ProgramDocument
from regulars.core.program.policies import Policies
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.rules import EventRule
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.members.find import find_member
from regulars.members.models import Member, Status
from regulars.members.rows import read_member
from regulars.members.status import (
    InvalidStatusEnd,
    ReasonNeeded,
    change_status,
    end_statuses,
    join_member,
    remove_member,
    standing_of,
    status_at,
)
from regulars.points.adjust import adjust_points
from regulars.points.claim import claim_reward
from regulars.points.give_reward import give_reward
from regulars.points.hold import reserve_units
from regulars.points.stamp_codes import make_stamp_codes, use_stamp_code
from regulars.points.stamps import adjust_stamps
from regulars.rewards.use import use_reward
from regulars.sales.attach import attach_sale
from regulars.sales.event_batch import NewMemberEvent
from regulars.sales.member_events import record_member_event
from regulars.sales.refund import refund_sales
from tests.shop import NOON, ONE_PER_DOLLAR, a_member, a_program, a_sale, a_shop, points_of, publish, sell

pytestmark = pytest.mark.django_db

BOB = Actor(kind="staff", id=5, name="Bob")
HOUR = timedelta(hours=1)
LATER = NOON + 2 * HOUR

RULES = (ONE_PER_DOLLAR, EventRule(code="review", name="Review", event="review", points=50))
PARTS: dict[str, Any] = {
    "rewards": (Reward(code="mug", name="Mug", price=Price(amount=1)), Reward(code="cup", name="Cup")),
    "stamp_cards": (StampCard(code="tea", name="Tea", size=5, earn=ByHand(), final="cup"),),
}

ACTIVE, LOCKED, BLOCKED, LEFT, GUEST = "active", "locked", "blocked", "left", "guest"
LOCK_OVER, BLOCK_OVER, BACK = "a lock that is over", "a block that is over", "left and came back"


def the_program(**parts: Any) -> ProgramDocument:
    return a_program(*RULES, **PARTS, **parts)


def become(member: int, status: str) -> None:
    """Bring a member into a status that counts at LATER."""
    match status:
        case "locked" | "blocked":
            change_status(member_id=member, status=Status(status), reason="x", at=NOON, by=BOB)
        case "a lock that is over" | "a block that is over":
            which = Status.LOCKED if "lock that" in status and "block" not in status else Status.BLOCKED
            change_status(member_id=member, status=which, reason="x", at=NOON, by=BOB, until=NOON + HOUR)
        case "left":
            remove_member(member_id=member, reason="x", at=NOON, by=BOB)
        case "left and came back":
            remove_member(member_id=member, reason="x", at=NOON, by=BOB)
            join_member(member_id=member, at=NOON + HOUR, by=BOB)


def earn(member: int) -> None:
    before = points_of(member, at=LATER)
    sell(a_sale(1000, member=member, at=LATER), at=LATER)
    if points_of(member, at=LATER) == before:
        raise NothingEarned()


def attach(member: int) -> None:
    sale = sell(a_sale(1000, at=LATER), at=LATER)
    before = points_of(member, at=LATER)
    attach_sale(sale_id=sale.id, member=MemberHandle(id=str(member)), at=LATER, by=BOB)
    if points_of(member, at=LATER) == before:
        raise NothingEarned()


def tell(member: int) -> None:
    outcome = record_member_event(
        NewMemberEvent(event="review", external_id="E", member=MemberHandle(id=str(member)), occurred_at=LATER),
        at=LATER,
    )
    if isinstance(outcome, Refusal):
        raise outcome


def stamp_by_code(member: int) -> None:
    [code] = make_stamp_codes(card="tea", count=1, stamps=1, batch="B", at=NOON, by=BOB)
    use_stamp_code(code=code, member_id=member, store="330", at=LATER, by=BOB)


def use(member: int) -> None:
    given = give_reward(member_id=member, reward="mug", reason="x", key="u", at=NOON - HOUR, by=BOB)
    become(member, Member.objects.get(pk=member).first_name)
    use_reward(issued_id=given.id, at=LATER, by=BOB, store="330")


class NothingEarned(Refusal):
    """The sale is kept, and brings nothing."""

    code = "nothing_earned"


def reserve(member: int) -> None:
    reserve_units(member_id=member, amount=5, key="basket", unit="points", at=LATER, by=BOB)


def adjust(member: int) -> None:
    adjust_points(member_id=member, amount=5, reason="x", key="a", at=LATER, by=BOB)


ACTS: dict[str, Callable[[int], object]] = {
    "earn by a sale": earn,
    "pay with points": lambda member: sell(a_sale(1000, member=member, points=5, at=LATER), at=LATER),
    "hold points": reserve,
    "claim": lambda member: claim_reward(member_id=member, reward="mug", key="c", at=LATER, by=BOB),
    "use a reward": use,
    "be given a reward": lambda member: give_reward(
        member_id=member, reward="mug", reason="x", key="g", at=LATER, by=BOB
    ),
    "stamp by code": stamp_by_code,
    "be stamped by the team": lambda member: adjust_stamps(
        member_id=member, card="tea", stamps=1, reason="x", key="s", at=LATER, by=BOB
    ),
    "tell an event": tell,
    "claim an old receipt": attach,
    "have a balance put right": adjust,
}
EVERYTHING = dict.fromkeys(ACTS, "yes")
SPENDING = ("pay with points", "hold points", "claim", "use a reward")
NOT_FOR_GUESTS = {
    "earn by a sale": "nothing_earned",
    "claim an old receipt": "nothing_earned",
    "tell an event": "not_joined",
    "stamp by code": "not_joined",
}
ANSWERS: dict[str, dict[str, str]] = {
    ACTIVE: EVERYTHING,
    LOCK_OVER: EVERYTHING,
    BLOCK_OVER: EVERYTHING,
    BACK: EVERYTHING,
    LOCKED: EVERYTHING | dict.fromkeys(SPENDING, "member_locked"),
    BLOCKED: dict.fromkeys(ACTS, "member_blocked") | {"have a balance put right": "yes"},
    LEFT: EVERYTHING | NOT_FOR_GUESTS | dict.fromkeys((*SPENDING, "be given a reward"), "member_left"),
}


@pytest.fixture(autouse=True)
def shop(db):
    a_shop(*RULES, **PARTS)


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("act", ACTS)
def test_what_each_status_lets_a_member_do(act, status):
    member = a_member(points=100, at=NOON - HOUR, first_name=status)
    if act != "use a reward":  # which is given before the status changes
        become(member, status)
    try:
        ACTS[act](member)
        answer = "yes"
    except Refusal as refusal:
        answer = refusal.code
    assert answer == ANSWERS[status][act]


EARNING = ("earn by a sale", "claim an old receipt")
TOLD = ("tell an event", "stamp by code")


@pytest.mark.parametrize("status", [LOCKED, LOCK_OVER, ACTIVE])
@pytest.mark.parametrize("act", (*EARNING, *TOLD))
def test_a_shop_may_decide_that_locked_members_earn_nothing(act, status):
    publish(the_program(policies=Policies(locked_members_earn=False)), at=NOON - HOUR)
    member = a_member(at=NOON - HOUR)
    become(member, status)
    try:
        ACTS[act](member)
        answer = "yes"
    except Refusal as refusal:
        answer = refusal.code
    refused = "nothing_earned" if act in EARNING else "member_locked"
    assert answer == (refused if status == LOCKED else "yes")


def test_what_a_locked_member_bought_comes_back_as_if_a_guest_had():
    publish(the_program(policies=Policies(locked_members_earn=False)), at=NOON - HOUR)
    member = a_member(points=100, at=NOON - HOUR)
    become(member, LOCKED)
    sale = sell(a_sale(1000, member=member, at=LATER), at=LATER)
    refund = NewRefund(sale_id=sale.id, external_id="B", occurred_at=LATER, amount_minor=1000)
    [outcome] = refund_sales([refund], at=LATER)
    assert not isinstance(outcome, Refusal)
    assert points_of(member, at=LATER) == 100


@pytest.mark.parametrize(
    ("status", "found", "is_joined"),
    [
        (ACTIVE, "active", True),
        (LOCKED, "locked", True),
        (BLOCKED, "blocked", True),
        (LEFT, "left", False),
        (LOCK_OVER, "active", True),
        (BLOCK_OVER, "active", True),
        (BACK, "active", True),
    ],
)
def test_a_till_finds_what_counts_now(status, found, is_joined):
    member = a_member(at=NOON - HOUR)
    become(member, status)
    seen = find_member(MemberHandle(id=str(member)), country="US", at=LATER)
    assert seen is not None
    assert (seen.status, seen.is_joined) == (found, is_joined)


@pytest.mark.parametrize("status", [Status.LOCKED, Status.BLOCKED])
@pytest.mark.parametrize(("moment", "counts"), [(LATER - timedelta(microseconds=1), True), (LATER, False)])
def test_a_lock_ends_at_its_end_whoever_asks(status, moment, counts):
    member = a_member()
    change_status(member_id=member, status=status, reason="x", at=NOON, by=BOB, until=LATER)
    now = status.value if counts else "active"
    row, found = read_member(member), find_member(MemberHandle(id=str(member)), country="US", at=moment)
    assert row is not None and found is not None
    assert {standing_of(member, at=moment), status_at(Member.objects.get(pk=member), at=moment)} == {now}
    assert {row.at(moment).status, found.status} == {now}


def test_the_night_notes_the_end_of_what_is_over_once():
    locked, blocked = a_member(at=NOON), a_member(at=NOON)
    become(locked, LOCK_OVER)
    change_status(member_id=blocked, status=Status.BLOCKED, reason="x", at=NOON, by=BOB, until=LATER + HOUR)

    assert end_statuses(at=LATER) == 1
    assert end_statuses(at=LATER) == 0

    row = Member.objects.get(pk=locked)
    assert (row.status, row.status_reason, row.status_until) == ("active", "", None)
    assert Member.objects.get(pk=blocked).status == "blocked"
    event = Event.objects.latest("id")
    assert (event.actor, event.member_id, event.facts) == (SYSTEM.tag, locked, {"from": "locked", "to": "active"})


@pytest.mark.parametrize(
    ("status", "until"), [(Status.LOCKED, NOON), (Status.LOCKED, NOON - HOUR), (Status.ACTIVE, NOON + HOUR)]
)
def test_only_a_lock_or_block_ends_and_it_ends_later(status: Status, until: datetime):
    member = a_member(at=NOON)
    with pytest.raises(InvalidStatusEnd):
        change_status(member_id=member, status=status, reason="x", at=NOON, by=BOB, until=until)
    assert Member.objects.get(pk=member).status == "active"


def test_who_left_keeps_what_they_have_and_has_it_when_they_come_back():
    member = a_member(points=100, at=NOON - HOUR)
    become(member, LEFT)
    row = Member.objects.get(pk=member)
    assert (row.left_at, row.left_reason, points_of(member)) == (NOON, "x", 100)

    join_member(member_id=member, at=LATER, by=BOB)

    shown = read_member(member)
    assert shown is not None
    assert (shown.joined_at, shown.left_at) == (NOON - HOUR, None)
    actions = Event.objects.filter(about="member", about_id=member).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["member.enrolled", "member.left", "member.came_back"]


def test_nobody_is_removed_without_a_reason():
    member = a_member(at=NOON)
    with pytest.raises(ReasonNeeded):
        remove_member(member_id=member, reason=" ", at=NOON, by=BOB)
    assert Member.objects.get(pk=member).left_at is None
