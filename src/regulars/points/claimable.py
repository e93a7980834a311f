"""What a member could claim now: each reward of the catalogue with its price, the balance after it, or why not."""

from datetime import datetime

import msgspec

from regulars.core.claiming import Claimant, Place, RewardNotFound, check_claim, price_of
from regulars.core.program.rewards import Reward
from regulars.core.program.units import Unit
from regulars.core.refusals import Refusal
from regulars.ledger.lock import ask_wallets
from regulars.ledger.spending import Spending, SpendLimitReached, ask_spending
from regulars.members.lock import UnknownMember
from regulars.platform.rows import together
from regulars.points.claimants import available_of, find_claimants
from regulars.points.counter import wanted_of
from regulars.programs.book import load_book
from regulars.rewards.limits import ask_had, ask_taken
from regulars.rewards.use import place_of


class Claimable(msgspec.Struct, frozen=True, kw_only=True):
    """A reward as this member sees it. `listed` is the price without the member's level; `after` what is left of the
    unit when it is claimed. `refusal` says why it cannot be, None if it can; `left` of a limited stock.
    """

    reward: Reward
    unit: str
    price: int
    listed: int
    available: int
    refusal: Refusal | None
    left: int | None = None

    @property
    def after(self) -> int:
        return self.available - self.price


def list_claimable(*, member_id: int, at: datetime, store: str = "") -> list[Claimable]:
    """Return every reward with a price, those that can be claimed first, each cheapest first; nothing is written.

    Refuses: UnknownMember, PlaceUnknown.
    """
    book = load_book()
    program = book.compiled_at(at)
    priced = [reward for reward in program.rewards.values() if reward.price is not None]
    place = place_of(store)
    with together():
        wallets = ask_wallets([member_id], units=book.units, at=at, lock=False)
        spending = ask_spending([member_id], program.units.values(), earliest=at, zone=book.zone)
        taken = ask_taken([reward.code for reward in priced if reward.stock is not None], lock=False)
        had = ask_had(wanted_of({(member_id, reward.code) for reward in priced}, program, at=at))
    who = find_claimants([member_id], book=book, at=at).get(member_id)
    if who is None:
        raise UnknownMember()
    who = msgspec.structs.replace(who, available=available_of(wallets(), member_id))
    counts, mine, spent = taken(), had(), spending()
    shown = [
        _claimable(reward, who, at=at, place=place, had=mine.get((member_id, reward.code), 0), taken=counts)
        for reward in priced
    ]
    shown = [_bounded(each, spent, program.units[each.unit], member_id=member_id, at=at) for each in shown]
    return sorted(shown, key=lambda each: (each.refusal is not None, each.price, each.reward.name))


def price_for(*, member_id: int, reward: str, at: datetime) -> tuple[str, int]:
    """Return in which unit, and how much, a reward costs this member. Refuses: RewardNotFound, UnknownMember."""
    book = load_book()
    wanted = book.compiled_at(at).rewards.get(reward)
    who = find_claimants([member_id], book=book, at=at).get(member_id)
    if who is None:
        raise UnknownMember()
    price = price_of(wanted, who.tiers) if wanted else None
    if price is None:
        raise RewardNotFound()
    return price


def _claimable(
    reward: Reward, who: Claimant, *, at: datetime, place: Place, had: int, taken: dict[str, int]
) -> Claimable:
    price = price_of(reward, who.tiers)
    if price is None or reward.price is None:
        raise RewardNotFound()
    gone = taken.get(reward.code, 0)
    return Claimable(
        reward=reward,
        unit=price[0],
        price=price[1],
        listed=reward.price.amount,
        available=who.available.get(price[0], 0),
        refusal=check_claim(reward, who, at=at, place=place, had=had, taken=gone),
        left=None if reward.stock is None else max(reward.stock - gone, 0),
    )


def _bounded(each: Claimable, spending: Spending, unit: Unit, *, member_id: int, at: datetime) -> Claimable:
    """Let the unit's caps on spending refuse what nothing else does."""
    if each.refusal is None:
        try:
            spending.check(member_id, unit, each.price, at=at)
        except SpendLimitReached as refusal:
            return msgspec.structs.replace(each, refusal=refusal)
    return each
