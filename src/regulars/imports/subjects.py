"""The kinds of imports there are."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from regulars.core.actor import Actor
from regulars.core.importing import Terms
from regulars.imports.amounts.adjustments import Adjustments
from regulars.imports.amounts.balances import Balances
from regulars.imports.amounts.levels import Levels
from regulars.imports.amounts.open_sales import OpenSales
from regulars.imports.lines import Subject
from regulars.imports.models import ImportRun
from regulars.imports.people.bring import People
from regulars.imports.records import Reading

SUBJECTS: Mapping[str, Callable[..., Subject]] = {
    "members": People,
    "adjustments": Adjustments,
    "balances": Balances,
    "levels": Levels,
    "sales": OpenSales,
}


def open_subject(run: ImportRun, *, at: datetime, by: Actor) -> Subject:
    """Return a run's kind of import, at work by the run's terms."""
    return SUBJECTS[run.subject](terms_of(run), reading_of(run), run=run.pk or 0, at=at, by=by)


def terms_of(run: ImportRun) -> Terms:
    return msgspec.convert(run.terms, Terms)


def reading_of(run: ImportRun) -> Reading:
    return msgspec.convert(run.reading, Reading)


def builtins(value: object) -> Any:
    return msgspec.to_builtins(value)
