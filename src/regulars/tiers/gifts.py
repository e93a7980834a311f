"""The rewards of a level that was reached: each once per member and period of its tier set."""

from collections.abc import Collection

from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.tiers import Move
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets
from regulars.rewards.issue import NewReward
from regulars.rewards.models import Cause
from regulars.rewards.pay import pay_reward


def gift_key(member_id: int, move: Move, reward: str) -> str:
    """Return what brings a level's reward: the member, the tier set's period, and the reward."""
    return f"tier/{member_id}/{move.tier_set}/{move.period:%Y-%m-%d}/{reward}"


def gifts_of(
    move: Move,
    *,
    member_id: int,
    program: Compiled,
    wallets: Wallets,
    journal: Journal,
    by: Actor,
    paid: Collection[str] = (),
) -> list[NewReward]:
    """Return the rewards that a move brings; one that is paid at once is credited, unless its key is in `paid`.

    A reward the program has no more is not given.
    """
    gifts = []
    for code in move.rewards:
        reward = program.rewards.get(code)
        if reward is None:
            continue
        key = gift_key(member_id, move, code)
        if key in paid:
            continue
        is_paid = pay_reward(
            reward,
            member_id=member_id,
            key=key,
            program=program,
            wallets=wallets,
            journal=journal,
            occurred_at=journal.at,
            by=by,
        )
        gifts.append(
            NewReward(
                member_id=member_id,
                reward=reward,
                version=program.version_id,
                key=key,
                cause=Cause.TIER,
                by=by,
                is_paid=is_paid,
            )
        )
    return gifts
