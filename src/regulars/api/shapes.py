"""Shapes that several routes share: names of things, times, and whom a caller means."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from regulars.api.bodies import InvalidRequest
from regulars.core.identifiers import MemberHandle
from regulars.core.refusals import Refusal
from regulars.platform.rows import LARGEST_ID

LONGEST_ID = 19

ExternalId = Annotated[str, Meta(min_length=1, max_length=64, description="The caller's own id of this.")]
Id = Annotated[str, Meta(min_length=1, max_length=LONGEST_ID, description="An id that this API gave.")]
Moment = Annotated[datetime, Meta(tz=True, description="A time with its offset: 2026-11-21T10:15:00-05:00.")]
Reason = Annotated[str, Meta(min_length=1, max_length=1_000, description="Stays inside.")]
Comment = Annotated[str, Meta(max_length=1_000, description="The member reads it.")]
UnitCode = Annotated[str, Meta(min_length=1, max_length=32)]
Text = Annotated[str, Meta(max_length=64)]


class MemberRef(msgspec.Struct, frozen=True):
    id: str


class MemberNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom you mean, by one of these. Of several the first that finds somebody counts, in the order given here."""

    id: Id | None = None
    card: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    external_id: ExternalId | None = None
    phone: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    email: Annotated[str, Meta(min_length=1, max_length=254)] | None = None

    def handle(self) -> MemberHandle:
        """Refuses: InvalidRequest, if nothing is given."""
        handle = MemberHandle(self.id, self.card, self.external_id, self.phone, self.email)
        if handle == NOBODY:
            raise InvalidRequest(where="member", problem="Expected one of id, card, external_id, phone, email")
        return handle


NOBODY = MemberHandle()


class NotFound(Refusal):
    """Nothing of this merchant has this id."""

    code = "not_found"


def read_id(text: str, *, otherwise: Callable[[], Refusal] = NotFound) -> int:
    """The number behind an id. Refuses `otherwise`, for whatever can be nobody's id."""
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID and int(text) <= LARGEST_ID:
        return int(text)
    raise otherwise()


def read_moment(moment: datetime, *, where: str) -> datetime:
    """A time in UTC. Refuses: InvalidRequest, where no calendar of a shop would have it."""
    _check_year(moment, where=where)
    return moment.astimezone(UTC)


def read_day(day: date, *, where: str) -> date:
    """A day as it is. Refuses: InvalidRequest, where no calendar of a shop would have it."""
    _check_year(day, where=where)
    return day


def _check_year(given: date, *, where: str) -> None:
    if not 1900 <= given.year <= 2999:
        raise InvalidRequest(where=where, problem="Expected a year from 1900 to 2999")
