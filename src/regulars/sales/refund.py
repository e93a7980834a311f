"""Goods come back: earned points go back, points that paid return, and a series of refunds equals one of their sum."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec
from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.checkout import CLOCK_SKEW, FutureSale
from regulars.core.lots import Lot
from regulars.core.refunding import remaining_lines, work_out_return
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, lock_wallets, peek_wallets
from regulars.platform.rows import encode_rows, run, take_ids
from regulars.programs.book import Book, load_book
from regulars.sales.answers import Refunded
from regulars.sales.decide import balances_of
from regulars.sales.refusals import RefundBeforeSale, RefundIdReused, SaleNotFound, WrongStore
from regulars.sales.sold import EarlierRefund, Sold, load_lots, load_sold, members_of
from regulars.sales.take_back import Case, check_shortfall, return_points, take_back

Outcome = Refunded | Refusal

WRITE = """
WITH refunded AS (
    UPDATE sales_sale sale SET refunded_minor = r.refunded_minor
    FROM json_to_recordset(%(sales)s::json) AS r(id bigint, refunded_minor bigint)
    WHERE sale.id = r.id
)
INSERT INTO sales_refund (id, sale_id, external_id, occurred_at, recorded_at, amount_minor, lines, fingerprint, outcome)
SELECT id, sale_id, external_id, occurred_at, %(at)s, amount_minor, lines, fingerprint, outcome
FROM json_to_recordset(%(refunds)s::json) AS r(
    id bigint, sale_id bigint, external_id text, occurred_at timestamptz, amount_minor bigint,
    lines jsonb, fingerprint text, outcome jsonb)
