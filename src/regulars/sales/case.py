"""One refund while it is decided: the sale before it, what comes back, and where it is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from regulars.core import unsettling
from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.lots import Lot, is_lapsed
from regulars.core.periods import end_of_day
from regulars.core.program.units import Unit
from regulars.core.refunding import LineShare, Return
from regulars.core.settling import MemberState
from regulars.core.unsettling import Reconsidered
from regulars.core.why import Why
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets
from regulars.ledger.wallet import Wallet
from regulars.points.expire import expire_lots
from regulars.points.unfill import Pasts
from regulars.programs.book import Book
from regulars.sales.member_states import MemberStates
from regulars.sales.sold import SaleEntry, Sold


class Case(msgspec.Struct, kw_only=True):
    """`program` is the version the sale earned by, None where it earned nothing; `now` the one that is live, whose
    policies say what becomes of units that were spent. `lapsed`: how much of each lot this batch has expired.
    `pasts`: the full cards of the members, by member and card; `withdrawn`: by what brought them, the rewards to
    withdraw.
    """

    sold: Sold
    back: Return
    refund_id: int
    occurred_at: datetime
    by: Actor
    book: Book
    program: Compiled | None
    now: Compiled
    wallets: Wallets
    states: MemberStates
    lots: dict[int, Lot]
    lapsed: dict[int, int]
    journal: Journal
    pasts: Pasts
    withdrawn: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def refunded_minor(self) -> int:
        """What has come back of the sale, this refund included."""
        return self.sold.refunded_minor + self.back.amount_minor

    @property
    def state(self) -> MemberState:
        assert self.sold.member_id is not None, "somebody's sale"
        return self.states.find(self.sold.member_id, self.sold.joined_at, units=self.book.units)

    def wallet(self, unit: str) -> Wallet:
        return self.wallets[self.sold.member_id or 0, unit]

    def unit(self, code: str) -> Unit:
        """Return a unit by the live version, or as it was last known."""
        return self.now.units.get(code) or self.book.unit(code)

    def paying_unit(self, code: str) -> Unit:
        """Return a unit as it paid when the sale was made."""
        return self.book.compiled_at(self.sold.occurred_at).units[code]

    def key(self, part: str) -> str:
        return f"sale/{self.sold.id}/refund/{self.refund_id}/{part}"

    def note(self, part: str, why: Why) -> Note:
        return Note(key=self.key(part), occurred_at=self.occurred_at, why=why, by=self.by)

    def held_for(self, part: str) -> tuple[SaleEntry | None, int, int]:
        """Return the entry of a part of the sale, how much of it is held, and how much has lapsed.

        What has ended is gone, whether the night has written it off yet or not: nobody owes units that expired.
        """
        entry, held = self.sold.held_for(part)
        if entry is None:
            return None, 0, 0
        lot = self.lots.get(entry.id)
        over = lot.remaining if lot is not None and is_lapsed(lot, at=self.journal.at) else 0
        since = over + self.lapsed.get(entry.id, 0)
        return entry, max(held - since, 0), entry.lapsed + since

    def expire(self, wallet: Wallet, lots: Sequence[Lot], *, after: str | None = None) -> None:
        for lot in lots:
            self.lapsed[lot.id] = self.lapsed.get(lot.id, 0) + lot.remaining
        expire_lots(wallet, lots, journal=self.journal, by=self.by, after=after)

    def grace(self) -> datetime | None:
        """Return until when units live that return to a lot which has ended; None where they expire at once."""
        days = self.now.policies.reinstate_grace_days
        if days == 0:
            return None
        return end_of_day(self.journal.at.astimezone(self.book.zone).date() + timedelta(days=days), self.book.zone)


def reconsider(sold: Sold, program: Compiled, *, refunded_minor: int, returned: Sequence[LineShare]) -> Reconsidered:
    """Ask the rules of a sale's own version again, for what was left before a refund and for what is left after it."""
    return unsettling.reconsider(
        program,
        sold.facts,
        most={entry.key.removeprefix(f"sale/{sold.id}/"): entry.amount for entry in sold.of_kind("earn")},
        earlier=sold.purchase_left(program, refunded_minor=sold.refunded_minor),
        left=sold.purchase_left(program, refunded_minor=refunded_minor, returned=returned),
    )
