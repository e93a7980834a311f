"""The team gives a member a reward, for nothing and for a reason: a goodwill, a prize, a mistake made good."""

from datetime import datetime

from django.db import transaction

from regulars.core.actor import Actor
from regulars.core.claiming import ClaimantBlocked, ClaimantLeft, RewardNotFound
from regulars.core.refusals import Refusal
from regulars.ledger.journal import Journal
from regulars.ledger.lock import lock_wallets
from regulars.members.lock import UnknownMember
from regulars.members.status import standing_of
from regulars.points.counter import ClaimKeyReused
from regulars.programs.book import load_book
from regulars.rewards.issue import NewReward, issue_rewards
from regulars.rewards.issued import Issued, find_issued
from regulars.rewards.models import Cause
from regulars.rewards.pay import pay_reward
from regulars.rewards.use import take_step


class InvalidGift(Refusal):
    """A gift has a reason of 1 to 1,000 characters, and a key of 1 to 100 without a slash."""

    code = "invalid_gift"

    def __init__(self, *, field: str) -> None:
        self.field = field


@transaction.atomic
def give_reward(*, member_id: int, reward: str, reason: str, key: str, at: datetime, by: Actor) -> Issued:
    """Give any reward of the live program, also one that cannot be claimed; limits and stock do not bind the team.

    The same `key` again changes nothing. Refuses: InvalidGift, UnknownMember, ClaimantBlocked, ClaimantLeft,
    RewardNotFound, ClaimKeyReused.
    """
    if not reason.strip() or len(reason) > 1000 or "\x00" in reason:
        raise InvalidGift(field="reason")
    if not 1 <= len(key) <= 100 or "/" in key or not key.isprintable():
        raise InvalidGift(field="key")
    book = load_book()
    program = book.compiled_at(at)
    wallets = lock_wallets([member_id], units=book.units, at=at)
    natural_key = f"staff/{member_id}/{key}"
    if before := find_issued([natural_key]).get(natural_key):
        if before.reward != reward:
            raise ClaimKeyReused()
        return before
    match standing_of(member_id, at=at):
        case None:
            raise UnknownMember()
        case "blocked":
            raise ClaimantBlocked()
        case "left":
            raise ClaimantLeft()
    terms = program.rewards.get(reward)
    if terms is None:
        raise RewardNotFound()
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    is_paid = pay_reward(
        terms,
        member_id=member_id,
        key=natural_key,
        program=program,
        wallets=wallets,
        journal=journal,
        occurred_at=at,
        by=by,
    )
    journal.write()
    new = NewReward(
        member_id=member_id,
        reward=terms,
        version=program.version_id,
        key=natural_key,
        cause=Cause.STAFF,
        by=by,
        is_paid=is_paid,
    )
    [issued] = issue_rewards([new], at=at, zone=book.zone)
    take_step(issued, "given", at=at, by=by, note=reason)
    return issued
