"""A batch of claims while it is decided: what was looked up under the locks, and what is given away so far."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from regulars.core.actor import SYSTEM, Actor
from regulars.core.claiming import Claimant, Place, RewardNotFound, check_claim, price_of
from regulars.core.compiled import Compiled
from regulars.core.lots import draw
from regulars.core.program.rewards import Reward
from regulars.core.refusals import Refusal
from regulars.core.why import Claimed as ClaimedWhy
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets, ask_wallets
from regulars.ledger.models import Kind
from regulars.ledger.spending import Spending, SpendLimitReached, ask_spending
from regulars.ledger.wallet import Balance
from regulars.members.lock import UnknownMember
from regulars.platform.rows import together
from regulars.points.claimants import available_of, find_claimants
from regulars.programs.book import Book
from regulars.rewards.issue import NewReward
from regulars.rewards.issued import Issued, ask_issued
from regulars.rewards.limits import Wanted, ask_had, ask_taken
from regulars.rewards.models import Cause
from regulars.rewards.pay import pay_reward
from regulars.rewards.use import PlaceUnknown, places_of


class ClaimKeyReused(Refusal):
    """The same key came with another claim."""

    code = "key_reused"


class NewClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants which reward; `store` is where, if it is in one. `key` is the caller's, unique for the member."""

    member_id: int
    reward: str
    key: str
    store: str = ""
    by: Actor = SYSTEM

    @property
    def natural_key(self) -> str:
        return f"claim/{self.member_id}/{self.key}"


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that holds: what it brought `before`, or what it will bring; `is_again`: the same batch asked twice."""

    key: str
    balance: Balance | None
    before: Issued | None = None
    is_again: bool = False


def look(batch: Sequence[NewClaim], *, book: Book, at: datetime) -> "Counter":
    """Lock the members' accounts, then the limited rewards, and look everything else up under the locks."""
    program = book.compiled_at(at)
    members = sorted({claim.member_id for claim in batch})
    rewards = {claim.reward for claim in batch} & program.rewards.keys()
    limited = [code for code in rewards if program.rewards[code].stock is not None]
    places = places_of({claim.store for claim in batch})
    with together():
        wallets = ask_wallets(members, units=book.units, at=at, giving=members)
        taken = ask_taken(limited, lock=True)
        earlier = ask_issued({claim.natural_key for claim in batch})
        had = ask_had(wanted_of({(claim.member_id, claim.reward) for claim in batch}, program, at=at))
        spending = ask_spending(members, program.units.values(), earliest=at, zone=book.zone)
    return Counter(
        program=program,
        journal=Journal(at=at, sides=book.sides, zone=book.zone),
        places=places,
        wallets=wallets(),
        claimants=find_claimants(members, book=book, at=at),
        earlier=earlier(),
        had=had(),
        taken=taken(),
        spending=spending(),
    )


def wanted_of(pairs: Iterable[tuple[int, str]], program: Compiled, *, at: datetime) -> list[Wanted]:
    """Return what to ask about these members and rewards: only rewards that a member gets so often have a question."""
    wanted = []
    for member_id, code in sorted(pairs):
        reward = program.rewards.get(code)
        if reward is not None and reward.per_member is not None:
            days = reward.per_member.days
            wanted.append(Wanted(member_id, code, None if days is None else at - timedelta(days=days)))
    return wanted


class Counter(msgspec.Struct, kw_only=True):
    program: Compiled
    journal: Journal
    places: Mapping[str, Place]
    wallets: Wallets
    claimants: Mapping[int, Claimant]
    earlier: Mapping[str, Issued]
    had: dict[tuple[int, str], int]
    taken: dict[str, int]
    spending: Spending
    new: dict[str, NewReward] = {}

    def decide(self, claim: NewClaim) -> Granted | Refusal:
        """Grant one claim, or say why not; it changes what the next ones find."""
        if again := self._replay(claim):
            return again
        reward, place = self.program.rewards.get(claim.reward), self.places.get(claim.store)
        who = self.claimants.get(claim.member_id)
        if who is None:
            return UnknownMember()
        if place is None:
            return PlaceUnknown(store=claim.store)
        if reward is None:
            return RewardNotFound()
        who = msgspec.structs.replace(who, available=available_of(self.wallets, claim.member_id))
        had = self.had.get((claim.member_id, claim.reward), 0)
        taken = self.taken.get(claim.reward, 0)
        refusal = check_claim(reward, who, at=self.journal.at, place=place, had=had, taken=taken)
        return refusal or self._grant_within_limits(claim, reward, who)

    def _grant_within_limits(self, claim: NewClaim, reward: Reward, who: Claimant) -> Granted | Refusal:
        """Grant what the caps on spending of the price's unit allow."""
        price = price_of(reward, who.tiers)
        assert price is not None, "what was checked has a price"
        unit, amount = price
        try:
            self.spending.check(claim.member_id, self.program.units[unit], amount, at=self.journal.at)
        except SpendLimitReached as refusal:
            return refusal
        self.spending.count(claim.member_id, self.program.units[unit], amount, at=self.journal.at)
        return self._grant(claim, reward, unit=unit, amount=amount)

    def _replay(self, claim: NewClaim) -> Granted | Refusal | None:
        key = claim.natural_key
        if before := self.earlier.get(key):
            balance = self._balance(claim.member_id, before.price_unit)
            same = before.reward == claim.reward
            return Granted(key=key, balance=balance, before=before) if same else ClaimKeyReused()
        if new := self.new.get(key):
            balance = self._balance(claim.member_id, new.price_unit)
            same = new.reward.code == claim.reward
            return Granted(key=key, balance=balance, is_again=True) if same else ClaimKeyReused()
        return None

    def _grant(self, claim: NewClaim, reward: Reward, *, unit: str, amount: int) -> Granted:
        key = claim.natural_key
        if amount:
            self._charge(claim, reward, unit=unit, amount=amount)
        is_paid = pay_reward(
            reward,
            member_id=claim.member_id,
            key=key,
            program=self.program,
            wallets=self.wallets,
            journal=self.journal,
            occurred_at=self.journal.at,
            by=claim.by,
        )
        self.new[key] = NewReward(
            member_id=claim.member_id,
            reward=reward,
            version=self.program.version_id,
            key=key,
            cause=Cause.CLAIM,
            by=claim.by,
            price_unit=unit if amount else "",
            price_amount=amount,
            is_paid=is_paid,
        )
        pair = (claim.member_id, claim.reward)
        self.had[pair] = self.had.get(pair, 0) + 1
        self.taken[claim.reward] = self.taken.get(claim.reward, 0) + 1
        return Granted(key=key, balance=self._balance(claim.member_id, unit))

    def _charge(self, claim: NewClaim, reward: Reward, *, unit: str, amount: int) -> None:
        at = self.journal.at
        wallet = self.wallets[claim.member_id, unit]
        listed = reward.price.amount if reward.price else amount
        self.journal.debit(
            wallet,
            kind=Kind.REDEEM,
            draws=draw(wallet.open_lots, wanted=amount, at=at),
            amount=amount,
            note=Note(
                key=f"{claim.natural_key}/{unit}",
                occurred_at=at,
                why=ClaimedWhy(reward=reward.name, price=amount, listed=listed),
                by=claim.by,
            ),
        )

    def _balance(self, member_id: int, unit: str) -> Balance | None:
        wallet = self.wallets.get((member_id, unit))
        return None if wallet is None else wallet.balance_at(self.journal.at)
