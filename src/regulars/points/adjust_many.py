"""Many balances are corrected at once, or filled with what members held elsewhere; and all of it is taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import Actor
from regulars.core.life import FOR_EVER, Life
from regulars.core.lots import Draw, Lot, draw, draw_first, joined, spendable_total
from regulars.core.refusals import Refusal
from regulars.core.why import Adjusted as AdjustedWhy
from regulars.core.why import Undone
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets, load_lots, lock_wallets, peek_wallets
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.platform.rows import encode_rows, fetch
from regulars.points.adjust import DEFAULT_COMMENT, AccountNotFound, NotEnoughToDeduct
from regulars.programs.book import Book

TAKEN = """
SELECT allocation.debit_id, allocation.lot_id, sum(allocation.amount)::bigint
FROM ledger_allocation AS allocation
WHERE allocation.debit_id = ANY(%(entries)s::bigint[])
GROUP BY allocation.debit_id, allocation.lot_id
ORDER BY min(allocation.id)
"""

KEYS = """
SELECT wanted.entry, entry.key FROM unnest(%(entries)s::bigint[]) AS wanted(entry)
JOIN LATERAL (SELECT key FROM ledger_entry WHERE id = wanted.entry LIMIT 1) AS entry ON true
"""

MADE = """
SELECT wanted.place, count(*) FILTER (WHERE entry.key NOT LIKE '%%/undo')
    - count(*) FILTER (WHERE entry.key LIKE '%%/undo'), count(*)
FROM json_to_recordset(%(keys)s::json) AS wanted(place int, low text, high text)
JOIN ledger_entry AS entry ON entry.key >= wanted.low AND entry.key < wanted.high
GROUP BY wanted.place
"""


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a unit (smallest steps, never 0) for a member; of what is added, `life` says from when to when."""

    member_id: int
    unit: str
    amount: int
    key: str
    reason: str
    comment: str = ""
    life: Life = FOR_EVER


class Booked(msgspec.Struct, frozen=True):
    """An adjustment's entry; None where it was only tried."""

    entry_id: int | None


def adjust_many(
    batch: Sequence[Adjustment], *, book: Book, at: datetime, by: Actor, write: bool = True
) -> list[Booked | Refusal]:
    """Adjust many balances in the caller's transaction, and answer each: AccountNotFound, NotEnoughToDeduct.

    One member may come several times: each finds what those before it left. The number of statements does not grow with
    the batch. Keys must be new; without `write` all is decided and nothing done.
    """
    if not batch:
        return []
    wallets = _wallets({each.member_id for each in batch}, batch, book, at=at, lock=write)
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    outcomes: list[int | Refusal] = []
    for each in batch:
        try:
            outcomes.append(_adjust(each, wallets, journal, at=at, by=by))
        except Refusal as refusal:
            outcomes.append(refusal)
    if not write:
        return [each if isinstance(each, Refusal) else Booked(None) for each in outcomes]
    ids = journal.write() if journal.size else []
    booked: list[Booked | Refusal] = [
        each if isinstance(each, Refusal) else Booked(ids[-each - 1]) for each in outcomes
    ]
    _record(batch, booked, at=at, by=by)
    return booked


def undo_adjustments(entries: Sequence[tuple[int, Adjustment]], *, book: Book, at: datetime, by: Actor) -> list[bool]:
    """Undo entries that `adjust_many` wrote, in the caller's transaction; False where it was spent and nothing is done.

    What was added is taken back, from its own lot first; what was taken returns to its lots. Both stay in the history.
    """
    if not entries:
        return []
    batch = [each for _, each in entries]
    wallets = _wallets({each.member_id for each in batch}, batch, book, at=at, lock=True, all_lots=True)
    keys = dict(fetch(KEYS, {"entries": [entry for entry, _ in entries]}))
    draws: dict[int, list[tuple[int, int]]] = {}
    taking = [entry for entry, each in entries if each.amount < 0]
    for debit, lot, amount in fetch(TAKEN, {"entries": taking}) if taking else []:
        draws.setdefault(debit, []).append((lot, amount))
    closed = load_lots({lot for each in draws.values() for lot, _ in each})
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    done: list[bool] = []
    for entry, each in entries:
        wallet = wallets.get((each.member_id, each.unit))
        note = Note(key=f"{keys[entry]}/undo", occurred_at=at, why=Undone(entry, "adjust"), by=by, reason=each.reason)
        if wallet is None:
            done.append(False)
        elif each.amount > 0:
            done.append(_take_back(entry, each.amount, wallet, journal, note, at=at))
        else:
            _give_back(entry, draws.get(entry, []), wallet, journal, note, closed)
            done.append(True)
    if journal.size:
        journal.write()
    return done


