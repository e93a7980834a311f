"""A member takes a reward for its price: at a till, by the team's hand on their behalf, or over the API."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.ledger.wallet import Balance
from regulars.points.counter import Granted, NewClaim, look
from regulars.programs.book import load_book
from regulars.rewards.issue import issue_rewards
from regulars.rewards.issued import Issued


class InvalidClaim(Refusal):
    """The key of a claim has 1 to 100 characters, without a slash."""

    code = "invalid_claim"

    def __init__(self, *, field: str) -> None:
        self.field = field


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim did: the reward in the member's hand, and what is left of the unit it cost."""

    issued: Issued
    balance: Balance | None
    replayed: bool = False


def claim_reward(*, member_id: int, reward: str, key: str, at: datetime, by: Actor, store: str = "") -> Claimed:
    """Give a member a reward for its price, which differs by level; a reward of points or credit is paid at once.

    The same `key` again changes nothing. Refuses: InvalidClaim, UnknownMember, ClaimKeyReused, RewardNotFound,
    ClaimantLocked, ClaimantBlocked, NotStarted, TimeIsOver, TierNeeded, NotInAudience, NotAtThisStore, PlaceUnknown,
    PerMemberLimit, TotalLimit, TooDear.
    """
    [outcome] = claim_rewards([NewClaim(member_id=member_id, reward=reward, key=key, store=store, by=by)], at=at)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@transaction.atomic
def claim_rewards(batch: Sequence[NewClaim], *, at: datetime) -> list[Claimed | Refusal]:
    """Decide many claims in their order, each on what the ones before it left; one answer per claim.

    Of a reward of which there is one left, one claim gets it. The number of statements does not grow with the batch.
    """
    faults = [_check(claim) for claim in batch]
    sound = [claim for claim, fault in zip(batch, faults, strict=True) if fault is None]
    book = load_book()
    counter = look(sound, book=book, at=at)
    decided = iter([counter.decide(claim) for claim in sound])
    counter.journal.write()
    issued = {each.key: each for each in issue_rewards(list(counter.new.values()), at=at, zone=book.zone)}
    return [fault or _answer(next(decided), issued) for fault in faults]


def _check(claim: NewClaim) -> Refusal | None:
    # The key is a part of natural keys, where a slash ends a part.
    if not 1 <= len(claim.key) <= 100 or "/" in claim.key or not claim.key.isprintable():
        return InvalidClaim(field="key")
    return None


def _answer(decided: Granted | Refusal, issued: dict[str, Issued]) -> Claimed | Refusal:
    if isinstance(decided, Refusal):
        return decided
    if decided.before is not None:
        return Claimed(issued=decided.before, balance=decided.balance, replayed=True)
    return Claimed(issued=issued[decided.key], balance=decided.balance, replayed=decided.is_again)
