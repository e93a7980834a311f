"""The entries of one refund are undone by their mirrors, the newest first; nothing is ever taken out of the ledger."""

from collections.abc import Iterator, Sequence

import msgspec

from regulars.core.actor import Actor
from regulars.core.lots import Draw, Lot, cut, draw, joined, outstanding
from regulars.core.why import Undone
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import load_lots
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.platform.rows import fetch

# Of a debit: what it took and what came back of that. Of a reversal: what it put into which lot, found through the
# redemptions of the same thing. Only of lots that are still the member's: a merge that was undone may have moved some.
ENTRIES = """
SELECT json_build_object(
    'id', entry.id, 'kind', entry.kind, 'key', entry.key, 'amount', entry.amount, 'unit_id', account.unit_id,
    'lot', (SELECT entry_id FROM ledger_lot WHERE entry_id = entry.id),
    'draws', (
        SELECT coalesce(json_agg(json_build_array(lot_id, allocation.amount) ORDER BY id), '[]')
        FROM ledger_allocation allocation
        JOIN ledger_lot lot ON lot.entry_id = allocation.lot_id AND lot.account_id = ANY(%(accounts)s::bigint[])
        WHERE debit_id = entry.id),
    'filled', (
        SELECT coalesce(json_agg(json_build_array(allocation.lot_id, -allocation.amount) ORDER BY allocation.id), '[]')
        FROM ledger_allocation allocation
        JOIN ledger_lot lot ON lot.entry_id = allocation.lot_id AND lot.account_id = ANY(%(accounts)s::bigint[])
        WHERE allocation.entry_id = entry.id AND allocation.amount < 0 AND entry.kind = 'reverse'
          AND allocation.debit_id IN (
            SELECT id FROM ledger_entry WHERE key >= %(about)s AND key < %(about_end)s AND kind = 'redeem'))
    )::text
FROM ledger_entry entry
JOIN ledger_account account ON account.id IN (entry.source_id, entry.target_id) AND account.side = 'member'
WHERE entry.key >= %(low)s AND entry.key < %(high)s
ORDER BY entry.id DESC
"""


class Done(msgspec.Struct, frozen=True):
    """An entry that can be undone: of a debit its `draws`, of a reversal what it `filled`, of a credit its `lot`."""

    id: int
    kind: str
    key: str
    amount: int
    unit_id: int
    lot: int | None
    draws: tuple[tuple[int, int], ...]
    filled: tuple[tuple[int, int], ...]


def undo_entries(
    prefix: str, *, about: str, wallets: Sequence[Wallet], journal: Journal, by: Actor, reason: str = ""
) -> list[int]:
    """Undo every entry whose key starts with `prefix` (`sale/5/refund/9/`), in one member's wallets locked with their
    lots.

    `about` is the prefix of all that belongs together (`sale/5/`). A clawback is restored to its lots; what came back
    is redeemed again, from the lots it filled first, and what is gone meanwhile is owed; write-offs and expiries are
    taken back. Each mirror has its entry's key with `undo` after it. Returns the mirrors' numbers.
    """
    done = _load(prefix, about, accounts=[wallet.id for wallet in wallets])
    by_unit = {wallet.unit_id: wallet for wallet in wallets}
    lots = {lot.id: lot for wallet in wallets for lot in wallet.open_lots}
    lots |= load_lots({lot for entry in done for lot, _ in (*entry.draws, *entry.filled)} - lots.keys())
    numbers: list[int] = []
    for entry in done:
        wallet = by_unit[entry.unit_id]
        known = {lot.id for lot in wallet.open_lots}
        touched = {lot for lot, _ in (*entry.draws, *entry.filled)}
        wallet.open_lots.extend(lots[lot] for lot in sorted(touched - known))
        numbers += _undo(entry, wallet, lots, journal=journal, by=by, reason=reason)
    return numbers


def _undo(
    entry: Done, wallet: Wallet, lots: dict[int, Lot], *, journal: Journal, by: Actor, reason: str
) -> Iterator[int]:
    note = Note(key=f"{entry.key}/undo", occurred_at=journal.at, why=Undone(entry.id, entry.kind), by=by, reason=reason)
    match entry.kind:
        case Kind.CLAWBACK:
            yield from _give_back(entry, wallet, lots, kind=Kind.RESTORE, note=note, journal=journal)
        case Kind.EXPIRE:
            yield from _give_back(entry, wallet, lots, kind=Kind.REINSTATE, note=note, journal=journal)
        case Kind.REVERSE:
            draws = _taken_again(
                [Draw(lots[lot], amount) for lot, amount in entry.filled], wallet, entry.amount, journal
            )
            yield journal.debit(wallet, kind=Kind.REDEEM, draws=draws, amount=entry.amount, note=note)
        case Kind.WRITE_OFF:
            own = [Draw(lot, lot.free) for lot in wallet.open_lots if lot.id == entry.lot]
            draws = cut(own, entry.amount)
            yield journal.debit(wallet, kind=Kind.WRITE_OFF, draws=draws, amount=entry.amount, note=note)
        case _:
            raise AssertionError(f"a refund writes no entry of the kind {entry.kind}")


def _give_back(
    entry: Done, wallet: Wallet, lots: dict[int, Lot], *, kind: Kind, note: Note, journal: Journal
) -> Iterator[int]:
    """Return what a debit took to its lots; what it took from none is still owed, and a lot of its own pays that."""
    taken = outstanding([Draw(lots[lot], amount) for lot, amount in entry.draws])
    back = [Draw(each.lot, -each.amount) for each in reversed(taken)]
    amount = sum(each.amount for each in taken)
    if back:
        yield journal.give_back(wallet, debit=entry.id, draws=back, note=note, kind=kind)
    if owed := entry.amount - amount:
        debt_note = msgspec.structs.replace(note, key=f"{note.key}/debt")
        yield journal.credit(wallet, kind=kind, amount=owed, note=debt_note)


def _taken_again(filled: Sequence[Draw], wallet: Wallet, amount: int, journal: Journal) -> list[Draw]:
    """Draw on the lots that were filled, ended or not, then on what can be spent."""
    draws = cut((Draw(each.lot, min(each.amount, each.lot.free)) for each in joined(filled)), amount)
    for each in draws:
        each.lot.held += each.amount
    more = draw(wallet.open_lots, wanted=amount - sum(each.amount for each in draws), at=journal.at)
    for each in draws:
        each.lot.held -= each.amount
    return joined([*draws, *more])


def _load(prefix: str, about: str, *, accounts: Sequence[int]) -> list[Done]:
    assert prefix.endswith("/") and about.endswith("/"), "prefixes of whole parts"
    params: dict[str, object] = {
        "low": prefix,
        "high": prefix[:-1] + "0",
        "about": about,
        "about_end": about[:-1] + "0",
    }
    params["accounts"] = list(accounts)
    rows = fetch(ENTRIES, params)
    return [msgspec.json.decode(text, type=Done) for (text,) in rows]
