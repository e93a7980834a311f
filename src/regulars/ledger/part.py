"""Two holders who were merged are two again: each lot that came goes back, less what was spent from it since.

What the keeper spent stays spent: of a lot that goes back, the part that the keeper used stays with the keeper as a lot
of its own, empty, to which a later refund can give back. What one of them paid of the other's debt by the merge itself
is undone; what was paid since is not.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import msgspec

from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.core.why import Merged
from regulars.ledger import part_sql as sql
from regulars.ledger.merge import merge_prefix
from regulars.platform.rows import encode_rows, fetch, run, take_ids


class UnitsHeld(Refusal):
    """An open basket holds units that would go back; it ends at `until`."""

    code = "units_held"

    def __init__(self, *, until: datetime) -> None:
        self.until = until


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """Of one unit: what the source had when it was merged, what it `left` with, and what of its lots the keeper had
    `used`. `owed`: the debt it takes along.
    """

    unit: str
    brought: int
    left: int
    used: int
    owed: int


class _Way(msgspec.Struct, kw_only=True):
    """One unit's accounts, and what moves between them."""

    unit: str
    handover: int
    source: int
    keeper: int
    side: int
    brought: int
    lots: dict[int, int] = msgspec.field(default_factory=dict)
    debts: dict[int, int] = msgspec.field(default_factory=dict)
    used: dict[int, list[tuple[int, int]]] = msgspec.field(default_factory=dict)
    unpaid: list[tuple[int, int, int]] = msgspec.field(default_factory=list)


def hand_back(
    *, merge_id: int, sales: Collection[int], earlier: Collection[int], at: datetime, by: Actor, reason: str = ""
) -> list[Back]:
    """Move back what the merge `merge_id` moved, with everything since of the `sales` that go back; one answer for
    each unit. `earlier` are the holders who had been merged into the source.

    The caller has locked the accounts of both. Refuses: UnitsHeld.
    """
    given = {"merge": merge_id, "sales": list(sales), "earlier": list(earlier), "at": at}
    ways = {way.keeper: way for way in _load_ways(merge_id)}
    _load_lots(ways, given)
    _check_holds(ways, given)
    _load_unpaid(ways, merge_prefix(merge_id))
    _load_used(ways, given)
    _load_debts(ways, given)
    steps = _Steps(merge_id, at=at, by=by, reason=reason)
    for way in ways.values():
        _decide(way, steps)
    steps.write()
    run(sql.HAND_BACK, given)
    run(sql.MOVE_LOTS, {**given, "lots": _ids(ways, "lots")})
    run(sql.MOVE_DEBTS, {**given, "debts": _ids(ways, "debts")})
    run(sql.MOVE_HOLDS, given)
    run(sql.FILL, given)
    run(sql.REOPEN, given)
    return [
        Back(
            unit=way.unit,
            brought=way.brought,
            left=sum(way.lots.values()),
            used=sum(amount for draws in way.used.values() for _, amount in draws),
            owed=sum(way.debts.values()),
        )
        for way in ways.values()
    ]


class _Steps:
    """The entries, twin lots and allocations decided so far; entries are known by their place until then."""

    def __init__(self, merge_id: int, *, at: datetime, by: Actor, reason: str) -> None:
        self._merge_id = merge_id
        self._told = {"at": at, "actor": by.tag, "approver": by.approver, "reason": reason}
        self._entries: list[dict[str, object]] = []
        self._twins: list[dict[str, int]] = []
        self._allocations: list[dict[str, int]] = []
        self._unpaid: list[dict[str, int]] = []

    def pair(self, way: _Way, name: str, *, out_of: int, into: int, amount: int, is_debt: bool = False) -> int:
        """Let an amount leave one account and come to the other; a debt goes the other way round. Returns the place of
        the first of the two entries.
        """
        shared = name.startswith("share/")
        why = Merged(self._merge_id, is_undo=True, shared=shared)
        for kind, holder, is_out in (("merge_out", out_of, not is_debt), ("merge_in", into, is_debt)):
            self._entries.append(
                {
                    "source_id": holder if is_out else way.side,
                    "target_id": way.side if is_out else holder,
                    "amount": amount,
                    "kind": kind,
                    "key": f"unmerge/{self._merge_id}/{name}",
                    "why": why,
                }
            )
        return len(self._entries) - 2

    def share(self, way: _Way, lot: int, draws: Sequence[tuple[int, int]]) -> None:
        """Leave what the keeper used of a lot with the keeper, as a lot that has nothing left."""
        amount = sum(each for _, each in draws)
        place = self.pair(way, f"share/{lot}", out_of=way.source, into=way.keeper, amount=amount)
        self._allocations.append({"entry": place, "debit": place, "lot": lot, "amount": amount, "is_own": 1})
        self._twins.append({"entry": place + 1, "lot": lot, "account": way.keeper, "amount": amount})
        for debit, part in draws:
            self._allocations.append({"entry": place + 1, "debit": debit, "lot": lot, "amount": -part})
            self._allocations.append({"entry": place + 1, "debit": debit, "twin": place + 1, "amount": part})

    def unpay(self, place: int, debit: int, lot: int, amount: int) -> None:
        """Take back what the merge had paid of a debt."""
        self._allocations.append({"entry": place, "debit": debit, "lot": lot, "amount": -amount})
        self._unpaid.append({"debit": debit, "lot": lot, "amount": amount})

    def write(self) -> None:
        if self._unpaid:
            rows = {"rows": encode_rows(self._unpaid)}
            run(sql.FILL_LOTS, rows)
            run(sql.OWE_AGAIN, rows)
        if not self._entries:
            return
        [ids] = take_ids(ledger_entry=len(self._entries))
        entries = [{"id": number, **row} for number, row in zip(ids, self._entries, strict=True)]
        run(sql.ENTRIES, {**self._told, "rows": encode_rows(entries)})
        twins = [{**twin, "entry": ids[twin["entry"]]} for twin in self._twins]
        run(sql.TWINS, {"rows": encode_rows(twins)})
        run(sql.ALLOCATIONS, {"rows": encode_rows([_written(row, ids) for row in self._allocations])})


