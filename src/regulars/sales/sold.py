"""What there is to know of a sale that was recorded: its lines, what came back, what it earned and what points paid."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from regulars.core.compiled import Compiled
from regulars.core.facts import Facts
from regulars.core.lots import Draw, Lot, give_back
from regulars.core.paid import unearning_minor
from regulars.core.refunding import LineShare, purchase_left
from regulars.core.sale import SaleLine, Tender
from regulars.core.when import Purchase
from regulars.platform.rows import fetch
from regulars.sales.member_states import Scopes, scopes_of


class EarlierRefund(msgspec.Struct, frozen=True):
    """A refund of the sale; one that was undone has its number for ever, and counts no more."""

    id: int
    external_id: str
    fingerprint: str
    amount_minor: int
    lines: tuple[LineShare, ...]
    outcome: msgspec.Raw
    recorded_at: datetime
    is_undone: bool = False


class SaleEntry(msgspec.Struct, frozen=True):
    """An entry of a sale; `lapsed` is how much of the lot it opened has expired and was not reinstated, `draws` what
    a redemption took, by lot.
    """

    id: int
    key: str
    kind: str
    amount: int
    lapsed: int = 0
    draws: tuple[tuple[int, int], ...] = ()


class Sold(msgspec.Struct, kw_only=True):
    """A recorded sale. `version_id` is the program version it earned by, None where it earned nothing yet."""

    id: int
    store: str
    store_id: int
    member_id: int | None
    joined_at: datetime | None
    card_id: int | None
    cashier: str
    channel: str
    occurred_at: datetime
    total_minor: int
    points_minor: int
    refunded_minor: int
    tenders: tuple[Tender, ...]
    version_id: int | None
    facts: Facts
    lines: tuple[SaleLine, ...]
    refunds: list[EarlierRefund]
    entries: list[SaleEntry]

    @property
    def returned_lines(self) -> list[LineShare]:
        return [line for refund in self.refunds if not refund.is_undone for line in refund.lines]

    @property
    def scopes(self) -> Scopes:
        return scopes_of(card_id=self.card_id, cashier=self.cashier, store_id=self.store_id)

    def purchase_left(self, program: Compiled, *, refunded_minor: int, returned: Sequence[LineShare] = ()) -> Purchase:
        """Return what is left when so much has come back in all, with these lines besides the earlier ones."""
        whole = Purchase(
            occurred_at=self.occurred_at,
            store=self.store,
            lines=self.lines,
            total_minor=self.total_minor,
            money_minor=self.total_minor,
            channel=self.channel,
            tenders=tuple([tender.type for tender in self.tenders]),
        )
        return purchase_left(
            whole,
            returned=[*self.returned_lines, *returned],
            refunded_minor=refunded_minor,
            unearning_minor=unearning_minor(self.tenders, self.points_minor, program.policies),
        )

    def of_kind(self, *kinds: str) -> list[SaleEntry]:
        return [entry for entry in self.entries if entry.kind in kinds]

    def held_for(self, part: str) -> tuple[SaleEntry | None, int]:
        """Return the entry of a part of what this sale earned, and what is still held of it: earned, less taken back,
        plus restored, less expired.
        """
        for entry in self.of_kind("earn"):
            if entry.key == f"sale/{self.id}/{part}":
                clawed = sum(e.amount for e in self.of_kind("clawback") if e.key.endswith(f"/part/{part}"))
                restored = sum(e.amount for e in self.of_kind("restore") if f"/part/{part}/" in e.key)
                return entry, max(entry.amount - clawed + restored - entry.lapsed, 0)
        return None, 0

    def units_paid(self) -> list[tuple[str, SaleEntry, int]]:
        """Return the redemptions that paid part of this sale, by unit, and how much of each was given back already."""
        found = []
        for entry in self.of_kind("redeem"):
            prefix, _, unit = entry.key.rpartition("/")
            if prefix == f"sale/{self.id}":
                back = sum(e.amount for e in self.of_kind("reverse") if e.key.endswith(f"/paid/{unit}"))
                again = sum(e.amount for e in self.of_kind("redeem") if f"/paid/{unit}/" in e.key)
                found.append((unit, entry, back - again))
        return found


# Lock, then look: what a refund decides on must be read after the lock was granted. Where a merge was undone, what a
# redemption took of a lot that left is in a lot of its own now, which stands in that lot's place.
LOCK = """
SELECT id, member_id FROM sales_sale WHERE id = ANY(%(sales)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""

MEMBERS = "SELECT id, member_id FROM sales_sale WHERE id = ANY(%(sales)s::bigint[])"

LOOK = """
SELECT json_build_object(
    'id', sale.id, 'store', store.code, 'store_id', store.id, 'member_id', sale.member_id,
    'joined_at', (SELECT joined_at FROM members_member WHERE id = sale.member_id), 'card_id', sale.card_id,
    'cashier', sale.cashier, 'channel', sale.channel, 'occurred_at', sale.occurred_at,
    'total_minor', sale.total_minor, 'points_minor', sale.points_minor, 'refunded_minor', sale.refunded_minor,
    'tenders', sale.tenders, 'version_id', sale.version_id, 'facts', sale.facts,
    'lines', (
        SELECT coalesce(json_agg(json_build_object(
            'sku', line.sku, 'quantity_milli', line.quantity_milli, 'amount_minor', line.amount_minor,
            'category', line.category, 'brand', line.brand, 'labels', line.labels, 'kind', line.kind,
            'tax_minor', line.tax_minor) ORDER BY line.position), '[]')
        FROM sales_line line WHERE line.sale_id = sale.id),
    'refunds', (
        SELECT coalesce(json_agg(json_build_object(
            'id', refund.id, 'external_id', refund.external_id, 'fingerprint', refund.fingerprint,
            'amount_minor', refund.amount_minor, 'lines', refund.lines, 'outcome', refund.outcome,
            'recorded_at', refund.recorded_at, 'is_undone', refund.undone_at IS NOT NULL)
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
                SELECT coalesce(json_agg(json_build_array(lot_id, amount) ORDER BY place, lot_id DESC), '[]')
                FROM (SELECT allocation.lot_id, sum(allocation.amount)::bigint AS amount,
                             min(coalesce(rehomed.place, allocation.id)) AS place
                      FROM ledger_allocation allocation
                      JOIN ledger_entry writer ON writer.id = allocation.entry_id
                      LEFT JOIN LATERAL (
                          SELECT min(was.id) AS place FROM ledger_allocation gone
                          JOIN ledger_allocation was ON was.debit_id = gone.debit_id AND was.lot_id = gone.lot_id
                          WHERE writer.kind = 'merge_in' AND gone.debit_id = entry.id AND gone.entry_id = writer.id
                      ) rehomed ON true
                      WHERE allocation.debit_id = entry.id AND entry.kind = 'redeem'
                        AND (allocation.amount > 0 OR writer.kind = 'merge_in')
                      GROUP BY allocation.lot_id HAVING sum(allocation.amount) > 0) taken)
            ) ORDER BY entry.id), '[]')
        FROM ledger_entry entry
        WHERE entry.key >= 'sale/' || sale.id || '/' COLLATE "C" AND entry.key < 'sale/' || sale.id || '0' COLLATE "C")
    )::text
FROM sales_sale sale
JOIN stores_store store ON store.id = sale.store_id
WHERE sale.id = ANY(%(sales)s::bigint[])
"""


def members_of(sale_ids: Collection[int], *, lock: bool) -> dict[int, int | None]:
    """Return the member of each sale that exists; with `lock`, hold the sales until the transaction ends."""
    return dict(fetch(LOCK if lock else MEMBERS, {"sales": list(sale_ids)}))


def load_sold(sale_ids: Collection[int]) -> dict[int, Sold]:
    """Return these sales with everything a refund asks about, with one statement."""
    sold = (msgspec.json.decode(text, type=Sold) for (text,) in fetch(LOOK, {"sales": list(sale_ids)}))
    return {sale.id: sale for sale in sold}


def draws_to_return(entry: SaleEntry, lots: dict[int, Lot], *, returned: int, amount: int) -> list[Draw]:
    """Return the (negative) draws that give `amount` of a redemption back, after `returned` of it came back before."""
    draws = [Draw(lots[lot], drawn) for lot, drawn in entry.draws]
    for earlier in give_back(draws, amount=returned):
        last = draws.pop()
        if last.amount + earlier.amount:
            draws.append(Draw(last.lot, last.amount + earlier.amount))
    return give_back(draws, amount=amount)
