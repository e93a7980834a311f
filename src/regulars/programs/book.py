"""The book is everything that decides what a sale earns: the program, its terms, its units and the rules in force."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from regulars.core.earning import Published
from regulars.core.periods import within
from regulars.core.refusals import Refusal
from regulars.core.rules import EarningRule
from regulars.core.sentences import describe_rule
from regulars.core.terms import Terms
from regulars.platform.rows import Asked

# One text, so that an unchanged book is recognised without decoding it again.
SELECT = """
SELECT json_build_object(
    'id', program.id, 'name', program.name, 'time_zone', program.time_zone, 'currency', program.currency,
    'country', program.country, 'terms', program.terms,
    'units', (SELECT json_object_agg(unit.code, unit.id) FROM ledger_unit AS unit),
    'sides', (SELECT json_agg(json_build_array(unit_id, side, id)) FROM ledger_account WHERE holder_id IS NULL),
    'rules', (
        SELECT coalesce(json_agg(json_build_object(
            'id', rule.id, 'name', rule.name, 'ended_at', rule.ended_at, 'versions', (
                SELECT json_agg(json_build_object(
                    'id', version.id, 'published_at', version.published_at, 'terms', version.terms
                ) ORDER BY version.number)
                FROM programs_ruleversion AS version WHERE version.rule_id = rule.id
            )) ORDER BY rule.id), '[]')
        FROM programs_rule AS rule
        WHERE EXISTS (SELECT FROM programs_ruleversion AS version WHERE version.rule_id = rule.id)
    ))::text
FROM programs_program AS program
ORDER BY program.id
LIMIT 1
"""


class NoProgram(Refusal):
    """The merchant has no program yet: nothing can be earned or paid."""

    code = "no_program"


class _Version(msgspec.Struct, frozen=True):
    id: int
    published_at: datetime
    terms: EarningRule


class _Rule(msgspec.Struct, frozen=True):
    id: int
    name: str
    ended_at: datetime | None
    versions: tuple[_Version, ...]


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """The program as the rules need it; `currency` and `country` are ISO 4217 and ISO 3166 codes."""

    id: int
    name: str
    time_zone: str
    currency: str
    country: str


class _Stored(Program, frozen=True, kw_only=True):
    terms: Terms
    units: dict[str, int]
    sides: tuple[tuple[int, str, int], ...]
    rules: tuple[_Rule, ...]


class Book:
    """A program with its terms, zone and rules, and its units' ids and merchant's sides; never changes."""

    def __init__(self, stored: _Stored) -> None:
        self.program = Program(
            id=stored.id,
            name=stored.name,
            time_zone=stored.time_zone,
            currency=stored.currency,
            country=stored.country,
        )
        self.terms = stored.terms
        self.zone = ZoneInfo(stored.time_zone)
        self.units: Mapping[str, int] = stored.units
        self.sides: Mapping[tuple[int, str], int] = {(unit, side): account for unit, side, account in stored.sides}
        self.rules = stored.rules
        self._published = {
            version.id: Published(
                version.id, rule.id, rule.name, version.terms, describe_rule(version.terms, currency=stored.currency)
            )
            for rule in stored.rules
            for version in rule.versions
        }

    def in_force(self, at: datetime) -> tuple[Published, ...]:
        """Return the rules a sale at `at` earns by, in the order they were made.

        Of each rule counts the newest version published by then; before the first publication, the first. A rule is
        in force until it is ended, and within its version's own [starts_at, ends_at).
        """
        versions = (_version_at(rule, at) for rule in self.rules if within(at, start=None, end=rule.ended_at))
        return tuple(
            self._published[version.id]
            for version in versions
            if within(at, start=version.terms.starts_at, end=version.terms.ends_at)
        )

    def version(self, version_id: int) -> Published:
        """Return a version that a sale earned by, whether it is still in force or not."""
        return self._published[version_id]


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


def _version_at(rule: _Rule, at: datetime) -> _Version:
    place = bisect_right(rule.versions, at, key=lambda version: version.published_at)
    return rule.versions[max(place - 1, 0)]
