"""A reward of points or credit is paid at once: its worth joins the member's wallet, and nothing is left to use."""

from collections.abc import Mapping
from datetime import datetime

from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.life import life_of
from regulars.core.program.rewards import Reward
from regulars.core.why import Rewarded
from regulars.ledger.journal import Journal, Note
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet

PAID_KINDS = ("points", "credit")


def pays(reward: Reward) -> tuple[str, int] | None:
    """Return (unit, amount) that a reward pays; None for one that is used."""
    unit, amount = reward.gives.unit, reward.gives.amount
    return None if reward.kind not in PAID_KINDS or unit is None or amount is None else (unit, amount)


def pay_reward(
    reward: Reward,
    *,
    member_id: int,
    key: str,
    program: Compiled,
    wallets: Mapping[tuple[int, str], Wallet],
    journal: Journal,
    occurred_at: datetime,
    by: Actor,
) -> bool:
    """Credit what a reward pays, under the key of what brings it, with the life of its unit; tell whether it pays."""
    paid = pays(reward)
    if paid is None:
        return False
    code, amount = paid
    unit = program.unit(code)
    journal.credit(
        wallets[member_id, code],
        kind=Kind.EARN,
        amount=amount,
        life=life_of(unit.expiry, unit.pending, given_at=occurred_at, zone=program.zone),
        note=Note(key=f"{key}/pays/{code}", occurred_at=occurred_at, why=Rewarded(reward.name), by=by),
    )
    return True
