"""What bounds stamps that members fetch themselves, with a code or at a poster: the card's conditions, its cool-down
and its most stamps a day.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from regulars.core.actor import Actor
from regulars.core.claiming import ClaimantLocked, Place, check_when
from regulars.core.program.stamp_cards import StampCard
from regulars.core.refusals import Refusal
from regulars.core.why import Earned, RulePart
from regulars.ledger.journal import Note
from regulars.ledger.models import Kind
from regulars.points.card_in_hand import CardInHand, CardNow, put_on
from regulars.points.claimants import find_claimants


class NotJoined(Refusal):
    """Guests earn nothing until they join."""

    code = "not_joined"


class CoolDown(Refusal):
    """The card was stamped a short while ago; `again_at` is when it can be next."""

    code = "cool_down"

    def __init__(self, *, again_at: datetime) -> None:
        self.again_at = again_at


class DailyLimit(Refusal):
    """The card has had its stamps for today."""

    code = "daily_limit"

    def __init__(self, *, limit: int) -> None:
        self.limit = limit


class Rest(msgspec.Struct, frozen=True):
    """How long a member waits, and in which counter the last time stands."""

    counter: str
    minutes: int


def rest_of(card: StampCard) -> Rest:
    """Return a card's own cool-down, which everything that members fetch themselves shares."""
    return Rest(f"card/{card.code}", card.cool_down_minutes)


def fetch_stamps(
    hand: CardInHand, stamps: int, *, source: str, key: str, rest: Rest, place: Place, at: datetime, by: Actor
) -> CardNow:
    """Put stamps on a locked card that the member fetched from a `source` (stamp_code, qr), which then rests.

    Refuses: NotJoined, ClaimantLocked, NotStarted, TimeIsOver, NotAtThisStore,
    OutsideHours, TierNeeded, NotInAudience, CoolDown, DailyLimit, NoEffect.
    """
    _check(hand, rest=rest, place=place, at=at)
    on = at.astimezone(hand.book.zone).date()
    counter = f"r:{hand.card.code}"
    if hand.card.max_per_day is not None:
        room = hand.card.max_per_day - hand.tally.used_of(counter, "day", on)
        if room <= 0:
            raise DailyLimit(limit=hand.card.max_per_day)
        stamps = min(stamps, room)
    put = hand.plan_put(stamps).put
    if hand.card.max_per_day is not None:
        hand.tally.add(counter, "day", on, put, keep_days=hand.program.keep_days)
    part = RulePart(hand.card.code, 0, 0, stamps, stamps, put)
    note = Note(
        key=key,
        occurred_at=at,
        why=Earned(version=hand.program.version_id, parts=(part,), event=source),
        by=by,
    )
    return put_on(hand, stamps, kind=Kind.EARN, note=note, about=key, last={rest.counter: int(at.timestamp())})


def _check(hand: CardInHand, *, rest: Rest, place: Place, at: datetime) -> None:
    if not hand.is_joined:
        raise NotJoined()
    claimants = find_claimants([hand.member_id], book=hand.book, at=at)
    if claimants[hand.member_id].status == "locked" and not hand.program.policies.locked_members_earn:
        raise ClaimantLocked()
    if refusal := check_when(hand.card.when, claimants[hand.member_id], at=at, place=place):
        raise refusal
    last = hand.tally.last.get(rest.counter)
    if last is not None:
        again_at = datetime.fromtimestamp(last, UTC) + timedelta(minutes=rest.minutes)
        if at < again_at:
            raise CoolDown(again_at=again_at)
