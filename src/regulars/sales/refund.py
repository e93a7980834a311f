"""Goods come back: earned points go back, points that paid return, and a series of refunds equals one of their sum."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec
from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import Actor
from regulars.core.checkout import CLOCK_SKEW, FutureSale
from regulars.core.refunding import remaining_lines, work_out_return
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.ledger.journal import Journal
from regulars.ledger.wallet import Balance
from regulars.platform.rows import encode_rows, run, take_ids
from regulars.programs.book import Book, load_book
from regulars.rewards.issue import withdraw_issued
from regulars.sales.answers import Refunded
from regulars.sales.bring import reached
from regulars.sales.case import Case
from regulars.sales.decide import balances_of
from regulars.sales.desk import Desk, open_desk
from regulars.sales.refusals import RefundBeforeSale, RefundIdReused, SaleNotFound, WrongStore
from regulars.sales.return_units import return_units
from regulars.sales.sold import EarlierRefund, Sold
from regulars.sales.take_back import check_shortfall, take_back
from regulars.tiers.gifts import gift_key
from regulars.tiers.standings import Moved

Outcome = Refunded | Refusal
Check = Callable[[NewRefund, int], None]

WRITE = """
WITH refunded AS (
    UPDATE sales_sale sale SET refunded_minor = r.refunded_minor
    FROM json_to_recordset(%(sales)s::json) AS r(id bigint, refunded_minor bigint)
    WHERE sale.id = r.id
)
INSERT INTO sales_refund (id, sale_id, external_id, occurred_at, recorded_at, amount_minor, lines, fingerprint, outcome,
                          undone_by)
SELECT id, sale_id, external_id, occurred_at, %(at)s, amount_minor, lines, fingerprint, outcome, ''
FROM json_to_recordset(%(refunds)s::json) AS r(
    id bigint, sale_id bigint, external_id text, occurred_at timestamptz, amount_minor bigint,
    lines jsonb, fingerprint text, outcome jsonb)
