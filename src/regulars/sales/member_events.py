"""What happens to members besides sales: they sign up, have a birthday, review, refer somebody, scan a code.

An event happens once for ever: (event, external_id) is its natural key. It earns by the event rules of its time, in the
engine that serves sales, and starts units that waited for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from regulars.core.checkout import CLOCK_SKEW
from regulars.core.life import RECEIPT
from regulars.core.program.policies import Policies
from regulars.core.refusals import Refusal
from regulars.ledger.lock import ask_wallets
from regulars.ledger.lots import ask_waiting
from regulars.ledger.wallet import Balance
from regulars.members.find import Found, find_members
from regulars.platform.again import looks_again
from regulars.platform.rows import ask_ids, read_ids, together
from regulars.points.self_stamping import NotJoined
from regulars.programs.book import Book, load_book
from regulars.sales.answers import NOTHING, Brought
from regulars.sales.event_batch import CheckedEvent, EventBatch, Given, NewMemberEvent, ask_earlier, scopes_at
from regulars.sales.member_states import MemberStates, ask_own, ask_shared
from regulars.sales.refusals import (
    CardInactive,
    MemberBlocked,
    MemberLocked,
    MemberNotFound,
    StoreNotFound,
    WrongStore,
)
from regulars.stores.find import StoreFacts, find_stores


class InvalidEvent(Refusal):
    """An event has a name of 1 to 64 visible characters, and an external id of 1 to 128."""

    code = "invalid_event"

    def __init__(self, *, field: str) -> None:
        self.field = field


class EventReused(Refusal):
    """This event came under the same external id for another member before."""

    code = "event_reused"


class FutureEvent(Refusal):
    """The clock of who tells it is more than ten minutes ahead."""

    code = "future_event"

    def __init__(self, *, occurred_at: datetime) -> None:
        self.occurred_at = occurred_at


class EventTooOld(Refusal):
    """Older than the program accepts (`max_backdate_days`)."""

    code = "event_too_old"

    def __init__(self, *, earliest: datetime) -> None:
        self.earliest = earliest


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """What an event brought; `started` lots had waited for it. `replayed`: it was told before, and this is what it
    brought then.
    """

    id: int
    member_id: int
    given: tuple[Given, ...] = ()
    brought: Brought = NOTHING
    started: int = 0
    balances: tuple[Balance, ...] = ()
    replayed: bool = False


def record_member_event(new: NewMemberEvent, *, at: datetime) -> Happened:
    """Record one event. Refuses what `record_member_events` refuses."""
    [outcome] = record_member_events([new], at=at)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@looks_again
def record_member_events(
    batch: Sequence[NewMemberEvent], *, at: datetime, is_history: bool = False
) -> list[Happened | Refusal]:
    """Record events in their order; one outcome each. The number of statements does not grow with the batch.

    The same key again changes nothing and is told what it brought; for another member it is EventReused. Refuses,
    besides: InvalidEvent, MemberNotFound, MemberBlocked, CardInactive, NotJoined, StoreNotFound, WrongStore,
    FutureEvent, EventTooOld. `is_history` lets any past time in.
    """
    book = load_book()
    checked = _check_batch(batch, book=book, at=at, is_history=is_history)
    sound = [each for each in checked if isinstance(each, CheckedEvent)]
    opened = _open(sound, book, at=at)
    outcomes: list[Happened | Refusal] = []
    for each in checked:
        if isinstance(each, Refusal):
            outcomes.append(each)
            continue
        earlier = opened.earlier.get(each.new.key)
        if earlier is None:
            earlier = opened.settle(each)
            replayed = False
        elif earlier.member_id != each.member.member_id:
            outcomes.append(EventReused())
            continue
        else:
            replayed = True
        outcomes.append(
            Happened(
                id=earlier.id,
                member_id=earlier.member_id,
                given=earlier.given,
                brought=NOTHING if replayed else earlier.brought,
                started=0 if replayed else earlier.started,
                balances=opened.balances_of(earlier.member_id),
                replayed=replayed,
            )
        )
    opened.write()
    return outcomes


def _open(sound: Sequence[CheckedEvent], book: Book, *, at: datetime) -> EventBatch:
    """Lock what members share, then their accounts; look everything else up under the locks."""
    programs = [book.compiled_at(each.new.occurred_at) for each in sound]
    members = sorted({each.member.member_id for each in sound})
    with together():
        shared = ask_shared(
            [(program, scopes_at(each)) for program, each in zip(programs, sound, strict=True)], lock=True
        )
        wallets = ask_wallets(members, units=book.units, at=at, giving=members)
        own = ask_own([(program, each.member.member_id) for program, each in zip(programs, sound, strict=True)], at=at)
        earlier = ask_earlier([each.new.key for each in sound])
        waiting = ask_waiting(members, sorted({each.new.event for each in sound}))
        ids = ask_ids(points_memberevent=len(sound))
    [free_ids] = read_ids(ids)
    tallies, opened = shared(), wallets()
    for wallet in opened.values():
        wallet.balance_at(at)  # sums up what has lapsed
    return EventBatch(
        at=at,
        book=book,
        wallets=opened,
        states=MemberStates(shared=tallies, own=own(), wallets=opened),
        earlier=earlier(),
        waiting=waiting(),
        free_ids=free_ids,
    )


def _check_batch(
    batch: Sequence[NewMemberEvent], *, book: Book, at: datetime, is_history: bool
) -> list[CheckedEvent | Refusal]:
    found = find_members([new.member for new in batch], country=book.program.country, at=at)
    stores = find_stores({new.store for new in batch if new.store})
    policies = book.compiled_at(at).policies
    checked: list[CheckedEvent | Refusal] = []
    for new, member in zip(batch, found, strict=True):
        fault = (
            _check_shape(new)
            or _check_member(member, policies)
            or _check_store(new, stores)
            or _check_time(new.occurred_at, at=at, policies=policies, is_history=is_history)
        )
        if fault is None and member is not None:
            checked.append(CheckedEvent(new, member, stores.get(new.store)))
        else:
            checked.append(fault or MemberNotFound())
    return checked


def _check_shape(new: NewMemberEvent) -> Refusal | None:
    for field, text, longest in (("event", new.event, 64), ("external_id", new.external_id, 128)):
        if not 1 <= len(text) <= longest or not text.isprintable():
            return InvalidEvent(field=field)
    return InvalidEvent(field="event") if new.event.startswith(RECEIPT) else None


def _check_member(member: Found | None, policies: Policies) -> Refusal | None:
    if member is None:
        return MemberNotFound()
    if member.status == "blocked":
        return MemberBlocked()
    if member.card_status == "blocked":
        return CardInactive()
    if member.status == "locked" and not policies.locked_members_earn:
        return MemberLocked()
    return None if member.is_joined else NotJoined()


def _check_store(new: NewMemberEvent, stores: dict[str, StoreFacts]) -> Refusal | None:
    if new.only_store is not None and new.store != new.only_store:
        return WrongStore(allowed=new.only_store)
    if new.store and new.store not in stores:
        return StoreNotFound(store=new.store)
    return None


def _check_time(occurred_at: datetime, *, at: datetime, policies: Policies, is_history: bool) -> Refusal | None:
    if occurred_at > at + CLOCK_SKEW:
        return FutureEvent(occurred_at=occurred_at)
    earliest = at - timedelta(days=policies.max_backdate_days)
    return None if is_history or occurred_at >= earliest else EventTooOld(earliest=earliest)