"""


@transaction.atomic(savepoint=False)
def refund_sales(batch: Sequence[NewRefund], *, at: datetime) -> list[Outcome]:
    """Refund sales by line, by amount or whole, in order; return one outcome for each, in the same order.

    (sale, external_id) is the natural key: the same content again gets the first answer, other content RefundIdReused.
    Refuses, besides, SaleNotFound, WrongStore, FutureSale, RefundBeforeSale, RefundExceedsSale, LineNotFound,
    NothingToRefund, and PointsSpentAlready where the program wants it. The statements do not grow with the batch.
    """
    sale_ids = {refund.sale_id for refund in batch}
    members = {member for member in members_of(sale_ids, lock=False).values() if member is not None}
    book = load_book()
    wallets = lock_wallets(members, units=book.units, at=at, giving=members)
    locked = {member for member in members_of(sale_ids, lock=True).values() if member is not None}
    if attached := locked - members:
        # Somebody claimed the sale between the two looks.
        wallets |= lock_wallets(attached, units=book.units, at=at, giving=attached)
    [free_ids] = take_ids(sales_refund=len(batch))
    returns = _Returns(at=at, book=book, wallets=wallets, sold=load_sold(sale_ids), free_ids=free_ids)
    outcomes = [returns.settle(refund) for refund in batch]
    returns.write()
    return outcomes


def preview_refund(refund: NewRefund, *, at: datetime) -> Refunded:
    """Return what a refund would do, without an id, and write nothing. Refuses what `refund_sales` refuses."""
    members = {member for member in members_of([refund.sale_id], lock=False).values() if member is not None}
    book = load_book()
    wallets = peek_wallets(members, units=book.units, at=at, giving=members)
    returns = _Returns(at=at, book=book, wallets=wallets, sold=load_sold([refund.sale_id]), free_ids=(0,))
    outcome = returns.settle(refund)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome if outcome.replayed else msgspec.structs.replace(outcome, id=None)


class _Returns:
    """The refunds decided so far; nothing is written before `write`."""

    def __init__(
        self, *, at: datetime, book: Book, wallets: Wallets, sold: dict[int, Sold], free_ids: Sequence[int]
    ) -> None:
        self.at = at
        self.book = book
        self.wallets = wallets
        self.sold = sold
        self.free_ids = free_ids
        self.journal = Journal(at=at, sides=book.sides)
        self.rows: list[dict[str, object]] = []
        self.events: list[NewEvent] = []
        self.lots = self._find_lots()
        self.lapsed: dict[int, int] = {}

    def settle(self, refund: NewRefund) -> Outcome:
        """Decide one refund: a replay, a refusal that moves nothing, or a new one."""
        try:
            sold = self._find(refund)
            mark = _fingerprint(refund)
            for earlier in sold.refunds:
                if earlier.external_id == refund.external_id:
                    return _replay(earlier, mark)
            return self._refund(refund, sold, mark)
        except Refusal as refusal:
            return refusal

    def _find(self, refund: NewRefund) -> Sold:
        sold = self.sold.get(refund.sale_id)
        if sold is None:
            raise SaleNotFound(sale_id=str(refund.sale_id))
        if refund.only_store is not None and sold.store != refund.only_store:
            raise WrongStore(allowed=refund.only_store)
        return sold

    def _refund(self, refund: NewRefund, sold: Sold, mark: str) -> Refunded:
        if refund.occurred_at > self.at + CLOCK_SKEW:
            raise FutureSale(occurred_at=refund.occurred_at, latest=self.at + CLOCK_SKEW)
        if refund.occurred_at < sold.occurred_at:
            raise RefundBeforeSale(sold_at=sold.occurred_at)
        back = work_out_return(
            remaining_lines(sold.lines, sold.returned_lines),
            left_minor=sold.total_minor - sold.refunded_minor,
            lines=refund.lines,
            amount_minor=refund.amount_minor,
        )
        case = Case(
            sold=sold,
            back=back,
            refund_id=self.free_ids[len(self.rows)],
            occurred_at=refund.occurred_at,
            by=refund.by,
            book=self.book,
            wallets=self.wallets,
            lots=self.lots,
            lapsed=self.lapsed,
            journal=self.journal,
        )
        outcome = self._settle_case(case)
        self._note(refund, case, outcome, mark)
        return outcome

    def _settle_case(self, case: Case) -> Refunded:
        rules = [self.book.version(version) for version in case.sold.rule_versions]
        if case.sold.member_id is not None:
            check_shortfall(case, rules)
        given = return_points(case)
        taken = take_back(case, rules) if case.sold.member_id is not None else []
        money = case.back.amount_minor - case.points_back_minor
        withheld = min(sum(each.withheld_minor for each in taken), money)
        member_id = case.sold.member_id
        return Refunded(
            id=case.refund_id,
            sale_id=case.sold.id,
            amount_minor=case.back.amount_minor,
            money_minor=money - withheld,
            occurred_at=case.occurred_at,
            member_id=member_id,
            clawed=tuple(taken),
            returned=(given,) if given else (),
            balances=balances_of(member_id, wallets=self.wallets, book=self.book, journal=self.journal)
            if member_id is not None
            else (),
        )

    def _note(self, refund: NewRefund, case: Case, outcome: Refunded, mark: str) -> None:
        sold = case.sold
        encoded = msgspec.Raw(msgspec.json.encode(outcome))
        sold.refunded_minor = case.refunded_minor
        sold.refunds.append(
            EarlierRefund(case.refund_id, refund.external_id, mark, case.back.amount_minor, case.back.lines, encoded)
        )
        self.rows.append(
            {
                "id": case.refund_id,
                "sale_id": sold.id,
                "external_id": refund.external_id,
                "occurred_at": refund.occurred_at,
                "amount_minor": case.back.amount_minor,
                "lines": case.back.lines,
                "fingerprint": mark,
                "outcome": encoded,
            }
        )
        self.events.append(
            NewEvent(
                action="sale.refunded",
                about="sale",
                about_id=sold.id,
                member_id=sold.member_id,
                by=refund.by,
                facts={
                    "refund": str(case.refund_id),
                    "amount_minor": case.back.amount_minor,
                    "occurred_at": refund.occurred_at,
                },
            )
        )

    def _find_lots(self) -> dict[int, Lot]:
        """Return the lots that points may return to: the wallets' own where they are open, so that each lot is one
        object.
        """
        lots = {lot.id: lot for wallet in self.wallets.values() for lot in wallet.open_lots}
        drawn = {lot for sold in self.sold.values() for entry in sold.entries for lot, _ in entry.draws}
        return lots | load_lots(drawn - lots.keys())

    def write(self) -> None:
        if not self.rows:
            return
        self.journal.write()
        refunded = {row["sale_id"]: self.sold[row["sale_id"]].refunded_minor for row in self.rows}  # type: ignore[index]
        sales = [{"id": sale_id, "refunded_minor": amount} for sale_id, amount in refunded.items()]
        run(WRITE, {"at": self.at, "sales": encode_rows(sales), "refunds": encode_rows(self.rows)})
        record_events(self.events, at=self.at)


def _replay(earlier: EarlierRefund, mark: str) -> Refunded:
    if earlier.fingerprint != mark:
        raise RefundIdReused()
    first = msgspec.json.decode(earlier.outcome, type=Refunded)
    return msgspec.structs.replace(first, replayed=True)


def _fingerprint(refund: NewRefund) -> str:
    said = (refund.occurred_at.astimezone(UTC), refund.lines, refund.amount_minor)
    return blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()
