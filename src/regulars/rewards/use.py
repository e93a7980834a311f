"""A reward is used once, at a till or by the team's hand; a use that was a mistake is taken back."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.claiming import ANYWHERE, Place, RewardNotFound, check_use
from regulars.core.program.rewards import Reward
from regulars.core.refusals import Refusal
from regulars.members.status import standing_of
from regulars.programs.book import Book, load_book
from regulars.rewards.issued import Issued, find_by_code, read_one
from regulars.rewards.models import IssuedReward, Status, Step
from regulars.stores.find import find_stores

LONGEST_NOTE = 1_000


class RewardUnknown(Refusal):
    """No reward that anybody has goes by this code or id."""

    code = "reward_not_found"


class AlreadyUsed(Refusal):
    """It was used before."""

    code = "already_used"

    def __init__(self, *, used_at: datetime) -> None:
        self.used_at = used_at


class NotUsed(Refusal):
    """Only a use can be taken back."""

    code = "not_used"


class PlaceUnknown(Refusal):
    """There is no store with this code."""

    code = "store_not_found"

    def __init__(self, *, store: str) -> None:
        self.store = store


@transaction.atomic
def use_reward(
    *,
    at: datetime,
    by: Actor,
    code: str | None = None,
    issued_id: int | None = None,
    store: str = "",
    note: str = "",
) -> Issued:
    """Use a reward, named by what the till read or by its id, at a store if there is one.

    Of two tills with the same code, one uses it and the other is told when. Refuses: RewardUnknown, RewardNotFound
    (it was taken away), AlreadyUsed, NotStarted, TimeIsOver, NotAtThisStore, OutsideHours, PlaceUnknown,
    ClaimantLocked, ClaimantBlocked, ClaimantLeft.
    """
    issued = _lock(code=code, issued_id=issued_id)
    if issued.status == Status.USED:
        assert issued.ended_at is not None, "what is used has an end"
        raise AlreadyUsed(used_at=issued.ended_at)
    if issued.status != Status.OUTSTANDING:
        raise RewardNotFound()
    status = standing_of(issued.member_id, at=at)
    assert status is not None, "a reward is somebody's"
    place = place_of(store)
    if refusal := check_use(
        terms_of(issued, load_book()), status=status, at=at, usable_until=issued.usable_until, place=place
    ):
        raise refusal
    _change(issued, status=Status.USED, ended_at=at)
    take_step(issued, "used", at=at, by=by, store=store, note=note)
    return _again(issued)


@transaction.atomic
def take_back_use(*, issued_id: int, at: datetime, by: Actor, note: str = "") -> Issued:
    """Make a used reward outstanding again, with the end it had, because it was used by mistake or its sale came back.

    What was paid at once (points, credit) stays paid. Refuses: RewardUnknown, NotUsed.
    """
    issued = _lock(code=None, issued_id=issued_id)
    used = Step.objects.filter(issued_id=issued.id, name="used").exists()
    if issued.status != Status.USED or not used:
        raise NotUsed()
    _change(issued, status=Status.OUTSTANDING, ended_at=None)
    take_step(issued, "restored", at=at, by=by, note=note)
    return _again(issued)


def take_step(issued: Issued, name: str, *, at: datetime, by: Actor, store: str = "", note: str = "") -> None:
    """Write down what happened to a reward, for its history and for everybody who follows the shop's events."""
    Step.objects.create(
        issued_id=issued.id, name=name, at=at, actor=by.tag, store=store, note=note.strip()[:LONGEST_NOTE]
    )
    facts = {"reward": issued.reward} | ({"store": store} if store else {})
    record_event(
        action=f"reward.{name}",
        about="reward",
        about_id=issued.id,
        member_id=issued.member_id,
        facts=facts,
        at=at,
        by=by,
    )


def terms_of(issued: Issued, book: Book) -> Reward:
    """Return a reward as the version that gave it has it."""
    return book.version(issued.version).rewards[issued.reward]


def place_of(store: str) -> Place:
    """Return a store as conditions ask about it. Refuses: PlaceUnknown."""
    place = places_of([store]).get(store)
    if place is None:
        raise PlaceUnknown(store=store)
    return place


def places_of(stores: Collection[str]) -> dict[str, Place]:
    """Return these stores as conditions ask about them, with one statement; one that nobody has is missing."""
    known = find_stores([store for store in stores if store])
    places = {
        code: Place(store=code, tags=tuple(sorted(facts.tags)), zone=ZoneInfo(facts.time_zone))
        for code, facts in known.items()
    }
    return places | {"": ANYWHERE}


def _lock(*, code: str | None, issued_id: int | None) -> Issued:
    if code is not None:
        issued = find_by_code(code, lock=True)
    else:
        assert issued_id is not None, "a code or an id says which reward"
        issued = read_one(issued_id, lock=True)
    if issued is None:
        raise RewardUnknown()
    return issued


def _change(issued: Issued, *, status: Status, ended_at: datetime | None) -> None:
    IssuedReward.objects.filter(pk=issued.id).update(status=status, ended_at=ended_at)


def _again(issued: Issued) -> Issued:
    after = read_one(issued.id)
    assert after is not None, "a reward stays for ever"
    return after
