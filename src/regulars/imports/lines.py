"""What every kind of import has in common: the fields its columns may mean, its lines, and what became of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from django.utils.functional import Promise

from regulars.core.importing import Outcome
from regulars.core.refusals import Refusal


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """Something a column may mean. `read` turns a cell into its one form, or refuses it. `about`: what may stand there.

    With `is_clearable` a cell may say [clear]. `sample` stands in the template.
    """

    code: str
    label: str | Promise
    read: Callable[[str], Any]
    about: str | Promise = ""
    sample: str = ""
    is_clearable: bool = False


class ColumnNeeded(Refusal):
    """None of the columns is one of these, and one of them is needed."""

    code = "column_needed"

    def __init__(self, *, wanted: tuple[str, ...]) -> None:
        self.wanted = wanted


class CellNeeded(Refusal):
    """This cell cannot be blank."""

    code = "cell_needed"

    def __init__(self, *, field: str) -> None:
        self.field = field


class Line(msgspec.Struct, frozen=True):
    """A line that was read: its number in the file, and what it says by field; None is to be emptied."""

    number: int
    values: dict[str, Any]


class Fault(msgspec.Struct, frozen=True):
    """Why a line failed: a refusal's code and facts, and the field it is about, "" for the line as a whole."""

    field: str
    code: str
    facts: dict[str, Any]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a line. `change` is what an undo needs; `sums` are amounts
    that were booked, by unit, `missed` those that failed."""

    line: int
    outcome: Outcome
    member_id: int | None = None
    fault: Fault | None = None
    change: dict[str, Any] | None = None
    sums: dict[str, int] = {}
    missed: dict[str, int] = {}


class Undoable(msgspec.Struct, frozen=True):
    """A line that made or changed somebody, as an undo meets it."""

    line: int
    outcome: Outcome
    member_id: int
    change: dict[str, Any]


class Repeats(msgspec.Struct, frozen=True):
    """What no two lines of a file may share: a `kind`, and the SQL set that answers a line's `value`s of it."""

    kind: str
    values: str


class InBulk(msgspec.Struct, frozen=True):
    """How lines that only make somebody new are done as a set, without being looked at one by one.

    `work_out` adds to what a sound line says, once, as it is read. `is_plain` is a condition of SQL on the table `line`
    with `params`: such a line makes somebody new whatever else is in the batch, and `create` does so and keeps the
    results. `compare_lines` notes which lines of the file may be one person, `note_alike(new, others)` who of a batch's
    new ones may be there already, and how many these are; what the others are is known.
    """

    work_out: Callable[[dict[str, Any]], None]
    is_plain: str
    params: Mapping[str, Any]
    create: Callable[[Sequence[int]], None]
    compare_lines: Callable[[], None]
    note_alike: Callable[[Sequence[int], Sequence[int]], int]


class Subject(Protocol):
    """A kind of import at work: made for one run, with its terms, and asked batch by batch."""

    repeats: Sequence[Repeats]
    in_bulk: InBulk | None

    def fields(self) -> Sequence[Field]:
        """Return what columns may mean, in the order of the template."""
        ...

    def check_fields(self, mapped: Sequence[str]) -> None:
        """Refuse a choice of columns that nothing can be brought in by."""
        ...

    def bring(self, lines: Sequence[Line], *, write: bool) -> list[Done]:
        """Decide what becomes of these lines, and with `write` have it so, in the caller's transaction."""
        ...

    def undo(self, lines: Sequence[Undoable]) -> list[str]:
        """Undo these, in the caller's transaction; for each "undone", or in a word why something of it stays."""
        ...


def check_columns(mapped: Sequence[str], order: Sequence[str], needed: Sequence[str] = ()) -> None:
    """A file has a column that members are matched by, and each that is needed. Refuses: ColumnNeeded."""
    if not any(kind in mapped for kind in order):
        raise ColumnNeeded(wanted=tuple(order))
    for code in needed:
        if code not in mapped:
            raise ColumnNeeded(wanted=(code,))


def failed(line: int, refusal: Refusal, *, field: str = "", missed: dict[str, int] | None = None) -> Done:
    return Done(line=line, outcome=Outcome.FAILED, fault=fault_of(refusal, field=field), missed=missed or {})


def fault_of(refusal: Refusal, *, field: str = "") -> Fault:
    facts: dict[str, Any] = msgspec.to_builtins(refusal.facts())
    return Fault(field=field or str(facts.get("kind") or facts.get("field") or ""), code=refusal.code, facts=facts)
