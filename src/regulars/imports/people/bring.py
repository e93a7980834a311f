"""Members from a file: a batch of lines is looked up at once, decided one by one, and written at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial

from regulars.audiences.models import Tag
from regulars.core.actor import Actor
from regulars.core.importing import Mode, NobodyFound, Outcome, Terms
from regulars.core.refusals import Refusal
from regulars.imports.lines import Done, Field, InBulk, Line, Repeats, Undoable, check_columns, failed
from regulars.imports.people.alike import compare_lines, note_alike
from regulars.imports.people.decide import Change, Create, Shop, claims_of, decide, match_lines
from regulars.imports.people.fields import ATTRIBUTE, CARD, IDENTIFIERS, fields_of_people, work_out
from regulars.imports.people.look import find_holders, look_at
from regulars.imports.people.plain import IS_PLAIN, PLAIN, create_plain
from regulars.imports.people.undo import undo_people
from regulars.imports.people.write import change_of, write_changed, write_created
from regulars.imports.records import Reading
from regulars.members.attributes import (
    ValueClaim,
    clean_values,
    find_value_holders,
    load_definitions,
    unique_claims,
)
from regulars.platform.rows import take_ids
from regulars.programs.book import load_book
from regulars.stores.models import Store


class People:
    """The lines of a file are members."""

    repeats: Sequence[Repeats] = (
        *[Repeats(kind, f"SELECT values ->> '{kind}' AS value WHERE values ->> '{kind}' IS NOT NULL")
          for kind in IDENTIFIERS],
        Repeats(CARD, "SELECT jsonb_array_elements_text(values -> 'card') AS value WHERE values ? 'card'"),
    )  # fmt: skip

    def __init__(self, terms: Terms, reading: Reading, *, run: int, at: datetime, by: Actor) -> None:
        self.terms, self.reading, self.run, self.at, self.by = terms, reading, run, at, by
        self.book = load_book()
        self.in_bulk = None if terms.mode is Mode.UPDATE else self._in_bulk()

    def _in_bulk(self) -> InBulk:
        return InBulk(
            work_out=partial(work_out, zone=self.book.zone),
            is_plain=IS_PLAIN,
            params={"plain": list(PLAIN), "order": list(self.terms.order)},
            create=partial(create_plain, run=self.run, terms=self.terms, at=self.at),
            compare_lines=partial(compare_lines, self.run),
            note_alike=partial(note_alike, run_id=self.run),
        )

    @cached_property
    def shop(self) -> Shop:
        return Shop(
            terms=self.terms,
            definitions=load_definitions(),
            tags=dict(Tag.objects.values_list("name", "id")),
            stores=dict(Store.objects.values_list("code", "id")),
            zone=self.book.zone,
            at=self.at,
        )

    def fields(self) -> list[Field]:
        return fields_of_people(self.book.program, self.reading, self.shop.definitions.live, at=self.at)

    def check_fields(self, mapped: Sequence[str]) -> None:
        check_columns(mapped, self.terms.order)

    def bring(self, lines: Sequence[Line], *, write: bool) -> list[Done]:
        holders = find_holders(lines)
        matched = match_lines(lines, holders, self.terms)
        members = look_at({each for each in matched if isinstance(each, int)}, lines, self.shop.definitions, lock=write)
        value_holders = self._find_value_holders(lines)
        new_ids = self._new_ids(sum(each is None for each in matched), write=write)
        done: list[Done] = []
        decided: list[Create | Change] = []
        for line, member in zip(lines, matched, strict=True):
            if isinstance(member, Refusal):
                done.append(failed(line.number, member))
                continue
            if member is not None and member not in members:
                done.append(failed(line.number, NobodyFound()))  # erased since
                continue
            try:
                each = decide(
                    line,
                    None if member is None else members[member],
                    new_id=next(new_ids) if member is None else 0,
                    shop=self.shop,
                    holders=holders,
                    value_holders=value_holders,
                )
            except Refusal as refusal:
                done.append(failed(line.number, refusal))
            else:
                decided.append(each)
                done.append(_done(each))
        if write:
            created = [each for each in decided if isinstance(each, Create)]
            changed = [each for each in decided if isinstance(each, Change) and not each.is_nothing]
            # Changes first: what they let go of may be taken by who is new.
            write_changed(changed, self.shop, at=self.at, by=self.by)
            write_created(created, self.shop, at=self.at, by=self.by)
        return done

    def undo(self, lines: Sequence[Undoable]) -> list[str]:
        return undo_people(lines, self.shop, run_id=self.run, at=self.at, by=self.by)

    def _new_ids(self, count: int, *, write: bool) -> Iterator[int]:
        """Ids for those who are new; while it is only looked at, numbers that are nobody's."""
        return iter(take_ids(members_member=count)[0] if write and count else range(-1, -count - 1, -1))

    def _find_value_holders(self, lines: Sequence[Line]) -> dict[ValueClaim, int]:
        claims: set[ValueClaim] = set()
        definitions = self.shop.definitions
        unique = {f"{ATTRIBUTE}{each.code}" for each in definitions.live if each.is_unique}
        for line in lines:
            given = {
                name.removeprefix(ATTRIBUTE): cell for name, cell in line.values.items() if name in unique and cell
            }
            try:
                claims |= unique_claims(clean_values(given, definitions), definitions).keys()
            except Refusal:
                continue  # the attribute was changed since the line was read: deciding says so
        return find_value_holders(claims)


def _done(each: Create | Change) -> Done:
    number = each.line.number
    if isinstance(each, Create):
        numbers = [value for kind, value in claims_of(each.line) if kind == CARD]
        return Done(
            line=number, outcome=Outcome.CREATED, member_id=each.member_id, change={"cards": numbers} if numbers else {}
        )
    if each.is_nothing:
        return Done(line=number, outcome=Outcome.UNCHANGED, member_id=each.held.id)
    return Done(line=number, outcome=Outcome.UPDATED, member_id=each.held.id, change=change_of(each))
