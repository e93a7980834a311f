"""Adjustments from a file: points go set-wise, stamps card by card, because rewards follow them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regulars.core.actor import Actor
from regulars.core.cells import read_amount
from regulars.core.importing import Outcome, Terms
from regulars.core.refusals import Refusal
from regulars.imports.amounts.fields import fields_of_adjustments
from regulars.imports.amounts.members import find_members
from regulars.imports.lines import CellNeeded, Done, Field, InBulk, Line, Repeats, Undoable, check_columns, failed
from regulars.imports.records import Reading
from regulars.points.adjust_many import Adjustment, Booked, adjust_many, undo_adjustments
from regulars.points.stamps import adjust_stamps, preview_stamps
from regulars.programs.book import load_book

NEEDED = ("amount", "reason")
PER_UNIT = (
    "SELECT (values ->> '{kind}') || '/' || coalesce(values ->> 'unit', '') WHERE values ->> '{kind}' IS NOT NULL"
)
UNDO_REASON = "The import was undone"


class Adjustments:
    """The lines of a file add to balances, or take from them. A member and a unit come once in a file."""

    repeats: Sequence[Repeats] = (
        *[Repeats(kind, PER_UNIT.replace("{kind}", kind)) for kind in ("external_id", "phone", "email")],
        Repeats("card", PER_UNIT.replace("{kind}", "card")),
    )
    in_bulk: InBulk | None = None

    def __init__(self, terms: Terms, reading: Reading, *, run: int, at: datetime, by: Actor) -> None:
        self.terms, self.reading, self.run, self.at, self.by = terms, reading, run, at, by
        self.book = load_book()
        self.units = {code: self.book.unit(code) for code in self.book.units}
        self.usual = "points" if "points" in self.units else next(iter(self.units), "")

    def fields(self) -> list[Field]:
        return fields_of_adjustments(self.book, list(self.units.values()))

    def check_fields(self, mapped: Sequence[str]) -> None:
        check_columns(mapped, self.terms.order, NEEDED)

    def bring(self, lines: Sequence[Line], *, write: bool) -> list[Done]:
        done: dict[int, Done] = {}
        points: list[tuple[Line, Adjustment]] = []
        stamps: list[tuple[Line, Adjustment]] = []
        for line, member in zip(lines, find_members(lines, self.terms), strict=True):
            if isinstance(member, Refusal):
                done[line.number] = failed(line.number, member)
                continue
            try:
                asked = self._asked(line, member)
            except Refusal as refusal:
                done[line.number] = failed(line.number, refusal)
            else:
                (stamps if self.units[asked.unit].kind == "stamps" else points).append((line, asked))
        booked = adjust_many([each for _, each in points], book=self.book, at=self.at, by=self.by, write=write)
        for (line, asked), outcome in zip(points, booked, strict=True):
            done[line.number] = _done(line, asked, outcome)
        for line, asked in stamps:
            done[line.number] = _done(line, asked, self._stamp(asked, write=write))
        return [done[line.number] for line in lines]

    def undo(self, lines: Sequence[Undoable]) -> list[str]:
        points: list[tuple[Undoable, Adjustment]] = []
        told: dict[int, str] = {}
        for line in lines:
            asked = self._undone(line)
            if self.units[asked.unit].kind == "stamps":
                told[line.line] = self._undo_stamps(asked)
            else:
                points.append((line, asked))
        entries = [(int(line.change["entry"]), asked) for line, asked in points]
        for (line, _), is_done in zip(
            points, undo_adjustments(entries, book=self.book, at=self.at, by=self.by), strict=True
        ):
            told[line.line] = "undone" if is_done else "spent"
        return [told[line.line] for line in lines]

    def _asked(self, line: Line, member: int) -> Adjustment:
        unit = line.values.get("unit") or self.usual
        for field in NEEDED:
            if not line.values.get(field):
                raise CellNeeded(field=field)
        return Adjustment(
            member_id=member,
            unit=unit,
            amount=read_amount(line.values["amount"], decimals=self.units[unit].decimals),
            key=f"import/{self.run}/{line.number}/{unit}",
            reason=line.values["reason"],
            comment=line.values.get("comment") or "",
        )

    def _undone(self, line: Undoable) -> Adjustment:
        change = line.change
        return Adjustment(
            member_id=line.member_id,
            unit=change["unit"],
            amount=change["amount"],
            key=f"import-{self.run}-{line.line}-undo",
            reason=UNDO_REASON,
        )

    def _stamp(self, asked: Adjustment, *, write: bool) -> Booked | Refusal:
        try:
            with transaction.atomic():
                if not write:
                    preview_stamps(member_id=asked.member_id, card=asked.unit, stamps=asked.amount, at=self.at)
                    return Booked(None)
                put = adjust_stamps(
                    member_id=asked.member_id,
                    card=asked.unit,
                    stamps=asked.amount,
                    reason=asked.reason,
                    comment=asked.comment,
                    key=asked.key.replace("/", "-")[:64],
                    at=self.at,
                    by=self.by,
                )
                return Booked(put.entry_id)
        except Refusal as refusal:
            return refusal

    def _undo_stamps(self, asked: Adjustment) -> str:
        try:
            with transaction.atomic():
                adjust_stamps(
                    member_id=asked.member_id,
                    card=asked.unit,
                    stamps=-asked.amount,
                    reason=asked.reason,
                    key=asked.key[:64],
                    at=self.at,
                    by=self.by,
                )
        except Refusal:
            return "spent"
        return "undone"


def _done(line: Line, asked: Adjustment, outcome: Booked | Refusal) -> Done:
    if isinstance(outcome, Refusal):
        return failed(line.number, outcome, field="amount", missed={asked.unit: asked.amount})
    return Done(
        line=line.number,
        outcome=Outcome.CREATED,
        member_id=asked.member_id,
        change={"unit": asked.unit, "amount": asked.amount, "entry": outcome.entry_id},
        sums={asked.unit: asked.amount},
    )
