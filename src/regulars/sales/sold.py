"""What there is to know of a sale that was recorded: its lines, what came back, what it earned and what points paid."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from regulars.core.earning import Purchase
from regulars.core.lots import Draw, Lot, give_back
from regulars.core.refunding import LineShare, purchase_left
from regulars.core.sale import SaleLine
from regulars.platform.rows import fetch


class EarlierRefund(msgspec.Struct, frozen=True):
    id: int
    external_id: str
    fingerprint: str
    amount_minor: int
    lines: tuple[LineShare, ...]
    outcome: msgspec.Raw


class SaleEntry(msgspec.Struct, frozen=True):
    """An entry of a sale; `lapsed` is how much of the lot it opened has expired, `draws` what a redemption took,
    by lot.
    """

    id: int
    key: str
    kind: str
    amount: int
    lapsed: int = 0
    draws: tuple[tuple[int, int], ...] = ()


class Sold(msgspec.Struct, kw_only=True):
    id: int
    store: str
    member_id: int | None
    occurred_at: datetime
    total_minor: int
    points_minor: int
    refunded_minor: int
    rule_versions: tuple[int, ...]
    lines: tuple[SaleLine, ...]
    refunds: list[EarlierRefund]
    entries: list[SaleEntry]

    @property
    def returned_lines(self) -> list[LineShare]:
        return [line for refund in self.refunds for line in refund.lines]

    def purchase_left(
        self,
        *,
        refunded_minor: int,
        returned: Sequence[LineShare] = (),
        store_tags: frozenset[str] = frozenset(),
    ) -> Purchase:
        """Return what is left when so much has come back in all, with these lines besides the earlier ones."""
        return purchase_left(
            occurred_at=self.occurred_at,
            store=self.store,
            store_tags=store_tags,
            lines=self.lines,
            returned=[*self.returned_lines, *returned],
            total_minor=self.total_minor,
            refunded_minor=refunded_minor,
            points_minor=self.points_minor,
        )

    def of_kind(self, kind: str) -> list[SaleEntry]:
        return [entry for entry in self.entries if entry.kind == kind]

    def held_for(self, rule_id: int) -> tuple[SaleEntry | None, int]:
        """Return the entry a rule made for this sale, and what is still held of it: earned, less taken back, less
        expired.
        """
        for entry in self.of_kind("earn"):
            if entry.key == f"sale/{self.id}/{rule_id}":
                clawed = sum(e.amount for e in self.of_kind("clawback") if e.key.endswith(f"/rule/{rule_id}"))
                return entry, max(entry.amount - clawed - entry.lapsed, 0)
        return None, 0

    def points_paid(self) -> tuple[SaleEntry | None, int]:
        """Return the redemption that paid part of this sale, and how much of it was given back already."""
        redemptions = self.of_kind("redeem")
        returned = sum(entry.amount for entry in self.of_kind("reverse"))
        return (redemptions[0], returned) if redemptions else (None, 0)


# Lock, then look: what a refund decides on must be read after the lock was granted.
LOCK = """
SELECT id, member_id FROM sales_sale WHERE id = ANY(%(sales)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""

MEMBERS = "SELECT id, member_id FROM sales_sale WHERE id = ANY(%(sales)s::bigint[])"

LOOK = """
SELECT json_build_object(
    'id', sale.id, 'store', store.code, 'member_id', sale.member_id, 'occurred_at', sale.occurred_at,
    'total_minor', sale.total_minor, 'points_minor', sale.points_minor, 'refunded_minor', sale.refunded_minor,
    'rule_versions', sale.rule_versions,
    'lines', (
        SELECT coalesce(json_agg(json_build_object(
            'sku', line.sku, 'quantity_milli', line.quantity_milli, 'amount_minor', line.amount_minor,
            'category', line.category, 'brand', line.brand) ORDER BY line.position), '[]')
        FROM sales_line line WHERE line.sale_id = sale.id),
    'refunds', (
        SELECT coalesce(json_agg(json_build_object(
            'id', refund.id, 'external_id', refund.external_id, 'fingerprint', refund.fingerprint,
            'amount_minor', refund.amount_minor, 'lines', refund.lines, 'outcome', refund.outcome)
            ORDER BY refund.id), '[]')
        FROM sales_refund refund WHERE refund.sale_id = sale.id),
    'entries', (
        SELECT coalesce(json_agg(json_build_object(
            'id', entry.id, 'key', entry.key, 'kind', entry.kind, 'amount', entry.amount,
            'lapsed', (
                SELECT coalesce(sum(allocation.amount), 0) FROM ledger_allocation allocation
                JOIN ledger_entry debit ON debit.id = allocation.debit_id AND debit.kind = 'expire'
                WHERE allocation.lot_id = entry.id),
            'draws', (
                SELECT coalesce(json_agg(json_build_array(allocation.lot_id, allocation.amount)
                                         ORDER BY allocation.id), '[]')
                FROM ledger_allocation allocation
                WHERE allocation.debit_id = entry.id AND allocation.amount > 0 AND entry.kind = 'redeem')
            ) ORDER BY entry.id), '[]')
        FROM ledger_entry entry
        WHERE entry.key >= 'sale/' || sale.id || '/' COLLATE "C" AND entry.key < 'sale/' || sale.id || '0' COLLATE "C")
    )::text
FROM sales_sale sale
JOIN stores_store store ON store.id = sale.store_id
WHERE sale.id = ANY(%(sales)s::bigint[])
"""

LOTS = """
SELECT entry_id, amount, remaining, available_at, expires_at FROM ledger_lot WHERE entry_id = ANY(%(lots)s::bigint[])
"""


def members_of(sale_ids: Collection[int], *, lock: bool) -> dict[int, int | None]:
    """Return the member of each sale that exists; with `lock`, hold the sales until the transaction ends."""
    return dict(fetch(LOCK if lock else MEMBERS, {"sales": list(sale_ids)}))


def load_sold(sale_ids: Collection[int]) -> dict[int, Sold]:
    """Return these sales with everything a refund asks about, with one statement."""
    sold = (msgspec.json.decode(text, type=Sold) for (text,) in fetch(LOOK, {"sales": list(sale_ids)}))
    return {sale.id: sale for sale in sold}


def load_lots(lot_ids: Collection[int]) -> dict[int, Lot]:
    """Return these lots, also those with nothing left, with one statement."""
    return {row[0]: Lot(*row) for row in fetch(LOTS, {"lots": list(lot_ids)})} if lot_ids else {}


def draws_to_return(entry: SaleEntry, lots: dict[int, Lot], *, returned: int, amount: int) -> list[Draw]:
    """Return the (negative) draws that give `amount` of a redemption back, after `returned` of it came back before."""
    draws = [Draw(lots[lot], drawn) for lot, drawn in entry.draws]
    for earlier in give_back(draws, amount=returned):
        last = draws.pop()
        if last.amount + earlier.amount:
            draws.append(Draw(last.lot, last.amount + earlier.amount))
    return give_back(draws, amount=amount)
