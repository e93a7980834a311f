"""The book is everything that decides what a sale earns: the program, its units, and the versions of its document."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import get_language

from regulars.brand.dates import style_now
from regulars.core.compiled import Compiled, compile_program
from regulars.core.describe.rules import describe_rule
from regulars.core.program.document import read_document
from regulars.core.program.units import Unit, UnitWords
from regulars.core.refusals import Refusal
from regulars.ledger.models import HOLDER_SIDES, Side
from regulars.platform.rows import Asked, fetch

# One text, so that an unchanged book is recognised without decoding it again. Documents can be large and never change
# once they have started: they are read when a sale first asks for one, and kept by their mark.
SELECT = """
SELECT json_build_object(
    'id', program.id, 'name', program.name, 'time_zone', program.time_zone, 'currency', program.currency,
    'country', program.country,
    'units', (SELECT json_object_agg(unit.code, unit.id) FROM ledger_unit AS unit),
    'sides', (SELECT json_agg(json_build_array(unit_id, side, id)) FROM ledger_account WHERE holder_id IS NULL),
    'versions', (
        SELECT coalesce(json_agg(json_build_array(id, starts_at, mark) ORDER BY starts_at, number), '[]')
        FROM programs_programversion WHERE starts_at IS NOT NULL)
    )::text
FROM programs_program AS program
ORDER BY program.id
LIMIT 1
"""

MERCHANT_SIDES = tuple(side.value for side in Side if side not in HOLDER_SIDES)

DOCUMENT = "SELECT document::text FROM programs_programversion WHERE id = %(id)s AND mark = %(mark)s"


class NoProgram(Refusal):
    """The merchant has no program yet: nothing can be earned or paid."""

    code = "no_program"


class UnknownUnit(Refusal):
    """The program has no such unit."""

    code = "unknown_unit"

    def __init__(self, *, unit: str) -> None:
        self.unit = unit


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """The program as the rules need it; `currency` and `country` are ISO 4217 and ISO 3166 codes."""

    id: int
    name: str
    time_zone: str
    currency: str
    country: str


class _Start(msgspec.Struct, frozen=True, array_like=True):
    id: int
    starts_at: datetime
    mark: str


class _Stored(Program, frozen=True, kw_only=True):
    units: dict[str, int]
    sides: tuple[tuple[int, str, int], ...]
    versions: tuple[_Start, ...]


class Book:
    """A program with its zone, its units' ids, the merchant's sides, and its versions; never changes."""

    def __init__(self, stored: _Stored) -> None:
        self.program = Program(
            id=stored.id,
            name=stored.name,
            time_zone=stored.time_zone,
            currency=stored.currency,
            country=stored.country,
        )
        self.zone = ZoneInfo(stored.time_zone)
        self.units: Mapping[str, int] = stored.units
        self.sides: Mapping[tuple[int, str], int] = {(unit, side): account for unit, side, account in stored.sides}
        self._versions = stored.versions
        self._by_id = {version.id: version for version in stored.versions}
        self._draft: Compiled | None = None
        self._said: dict[tuple[object, ...], str] = {}

    def compiled_at(self, at: datetime) -> Compiled:
        """Return the version that decides a sale at `at`: the newest that had started, or the first there is."""
        place = bisect_right(self._versions, at, key=lambda version: version.starts_at)
        return self._compiled(self._versions[max(place - 1, 0)])

    def version(self, version_id: int) -> Compiled:
        """Return a version that a sale earned by, whether it is still live or not; or the draft that is tried."""
        if self._draft is not None and self._draft.version_id == version_id:
            return self._draft
        return self._compiled(self._by_id[version_id])

    def unit(self, code: str) -> Unit:
        """Return a unit as people know it now: by the newest version that has it."""
        for version in reversed(self._versions):
            if unit := self._compiled(version).units.get(code):
                return unit
        return Unit(code=code, name=UnitWords(singular=code, plural=code))

    def with_draft(self, draft: Compiled) -> Self:
        """Return this book with a draft, for trying it. Its units that the ledger does not know have negative ids."""
        tried = copy(self)
        tried._draft = draft
        tried._said = {}
        new = [code for code in draft.units if code not in self.units]
        tried.units = {**self.units, **{code: -number for number, code in enumerate(new, 1)}}
        tried.sides = {
            **self.sides,
            **{(-number, side): 0 for number, _ in enumerate(new, 1) for side in MERCHANT_SIDES},
        }
        return tried

    def say_rule(self, version_id: int, code: str) -> str:
        """Say a rule as a version has it: "1 point per full 1.00 USD". Said once, and kept with the book."""
        key = (version_id, code, get_language(), style_now())
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = self._describe(version_id, code)
        return said

    def _describe(self, version_id: int, code: str) -> str:
        program = self.version(version_id)
        if code not in program.rules:
            return f"rule “{code}”"
        return describe_rule(
            program.rules[code], document=program.document, currency=self.program.currency, zone=self.zone
        )

    def _compiled(self, version: _Start) -> Compiled:
        key = (version.id, version.mark, self.program.time_zone, self.program.currency)
        compiled = _ready.get(key)
        if compiled is None:
            [[text]] = fetch(DOCUMENT, {"id": version.id, "mark": version.mark})
            compiled = compile_program(
                read_document(text), version_id=version.id, zone=self.zone, currency=self.program.currency
            )
            while len(_ready) >= _KEPT:
                _ready.pop(next(iter(_ready)), None)
            _ready[key] = compiled
        return compiled


# Known by their contents, so that merchants never share one by accident and an edited schedule is another version.
_ready: dict[tuple[int, str, str, str], Compiled] = {}
_KEPT = 256


def load_book() -> Book:
    """Read the merchant's book with one statement. Refuses: NoProgram."""
    return ask_book()()


def ask_book() -> Callable[[], Book]:
    """Send `load_book` inside a `together` block; the answer is read after it. Refuses: NoProgram."""
    asked = Asked(SELECT, {})

    def read() -> Book:
        rows = asked.rows()
        if not rows:
            raise NoProgram()
        return _decoded(rows[0][0])

    return read


@lru_cache(maxsize=256)
def _decoded(text: str) -> Book:
    return Book(msgspec.json.decode(text, type=_Stored))
