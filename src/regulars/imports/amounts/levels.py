"""Levels from another system: members stand where they stood there, at least until the day they were promised."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.core.actor import Actor
from regulars.core.cells import read_text
from regulars.core.importing import Outcome, Terms
from regulars.core.periods import end_of_day
from regulars.core.program.tier_sets import TierSet
from regulars.core.refusals import Refusal
from regulars.imports.amounts.fields import read_last_day, text_field, who
from regulars.imports.amounts.members import find_members
from regulars.imports.lines import CellNeeded, Done, Field, InBulk, Line, Repeats, Undoable, check_columns, failed
from regulars.imports.records import Reading
from regulars.programs.book import load_book
from regulars.tiers.change import change_tier, preview_change, undo_change
from regulars.tiers.models import Standing
from regulars.tiers.refusals import UnknownLevel, UnknownTierSet

NOTE = "Level from another system"
UNDO_NOTE = "The import was undone"
PER_SET = (
    "SELECT (values ->> '{kind}') || '/' || coalesce(values ->> 'tier_set', '') WHERE values ->> '{kind}' IS NOT NULL"
)


class Levels:
    """The lines of a file are levels of members. A member and a tier set come once in a file."""

    repeats: Sequence[Repeats] = tuple(
        Repeats(kind, PER_SET.replace("{kind}", kind)) for kind in ("external_id", "phone", "email", "card")
    )
    in_bulk: InBulk | None = None

    def __init__(self, terms: Terms, reading: Reading, *, run: int, at: datetime, by: Actor) -> None:
        self.terms, self.reading, self.run, self.at, self.by = terms, reading, run, at, by
        self.book = load_book()
        sets = self.book.compiled_at(at).tier_sets
        self.sets: Mapping[str, TierSet] = {tier_set.code: tier_set for tier_set in sets}
        self.usual = next(iter(self.sets), "")

    def fields(self) -> list[Field]:
        names = {each.name.casefold(): code for code, each in self.sets.items()}

        def tier_set(cell: str) -> str:
            folded = read_text(cell).casefold()
            code = folded if folded in self.sets else names.get(folded)
            if code is None:
                raise UnknownTierSet(tier_set=cell[:50])
            return code

        return [
            *who(self.book.program.country),
            Field(
                code="tier_set",
                label=_("Tier set"),
                about=_("Its code or name; the only one, if there is no such column."),
                sample=self.usual,
                read=tier_set,
            ),
            Field(code="level", label=_("Level"), about=_("Its code or name."), sample="gold", read=read_text),
            Field(
                code="until",
                label=_("Last day"),
                about=_("At least this level until then; blank: as if it had been reached now."),
                sample="2027-03-31",
                read=lambda cell: read_last_day(cell, self.reading, zone=self.book.zone, at=self.at),
            ),
            text_field("note", _("Note"), about=_("For the team only.")),
        ]

    def check_fields(self, mapped: Sequence[str]) -> None:
        check_columns(mapped, self.terms.order, ("level",))

    def bring(self, lines: Sequence[Line], *, write: bool) -> list[Done]:
        members = find_members(lines, self.terms)
        known = {each for each in members if isinstance(each, int)}
        standings = {(each.member_id, each.tier_set): each for each in Standing.objects.filter(member_id__in=known)}
        done = []
        for line, member in zip(lines, members, strict=True):
            if isinstance(member, Refusal):
                done.append(failed(line.number, member))
                continue
            try:
                with transaction.atomic():
                    done.append(self._bring(line, member, standings, write=write))
            except Refusal as refusal:
                done.append(failed(line.number, refusal))
        return done

    def undo(self, lines: Sequence[Undoable]) -> list[str]:
        told = []
        for line in lines:
            try:
                with transaction.atomic():
                    undo_change(change_id=int(line.change["change"]), note=UNDO_NOTE, at=self.at, by=self.by)
            except Refusal:
                told.append("changed")
            else:
                told.append("undone")
        return told

    def _bring(self, line: Line, member: int, standings: Mapping[tuple[int, str], Standing], *, write: bool) -> Done:
        values = line.values
        tier_set = self.sets.get(values.get("tier_set") or self.usual)
        if tier_set is None:
            raise UnknownTierSet(tier_set="")
        level = self._level(tier_set, values.get("level") or "")
        until = end_of_day(date.fromisoformat(values["until"]), self.book.zone) if values.get("until") else None
        standing = standings.get((member, tier_set.code))
        if standing is not None and _is_so(standing, level, until):
            return Done(line=line.number, outcome=Outcome.UNCHANGED, member_id=member)
        if not write:
            preview_change(
                member_id=member,
                tier_set=tier_set.code,
                level=level,
                at=self.at,
                kind="floor" if until else None,
                until=until,
            )
            return Done(line=line.number, outcome=Outcome.CREATED, member_id=member)
        changed = change_tier(
            member_id=member,
            tier_set=tier_set.code,
            level=level,
            note=values.get("note") or NOTE,
            key=f"import-{self.run}-{line.number}",
            at=self.at,
            by=self.by,
            kind="floor" if until else None,
            until=until,
        )
        change = {"change": changed.change_id}
        return Done(line=line.number, outcome=Outcome.CREATED, member_id=member, change=change)

    def _level(self, tier_set: TierSet, text: str) -> str:
        if not text:
            raise CellNeeded(field="level")
        for level in tier_set.levels:
            if text.casefold() in (level.code, level.name.casefold()):
                return level.code
        raise UnknownLevel(level=text[:50], levels=[level.code for level in tier_set.levels])


def _is_so(standing: Standing, level: str, until: datetime | None) -> bool:
    """Whether the member stands there already, and is promised as much."""
    if until is None:
        return standing.level == level
    return (standing.override_level, standing.override_until) == (level, until)