def _written(row: dict[str, int], ids: Sequence[int]) -> dict[str, int]:
    return {
        "entry": ids[row["entry"]],
        "debit": ids[row["debit"]] if "is_own" in row else row["debit"],
        "lot": ids[row["twin"]] if "twin" in row else row["lot"],
        "amount": row["amount"],
    }


def _decide(way: _Way, steps: _Steps) -> None:
    """Pair by pair, in the order of the lots and debts; what the merge had paid is written with the first of them."""
    places: list[int] = []
    for lot in sorted(way.lots):
        amount = way.lots[lot] + sum(part for _, part in way.used.get(lot, ()))
        if amount:
            places.append(steps.pair(way, f"lot/{lot}", out_of=way.keeper, into=way.source, amount=amount))
    for lot in sorted(way.used):
        steps.share(way, lot, way.used[lot])
    for debt in sorted(way.debts):
        name = f"debt/{debt}"
        places.append(steps.pair(way, name, out_of=way.keeper, into=way.source, amount=way.debts[debt], is_debt=True))
    for debit, lot, amount in way.unpaid:
        steps.unpay(places[0], debit, lot, amount)


def _load_ways(merge_id: int) -> list[_Way]:
    return [
        _Way(unit=unit, handover=handover, source=source, keeper=keeper, side=side, brought=brought)
        for unit, handover, source, keeper, side, brought in fetch(
            sql.WAYS, {"merge": merge_id, "prefix": merge_prefix(merge_id), "end": merge_prefix(merge_id)[:-1] + "0"}
        )
    ]


def _load_lots(ways: dict[int, _Way], given: dict[str, object]) -> None:
    for account, lot, remaining in fetch(sql.LOTS, given):
        ways[account].lots[lot] = remaining


def _check_holds(ways: dict[int, _Way], given: dict[str, object]) -> None:
    for (until,) in fetch(sql.HOLDS, {**given, "lots": _ids(ways, "lots")}):
        raise UnitsHeld(until=until)


def _load_unpaid(ways: dict[int, _Way], prefix: str) -> None:
    """Find what the merge itself paid of debts and nobody has taken back since; count it as not paid."""
    for account, debit, lot, amount in fetch(sql.PAID_BY_MERGE, {"prefix": prefix, "end": prefix[:-1] + "0"}):
        way = ways[account]
        way.unpaid.append((debit, lot, amount))
        if lot in way.lots:
            way.lots[lot] += amount


def _load_used(ways: dict[int, _Way], given: dict[str, object]) -> None:
    rows = fetch(sql.USED, {**given, "lots": _ids(ways, "lots")})
    unpaid = {(debit, lot): amount for way in ways.values() for debit, lot, amount in way.unpaid}
    for (account, lot), draws in groupby(rows, key=itemgetter(0, 1)):
        left = [(debit, amount - unpaid.get((debit, lot), 0)) for _, _, debit, amount in draws]
        if kept := [(debit, amount) for debit, amount in left if amount]:
            ways[account].used[lot] = kept


def _load_debts(ways: dict[int, _Way], given: dict[str, object]) -> None:
    unpaid = [debit for way in ways.values() for debit, _, _ in way.unpaid]
    for account, debt, remaining in fetch(sql.DEBTS, {**given, "unpaid": unpaid}):
        way = ways[account]
        owed = remaining + sum(amount for debit, _, amount in way.unpaid if debit == debt)
        if owed:
            way.debts[debt] = owed


def _ids(ways: dict[int, _Way], what: str) -> list[int]:
    found: Iterable[dict[int, int]] = (getattr(way, what) for way in ways.values())
    return sorted(number for each in found for number in each)
