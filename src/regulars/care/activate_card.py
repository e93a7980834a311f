"""An anonymous card is activated: what it has earned comes along, to a new member or to one whom the shop knows.

The nameless guest who held it joins and gets a name, or is merged into the member: sales, lots with their dates, stamps
and what caps have counted come along, and the levels are reviewed with that spend.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.cards.activate import find_in_stock, take_out_of_stock
from regulars.cards.pins import ACTOR_AN_HOUR, MEMBER_AN_HOUR, CardUnusable, guess_pin
from regulars.care.merge import merge_members
from regulars.core.actor import Actor
from regulars.core.identifiers import clean_card
from regulars.core.refusals import Refusal
from regulars.members.change import MemberChanges, change_member
from regulars.members.first_use import REASON, open_guests
from regulars.members.lock import lock_member
from regulars.members.models import Card, CardStatus, Member, Status
from regulars.members.status import join_member, status_at
from regulars.platform.batches import run_batch
from regulars.tiers.review import review_members


class Activated(msgspec.Struct, frozen=True, kw_only=True):
    """`member_id` holds the card now; `is_new`: they joined with it."""

    number: str
    member_id: int
    is_new: bool


class MemberIsBlocked(Refusal):
    """A blocked member gets nothing."""

    code = "member_blocked"


def activate_with_pin(
    *, number: str, pin: str | None, to: int | MemberChanges, at: datetime, by: Actor
) -> Activated | Refusal:
    """Activate a card by the PIN under its scratch field, for the member `to` or a new one who is told like that.

    Wrong numbers and PINs are counted, so that refusal (CardUnusable, TooManyGuesses) is returned and not raised: the
    transaction must be kept. Raises the refusals UnknownMember, MemberIsBlocked, Duplicate and what is wrong with a new
    member's fields, after the PIN was right.
    """
    limits = {by.tag: ACTOR_AN_HOUR}
    if isinstance(to, int):
        limits[f"member/{to}"] = MEMBER_AN_HOUR

    with transaction.atomic():
        card = guess_pin(clean_card(number), pin, limits=limits, at=at)
        return card if isinstance(card, Refusal) else _activate(card, to, at=at, by=by)


def activate_by_hand(*, number: str, to: int | MemberChanges, at: datetime, by: Actor) -> Activated:
    """Activate a card that somebody of the team sees before them. Who collides with a till, a merge or a colleague (a
    deadlock, a serialization failure, a unique key) looks again, as tills do.

    Refuses: InvalidCard, UnknownCard, NotInStock, UnknownMember, MemberIsBlocked, CardUnusable (a colleague was
    quicker), Duplicate, and what is wrong with a new member's fields; Busy, Unavailable, CouldNotBeRecorded.
    """

    def activate(numbers: Sequence[str]) -> list[Activated]:
        return [_activate(find_in_stock(clean_card(each), at=at), to, at=at, by=by) for each in numbers]

    [outcome] = run_batch([number], activate, is_replayable=False)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _activate(card: Card, to: int | MemberChanges, *, at: datetime, by: Actor) -> Activated:
    if isinstance(to, int):
        member_id, is_new = _hand_to_member(card, to, at=at, by=by), False
    else:
        member_id, is_new = _hand_to_newcomer(card, to, at=at, by=by), True
    return Activated(number=card.number, member_id=member_id, is_new=is_new)


def _hand_to_newcomer(card: Card, newcomer: MemberChanges, *, at: datetime, by: Actor) -> int:
    """The guest who held the card joins; of a card that was never used, a guest is made first."""
    guest = card.member_id or open_guests([card.pk], at=at).get(card.pk)
    if guest is None:
        raise CardUnusable()
    _lock([guest])
    _let_spend(guest)
    take_out_of_stock(card.pk, held_by=guest, member_id=guest, at=at, by=by, earned_before=card.member_id is not None)
    change_member(member_id=guest, changes=newcomer, at=at, by=by)
    join_member(member_id=guest, at=at, by=by)
    review_members([guest], at=at)
    return guest


def _hand_to_member(card: Card, member_id: int, *, at: datetime, by: Actor) -> int:
    """The guest who held the card is merged into the member; a card that was never used has nobody to merge."""
    guest = card.member_id or _holder_under_lock(card)
    _lock([member_id] if guest is None else [member_id, guest])
    member = lock_member(member_id)
    if status_at(member, at=at) == Status.BLOCKED:
        raise MemberIsBlocked()
    if guest is not None:
        if not Card.objects.filter(pk=card.pk, status=CardStatus.STOCK, member_id=guest).exists():
            raise CardUnusable()  # whoever was quicker has it, and the guest is theirs
        _let_spend(guest)
        merge_members(source=guest, keeper=member.pk, at=at, by=by)
    take_out_of_stock(
        card.pk,
        held_by=None if guest is None else member.pk,
        member_id=member.pk,
        at=at,
        by=by,
        earned_before=guest is not None,
    )
    if not member.has_card:
        Member.objects.filter(pk=member.pk).update(has_card=True)
    if guest is not None:
        review_members([member.pk], at=at)
    return member.pk


def _holder_under_lock(card: Card) -> int | None:
    """Return who holds a card that nobody held a moment ago: a till may have been quicker."""
    return Card.objects.select_for_update(no_key=True).values_list("member_id", flat=True).get(pk=card.pk)


def _lock(member_ids: Sequence[int]) -> None:
    """Hold the rows of these people, in the order of their ids: two who merge the same two do not wait in a circle."""
    list(Member.objects.select_for_update(no_key=True).filter(pk__in=member_ids).order_by("pk").values_list("pk"))


def _let_spend(guest: int) -> None:
    """Unlock what was locked while the card was in stock."""
    locked = Member.objects.filter(pk=guest, status=Status.LOCKED, status_reason=REASON)
    locked.update(status=Status.ACTIVE, status_reason="")
