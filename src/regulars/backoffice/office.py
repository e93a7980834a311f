"""What every page of the back office knows: who looks at it, the shop's program, and the moment it was asked."""

from datetime import datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from regulars.backoffice.amounts import unknown_unit
from regulars.brand.looks import Looks, load_looks
from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.describe.rules import describe_rule
from regulars.core.program.units import Unit
from regulars.programs.book import Book, NoProgram, load_book
from regulars.staff.models import Person, Role
from regulars.staff.people import actor_for
from regulars.staff.reach import Reach, reach_of
from regulars.staff.rights import Right, can
from regulars.staff.roles import role_names


class Office:
    """Facts of one request, each read at most once."""

    def __init__(self, request: HttpRequest) -> None:
        self.person: Person = request.user  # type: ignore[assignment]
        self.path = request.path
        self.now: datetime = timezone.now()

    @cached_property
    def book(self) -> Book | None:
        try:
            return load_book()
        except NoProgram:
            return None

    @cached_property
    def looks(self) -> Looks:
        """How the merchant looks, and what it calls its stores."""
        return load_looks()

    @cached_property
    def live(self) -> Compiled | None:
        """The version of the program that decides sales now."""
        return self.book.compiled_at(self.now) if self.book else None

    def unit(self, code: str) -> Unit:
        """A unit with its name and precision, as the program knows it now."""
        return self.book.unit(code) if self.book else unknown_unit(code)

    def say_rule(self, version: int, code: str) -> str:
        """A rule's sentence, as the version says it that gave something by it; its code where nobody knows it."""
        if self.book is None:
            return code
        program = self.book.version(version)
        rule = program.rules.get(code)
        if rule is None:
            return code
        return describe_rule(rule, document=program.document, currency=self.currency, zone=self.zone)

    @property
    def zone(self) -> tzinfo:
        return self.book.zone if self.book else ZoneInfo("UTC")

    @property
    def currency(self) -> str:
        return self.book.program.currency if self.book else "USD"

    @property
    def country(self) -> str:
        return self.book.program.country if self.book else "US"

    @property
    def shop(self) -> str:
        return self.book.program.name if self.book else str(getattr(connection, "tenant", ""))

    @property
    def actor(self) -> Actor:
        return actor_for(self.person)

    @cached_property
    def reach(self) -> Reach:
        """The stores this person works in."""
        return reach_of(self.person)

    def reach_for(self, right: Right) -> Reach:
        """The stores where this person holds the right."""
        return reach_of(self.person, right)

    @cached_property
    def role_name(self) -> str:
        role = self.person.role
        return str(Role(role).label) if role in Role.values else role_names().get(role, role)

    def can(self, right: Right) -> bool:
        return self.person.is_authenticated and can(self.person, right)


def office_of(request: HttpRequest) -> Office:
    """The request's office; one per request."""
    office: Office | None = getattr(request, "office", None)
    if office is None:
        office = Office(request)
        request.office = office  # type: ignore[attr-defined]
    return office
