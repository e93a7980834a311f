"""What a member can have for what they hold: every reward with a price, and why some cannot be had now."""

from datetime import datetime

import msgspec

from regulars.core.claiming import Claimant, check_claim, price_of
from regulars.core.program.rewards import Reward
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balances_of
from regulars.platform.rows import together
from regulars.points.claimants import ask_claimants
from regulars.points.counter import wanted_of
from regulars.programs.book import Book
from regulars.rewards.limits import ask_had, ask_taken


class Claimable(msgspec.Struct, frozen=True, kw_only=True):
    """A reward at this member's price; `refusal` says why it cannot be had now. `left` of a limited one."""

    reward: Reward
    unit: str
    price: int
    available: int
    refusal: Refusal | None
    left: int | None


def list_claimable(member_id: int, *, book: Book, at: datetime) -> list[Claimable]:
    """Every reward of the live program that has a price; a claim decides again under its locks."""
    program = book.compiled_at(at)
    limited = [code for code, reward in program.rewards.items() if reward.stock is not None]
    with together():
        taken = ask_taken(limited, lock=False)
        had = ask_had(wanted_of({(member_id, code) for code in program.rewards}, program, at=at))
        claimants = ask_claimants([member_id])
    available = {each.unit: each.available for each in balances_of([member_id], at=at)[member_id]}
    who = msgspec.structs.replace(claimants().get(member_id, Claimant()), available=available)
    had_before, taken_by_all = had(), taken()
    return [
        _offer(reward, who, at=at, had=had_before.get((member_id, code), 0), taken=taken_by_all.get(code, 0))
        for code, reward in program.rewards.items()
        if reward.price is not None
    ]


def _offer(reward: Reward, who: Claimant, *, at: datetime, had: int, taken: int) -> Claimable:
    price = price_of(reward, who.tiers)
    assert price is not None, "what is offered has a price"
    return Claimable(
        reward=reward,
        unit=price[0],
        price=price[1],
        available=who.available.get(price[0], 0),
        refusal=check_claim(reward, who, at=at, had=had, taken=taken),
        left=None if reward.stock is None else max(reward.stock - taken, 0),
    )
