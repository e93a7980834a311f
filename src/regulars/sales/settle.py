"""A batch of sales while it is decided: replays, refusals that move nothing, and new sales, in their order."""

from collections.abc import Sequence
from datetime import datetime

from regulars.audit.record import NewEvent, record_events
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets
from regulars.ledger.wallet import Balance
from regulars.platform.rows import together
from regulars.programs.book import Book
from regulars.sales.answers import Recorded, Spent
from regulars.sales.decide import POINTS, awards, balances_of, earn, pay_with_points, rules_for, sum_up
from regulars.sales.existing import Existing
from regulars.sales.refusals import ReceiptReused
from regulars.sales.till_batch import Checked
from regulars.sales.write import SaleRow, fingerprint, write_sales

Outcome = Recorded | Refusal


class Settlement:
    """The sales decided so far; nothing is written before `write`."""

    def __init__(
        self,
        *,
        at: datetime,
        book: Book,
        wallets: Wallets,
        existing: dict[tuple[int, str], Existing],
        ids: Sequence[Sequence[int]],
    ) -> None:
        self.at = at
        self.book = book
        self.wallets = wallets
        self.existing = existing
        self.journal = Journal(at=at, sides=book.sides)
        self.free_ids, self.entry_ids = ids
        self.rows: list[SaleRow] = []
        self.sales: list[NewSale] = []
        self.events: list[NewEvent] = []

    def settle(self, each: Checked) -> Outcome:
        """Decide one sale: a replay, a refusal that moves nothing, or a new sale."""
        mark = fingerprint(each.sale)
        receipt = (each.store.id, each.sale.external_id)
        if receipt in self.existing:
            return self._replay(each, self.existing[receipt], mark)
        if each.refusal is not None:
            return each.refusal
        sale_id = self.free_ids[len(self.rows)]
        try:
            recorded = self._record(each, sale_id, mark)
        except Refusal as refusal:
            return refusal
        self.existing[receipt] = Existing(
            sale_id,
            mark,
            recorded.member_id,
            tuple(self.rows[-1].rule_versions),
            self.rows[-1].points_minor,
            recorded.balances,
        )
        return recorded

    def _record(self, each: Checked, sale_id: int, mark: str) -> Recorded:
        sale, book = each.sale, self.book
        # The only step that can refuse comes first, and moves nothing when it does.
        spent = pay_with_points(each, sale_id=sale_id, wallets=self.wallets, book=book, journal=self.journal)
        paid = spent.value_minor if spent else 0
        rules = rules_for(each, book) if each.earner is not None else []
        whys = awards(rules, sale, paid_with_points_minor=paid)
        member_id = each.member.member_id if each.member else None
        if each.earner is not None:
            earn(
                whys,
                rules,
                sale_id=sale_id,
                sale=sale,
                member_id=each.earner,
                by=sale.by,
                wallets=self.wallets,
                book=book,
                journal=self.journal,
            )
        recorded = Recorded(
            id=sale_id,
            member_id=member_id,
            earned=sum_up(whys, rules),
            spent=(spent,) if spent else (),
            balances=self._balances(member_id),
        )
        self.rows.append(
            SaleRow(
                id=sale_id,
                store_id=each.store.id,
                external_id=sale.external_id,
                till=sale.till,
                member_id=member_id,
                occurred_at=sale.occurred_at,
                total_minor=sale.total_minor,
                points_minor=paid,
                tenders=sale.tenders,
                rule_versions=[rule.version_id for rule in rules],
                fingerprint=mark,
                balances=recorded.balances,
            )
        )
        self.sales.append(sale)
        self.events.append(
            NewEvent(
                action="sale.recorded",
                about="sale",
                about_id=sale_id,
                member_id=member_id,
                by=sale.by,
                facts={"occurred_at": sale.occurred_at, "total_minor": sale.total_minor},
            )
        )
        return recorded

    def _replay(self, each: Checked, first: Existing, mark: str) -> Outcome:
        if first.fingerprint != mark:
            return each.refusal or ReceiptReused(sale_id=str(first.id))
        # Re-evaluated from the stored versions, on the same content: the same answer, without keeping it twice.
        rules = [self.book.version(version) for version in first.rule_versions] if each.sale.member else []
        whys = awards(rules, each.sale, paid_with_points_minor=first.points_minor)
        return Recorded(
            id=first.id,
            replayed=True,
            member_id=first.member_id if each.sale.member else None,
            earned=sum_up(whys, rules),
            spent=tuple(
                Spent(POINTS, tender.points, first.points_minor) for tender in each.sale.tenders if tender.points
            ),
            balances=first.balances,
        )

    def _balances(self, member_id: int | None) -> tuple[Balance, ...]:
        if member_id is None:
            return ()
        return balances_of(member_id, wallets=self.wallets, book=self.book, journal=self.journal)

    def write(self) -> None:
        """Write all that was decided, with three statements in one round trip."""
        if self.rows:
            with together():
                self.journal.write(self.entry_ids)
                write_sales(self.rows, self.sales, at=self.at)
                record_events(self.events, at=self.at)


def most_entries(sound: Sequence[Checked], book: Book) -> int:
    """Return how many entries a batch can make at the most: one for a tender, and one for each rule there is."""
    return sum((each.tender is not None) + (len(book.rules) if each.earner is not None else 0) for each in sound)
