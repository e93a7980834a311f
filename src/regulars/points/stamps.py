"""Somebody of the team puts stamps on a member's card, or takes them off: a plus or a minus, with a reason."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.core.why import Adjusted as AdjustedWhy
from regulars.ledger.journal import Note
from regulars.ledger.models import Kind
from regulars.ledger.statement import entries_about
from regulars.points.adjust import DEFAULT_COMMENT
from regulars.points.card_in_hand import CardInHand, CardNow, open_card, put_on, take_off
from regulars.programs.book import load_book

MOST_STAMPS = 100


class InvalidStamps(Refusal):
    """One to a hundred stamps at once, plus or minus, with a reason; the key has no slash."""

    code = "invalid_stamps"

    def __init__(self, *, field: str) -> None:
        self.field = field


class StampsKeyReused(Refusal):
    """The same key came with other stamps."""

    code = "key_reused"


class TooFewStamps(Refusal):
    """So many cannot be taken off: they are not there, or filled a card whose reward is used."""

    code = "insufficient_balance"

    def __init__(self, *, unit: str, available: int, wanted: int) -> None:
        self.unit = unit
        self.available = available
        self.wanted = wanted


@transaction.atomic
def adjust_stamps(
    *, member_id: int, card: str, stamps: int, reason: str, key: str, at: datetime, by: Actor, comment: str = ""
) -> CardNow:
    """Put `stamps` on a member's card, or take them off where it is negative; full cards and rewards follow.

    What is taken off opens full cards again as long as their rewards are unused, and withdraws those. The same `key`
    again changes nothing. `reason` stays inside, the member reads `comment`. Refuses: InvalidStamps, CardUnknown,
    UnknownMember, Blocked, StampsKeyReused, NoEffect, TooFewStamps.
    """
    _check(stamps=stamps, reason=reason, comment=comment, key=key)
    hand = open_card(member_id=member_id, card=card, book=load_book(), at=at)
    prefix = f"stamps/{member_id}/{key}"
    if earlier := entries_about(f"{prefix}/"):
        if earlier[0].unit != card or not _is_same(earlier[0].amount, stamps, hand):
            raise StampsKeyReused()
        put, entry_id = earlier[0].amount, earlier[0].id
        return hand.now(put=put, state=hand.state, held=hand.held, entry_id=entry_id, replayed=True)
    note = Note(
        key=f"{prefix}/{card}",
        occurred_at=at,
        why=AdjustedWhy(hand.held),
        by=by,
        reason=reason.strip(),
        comment=comment.strip() or DEFAULT_COMMENT,
    )
    done = _adjust(hand, stamps, note=note, about=f"staff/{key}")
    record_event(
        action="stamps.adjusted",
        about="member",
        about_id=member_id,
        member_id=member_id,
        facts={"unit": card, "amount": done.put, "entry": str(done.entry_id)},
        at=at,
        by=by,
    )
    return done


def preview_stamps(*, member_id: int, card: str, stamps: int, at: datetime) -> CardNow:
    """Return what `adjust_stamps` would do, and write nothing. Refuses what it refuses of the card and the stamps."""
    if not 1 <= abs(stamps) <= MOST_STAMPS:
        raise InvalidStamps(field="stamps")
    hand = open_card(member_id=member_id, card=card, book=load_book(), at=at, lock=False)
    if stamps > 0:
        put = hand.plan_put(stamps)
        return hand.now(put=put.put, state=put.state, held=put.held, completed=len(put.full))
    taken, _ = hand.plan_take(-stamps, lock=False)
    _check_short(taken.short, stamps=-stamps, card=card)
    return hand.now(put=stamps, state=taken.state, held=taken.held, reopened=len(taken.reopened))


def _adjust(hand: CardInHand, stamps: int, *, note: Note, about: str) -> CardNow:
    if stamps > 0:
        return put_on(hand, stamps, kind=Kind.ADJUST, note=note, about=about)
    plan, past = hand.plan_take(-stamps, lock=True)
    _check_short(plan.short, stamps=-stamps, card=hand.card.code)
    return take_off(hand, plan, past, stamps=-stamps, note=note, about=about)


def _is_same(put: int, stamps: int, hand: CardInHand) -> bool:
    """Whether so many were put on because so many were asked for: a card without a next one may have had less room."""
    return put == stamps or (0 < put < stamps and not (hand.card.restart and hand.card.overflow))


def _check_short(short: int, *, stamps: int, card: str) -> None:
    if short:
        raise TooFewStamps(unit=card, available=stamps - short, wanted=stamps)


def _check(*, stamps: int, reason: str, comment: str, key: str) -> None:
    if not 1 <= abs(stamps) <= MOST_STAMPS:
        raise InvalidStamps(field="stamps")
    for field, text in (("reason", reason), ("comment", comment)):
        if len(text) > 1000 or "\x00" in text:
            raise InvalidStamps(field=field)
    if not reason.strip():
        raise InvalidStamps(field="reason")
    # The key is a part of natural keys, where a slash ends a part.
    if not 1 <= len(key) <= 64 or "/" in key or not key.isprintable():
        raise InvalidStamps(field="key")