def is_booked(keys: Sequence[str]) -> dict[str, int | None]:
    """Tell which of these natural keys (which end with /) have an entry that was not undone: None. For the others,
    how many entries there were before: an undone one can be made again, under a key of its own.
    """
    wanted = [{"place": place, "low": key, "high": key[:-1] + "0"} for place, key in enumerate(keys)]
    told: dict[str, int | None] = dict.fromkeys(keys, 0)
    for place, standing, count in fetch(MADE, {"keys": encode_rows(wanted)}):
        told[keys[place]] = None if standing > 0 else count
    return told


def _wallets(
    members: set[int],
    batch: Sequence[Adjustment],
    book: Book,
    *,
    at: datetime,
    lock: bool,
    all_lots: bool = False,
) -> Wallets:
    giving = [each.member_id for each in batch if all_lots or each.amount < 0]
    units = {each.unit for each in batch}
    known = {code: unit for code, unit in book.units.items() if code in units}
    take = lock_wallets if lock else peek_wallets
    return take(sorted(members), units=known, at=at, giving=giving)


def _adjust(each: Adjustment, wallets: Wallets, journal: Journal, *, at: datetime, by: Actor) -> int:
    wallet = wallets.get((each.member_id, each.unit))
    if wallet is None:
        raise AccountNotFound()
    note = Note(
        key=each.key,
        occurred_at=at,
        why=AdjustedWhy(wallet.balance_at(at).available),
        by=by,
        reason=each.reason,
        comment=each.comment or DEFAULT_COMMENT,
    )
    if each.amount > 0:
        return journal.credit(wallet, kind=Kind.ADJUST, amount=each.amount, note=note, life=each.life)
    available = spendable_total(wallet.open_lots, at=at) - wallet.debt
    if available < -each.amount:
        raise NotEnoughToDeduct(available=max(available, 0), wanted=-each.amount)
    draws = draw(wallet.open_lots, wanted=-each.amount, at=at)
    return journal.debit(wallet, kind=Kind.ADJUST, draws=draws, amount=-each.amount, note=note)


def _take_back(entry: int, amount: int, wallet: Wallet, journal: Journal, note: Note, *, at: datetime) -> bool:
    own = [Draw(lot, lot.free) for lot in wallet.open_lots if lot.id == entry and lot.free > 0]
    first, more = draw_first(own, wallet.open_lots, wanted=amount, at=at)
    draws = joined([*first, *more])
    if sum(each.amount for each in draws) < amount:
        return False
    journal.debit(wallet, kind=Kind.ADJUST, draws=draws, amount=amount, note=note)
    return True


def _give_back(
    entry: int,
    taken: Sequence[tuple[int, int]],
    wallet: Wallet,
    journal: Journal,
    note: Note,
    closed: Mapping[int, Lot],
) -> None:
    known = {lot.id: lot for lot in wallet.open_lots}
    for lot_id, _ in taken:
        if lot_id not in known:
            known[lot_id] = closed[lot_id]
            wallet.open_lots.append(closed[lot_id])
    back = [Draw(known[lot_id], -amount) for lot_id, amount in reversed(taken) if amount > 0]
    if back:
        journal.give_back(wallet, debit=entry, draws=back, note=note, kind=Kind.RESTORE)


def _record(batch: Sequence[Adjustment], booked: Sequence[Booked | Refusal], *, at: datetime, by: Actor) -> None:
    events = [
        NewEvent(
            action="points.adjusted",
            about="member",
            about_id=each.member_id,
            member_id=each.member_id,
            facts={"unit": each.unit, "amount": each.amount, "entry": str(done.entry_id)},
            by=by,
        )
        for each, done in zip(batch, booked, strict=True)
        if isinstance(done, Booked)
    ]
    record_events(events, at=at)
