"""Balances from another system: what members hold there, lot by lot with its dates, comes in once.

A lot's natural key is made of what it is (member, unit, amount, days, reference): the same file again brings nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from regulars.core.actor import Actor
from regulars.core.cells import InvalidNumber, read_amount
from regulars.core.importing import Outcome, Terms
from regulars.core.life import Life
from regulars.core.periods import end_of_day, start_of_day
from regulars.core.refusals import Refusal
from regulars.imports.amounts.fields import OverAlready, fields_of_balances
from regulars.imports.amounts.members import find_members
from regulars.imports.lines import CellNeeded, Done, Field, InBulk, Line, Repeats, Undoable, check_columns, failed
from regulars.imports.records import Reading
from regulars.platform.sealing import keyed_hash
from regulars.points.adjust_many import Adjustment, Booked, adjust_many, is_booked, undo_adjustments
from regulars.programs.book import load_book

REASON = "Balance from another system"
COMMENT = "Brought from your earlier account"
FACTS = ("amount", "earned_on", "available_on", "expires_on", "reference")
ALIKE = (
    "SELECT jsonb_build_array(values -> '{kind}', values -> 'unit', values -> 'amount', values -> 'earned_on',"
    " values -> 'available_on', values -> 'expires_on', values -> 'reference')::text"
    " WHERE values ->> '{kind}' IS NOT NULL"
)


class Balances:
    """The lines of a file are lots that members hold elsewhere."""

    repeats: Sequence[Repeats] = tuple(
        Repeats(kind, ALIKE.replace("{kind}", kind)) for kind in ("external_id", "phone", "email", "card")
    )
    in_bulk: InBulk | None = None

    def __init__(self, terms: Terms, reading: Reading, *, run: int, at: datetime, by: Actor) -> None:
        self.terms, self.reading, self.run, self.at, self.by = terms, reading, run, at, by
        self.book = load_book()
        known = {code: self.book.unit(code) for code in self.book.units}
        # Stamps stand on cards, which fill and bring rewards: they come as adjustments.
        self.units = {code: unit for code, unit in known.items() if unit.kind != "stamps"}
        self.usual = "points" if "points" in self.units else next(iter(self.units), "")

    def fields(self) -> list[Field]:
        return fields_of_balances(self.book, list(self.units.values()), self.reading, at=self.at)

    def check_fields(self, mapped: Sequence[str]) -> None:
        check_columns(mapped, self.terms.order, ("amount",))

    def bring(self, lines: Sequence[Line], *, write: bool) -> list[Done]:
        done: dict[int, Done] = {}
        asked: list[tuple[Line, Adjustment]] = []
        for line, member in zip(lines, find_members(lines, self.terms), strict=True):
            try:
                if isinstance(member, Refusal):
                    raise member
                asked.append((line, self._asked(line, member)))
            except Refusal as refusal:
                done[line.number] = failed(line.number, refusal, missed=self._missed(line))
        booked = is_booked([each.key for _, each in asked])
        new: list[tuple[Line, Adjustment]] = []
        for line, each in asked:
            earlier = booked[each.key]
            if earlier is None:
                done[line.number] = Done(line=line.number, outcome=Outcome.UNCHANGED, member_id=each.member_id)
            else:
                new.append((line, msgspec.structs.replace(each, key=f"{each.key}{earlier}")))
        outcomes = adjust_many([each for _, each in new], book=self.book, at=self.at, by=self.by, write=write)
        for (line, each), outcome in zip(new, outcomes, strict=True):
            done[line.number] = self._done(line, each, outcome)
        return [done[line.number] for line in lines]

    def _done(self, line: Line, asked: Adjustment, outcome: Booked | Refusal) -> Done:
        if isinstance(outcome, Refusal):
            return failed(line.number, outcome, missed=self._missed(line))
        return Done(
            line=line.number,
            outcome=Outcome.CREATED,
            member_id=asked.member_id,
            change={"unit": asked.unit, "amount": asked.amount, "entry": outcome.entry_id},
            sums={asked.unit: asked.amount},
        )

    def _missed(self, line: Line) -> dict[str, int]:
        """How much a line that failed would have brought, where it says so."""
        unit = line.values.get("unit") or self.usual
        try:
            return {unit: read_amount(line.values.get("amount") or "", decimals=self.units[unit].decimals)}
        except Refusal:
            return {}

    def undo(self, lines: Sequence[Undoable]) -> list[str]:
        entries = [
            (
                int(line.change["entry"]),
                Adjustment(
                    member_id=line.member_id,
                    unit=line.change["unit"],
                    amount=line.change["amount"],
                    key="",
                    reason="The import was undone",
                ),
            )
            for line in lines
        ]
        done = undo_adjustments(entries, book=self.book, at=self.at, by=self.by)
        return ["undone" if each else "spent" for each in done]

    def _asked(self, line: Line, member: int) -> Adjustment:
        values = line.values
        unit = values.get("unit") or self.usual
        if not values.get("amount"):
            raise CellNeeded(field="amount")
        amount = read_amount(values["amount"], decimals=self.units[unit].decimals)
        if amount < 0:
            raise InvalidNumber()
        earned = f" (earned on {values['earned_on']})" if values.get("earned_on") else ""
        return Adjustment(
            member_id=member,
            unit=unit,
            amount=amount,
            key=f"brought/{_key(line, unit, self.terms.order)}/",
            reason=f"{REASON}{earned}",
            comment=COMMENT,
            life=self._life(values),
        )

    def _life(self, values: dict[str, Any]) -> Life:
        available_on, expires_on = values.get("available_on"), values.get("expires_on")
        available_at = start_of_day(date.fromisoformat(available_on), self.book.zone) if available_on else None
        expires_at = end_of_day(date.fromisoformat(expires_on), self.book.zone) if expires_on else None
        if expires_at is not None and expires_at <= (available_at or self.at):
            raise OverAlready()
        return Life(
            available_at=available_at if available_at and available_at > self.at else None, expires_at=expires_at
        )


def _key(line: Line, unit: str, order: Sequence[str]) -> str:
    """The lot's natural key: what the file calls its owner, and what it is. A merge of members does not change it."""
    values = line.values
    owner = next(f"{kind}:{values[kind]}" for kind in order if values.get(kind))
    facts = [owner, unit, *[str(values.get(name) or "") for name in FACTS]]
    return keyed_hash("\x1f".join(facts), purpose="brought-lots")[:40]