"""


@transaction.atomic(savepoint=False)
def refund_sales(batch: Sequence[NewRefund], *, at: datetime, check: Check | None = None) -> list[Outcome]:
    """Refund sales by line, by amount or whole, in order; return one outcome for each, in the same order.

    `check` is told each refund that would be made with what comes back, in minor units, and may refuse it.
    (sale, external_id) is the natural key: the same content again gets the first answer, other content RefundIdReused.
    Refuses, besides, SaleNotFound, WrongStore, FutureSale, RefundBeforeSale, RefundExceedsSale, LineNotFound,
    NothingToRefund, and PointsSpentAlready where the program wants it. The statements do not grow with the batch.
    """
    book = load_book()
    desk = open_desk({refund.sale_id for refund in batch}, book=book, at=at, lock=True)
    [free_ids] = take_ids(sales_refund=len(batch))
    returns = _Returns(at=at, book=book, desk=desk, free_ids=free_ids, check=check)
    outcomes = [returns.settle(refund) for refund in batch]
    returns.write()
    return outcomes


def preview_refund(refund: NewRefund, *, at: datetime) -> Refunded:
    """Return what a refund would do, without an id, and write nothing. Refuses what `refund_sales` refuses."""
    book = load_book()
    returns = _Returns(at=at, book=book, desk=open_desk({refund.sale_id}, book=book, at=at, lock=False), free_ids=(0,))
    outcome = returns.settle(refund)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome if outcome.replayed else msgspec.structs.replace(outcome, id=None)


class _Returns:
    """The refunds decided so far; nothing is written before `write`."""

    def __init__(
        self, *, at: datetime, book: Book, desk: Desk, free_ids: Sequence[int], check: Check | None = None
    ) -> None:
        self.check = check
        self.at = at
        self.book = book
        self.desk = desk
        self.free_ids = free_ids
        self.journal = Journal(at=at, sides=book.sides, zone=book.zone)
        self.rows: list[dict[str, object]] = []
        self.events: list[NewEvent] = []
        self.moved: list[Moved] = []
        self.withdrawn: dict[str, Actor] = {}
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
        sold = self.desk.sold.get(refund.sale_id)
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
        if self.check is not None:
            self.check(refund, back.amount_minor)
        case = Case(
            sold=sold,
            back=back,
            refund_id=self.free_ids[len(self.rows)],
            occurred_at=refund.occurred_at,
            by=refund.by,
            book=self.book,
            program=None if sold.version_id is None else self.book.version(sold.version_id),
            now=self.book.compiled_at(self.at),
            wallets=self.desk.wallets,
            states=self.desk.states,
            lots=self.desk.lots,
            lapsed=self.lapsed,
            journal=self.journal,
            pasts=self.desk.pasts,
        )
        outcome = self._settle_case(case)
        self._note(refund, case, outcome, mark)
        return outcome

    def _settle_case(self, case: Case) -> Refunded:
        check_shortfall(case)
        given = return_units(case)
        taken, moves = take_back(case)
        member_id = case.sold.member_id
        if member_id is not None:
            about = f"sale/{case.sold.id}"
            self.moved += [Moved(member_id=member_id, move=move, by=case.by, about=about) for move in moves]
            case.withdrawn |= {gift_key(member_id, move, code): code for move in moves for code in move.lost}
        self.withdrawn |= dict.fromkeys(case.withdrawn, case.by)
        money = case.back.amount_minor - sum(each.value_minor for each in given)
        withheld = min(sum(each.withheld_minor for each in taken), money)
        balances: tuple[Balance, ...] = ()
        if member_id is not None:
            balances = balances_of(member_id, wallets=self.desk.wallets, book=self.book, journal=self.journal)
        return Refunded(
            id=case.refund_id,
            sale_id=case.sold.id,
            amount_minor=case.back.amount_minor,
            money_minor=money - withheld,
            occurred_at=case.occurred_at,
            member_id=member_id,
            clawed=tuple(taken),
            returned=tuple(given),
            levels=reached(moves),
            withdrawn=tuple(case.withdrawn.values()),
            balances=balances,
        )

    def _note(self, refund: NewRefund, case: Case, outcome: Refunded, mark: str) -> None:
        sold = case.sold
        encoded = msgspec.Raw(msgspec.json.encode(outcome))
        sold.refunded_minor = case.refunded_minor
        sold.refunds.append(
            EarlierRefund(
                case.refund_id, refund.external_id, mark, case.back.amount_minor, case.back.lines, encoded, self.at
            )
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
                store_id=sold.store_id,
                by=refund.by,
                facts={
                    "refund": str(case.refund_id),
                    "amount_minor": case.back.amount_minor,
                    "occurred_at": refund.occurred_at,
                },
            )
        )

    def write(self) -> None:
        if not self.rows:
            return
        self.journal.write()
        refunded = {row["sale_id"]: self.desk.sold[row["sale_id"]].refunded_minor for row in self.rows}  # type: ignore[index]
        sales = [{"id": sale_id, "refunded_minor": amount} for sale_id, amount in refunded.items()]
        run(WRITE, {"at": self.at, "sales": encode_rows(sales), "refunds": encode_rows(self.rows)})
        record_events(self.events, at=self.at)
        self.desk.states.write(self.moved, at=self.at)
        for by in set(self.withdrawn.values()):
            keys = [key for key, actor in self.withdrawn.items() if actor == by]
            withdraw_issued(keys, at=self.at, by=by)


def _replay(earlier: EarlierRefund, mark: str) -> Refunded:
    if earlier.fingerprint != mark:
        raise RefundIdReused()
    first = msgspec.json.decode(earlier.outcome, type=Refunded)
    return msgspec.structs.replace(first, replayed=True)


def _fingerprint(refund: NewRefund) -> str:
    said = (refund.occurred_at.astimezone(UTC), refund.lines, refund.amount_minor)
    return blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()
