"""Every merchant starts with one program: points, a time zone, a currency, and terms that suit most shops."""

import re
from datetime import datetime

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.programs.models import Program
from regulars.programs.versions import begin_versions
from regulars.stores.zones import check_time_zone

NO_RULES = ProgramDocument()
CURRENCY = re.compile(r"[A-Z]{3}")


class InvalidProgram(Refusal):
    """`field` says what is wrong: name, time_zone (IANA), currency (ISO 4217) or country (ISO 3166, two letters)."""

    code = "invalid_program"

    def __init__(self, *, field: str) -> None:
        self.field = field


class ProgramExists(Refusal):
    """A merchant has one program."""

    code = "program_exists"


@transaction.atomic
def create_program(
    *,
    name: str,
    time_zone: str,
    currency: str,
    country: str,
    document: ProgramDocument = NO_RULES,
    at: datetime,
    by: Actor,
) -> Program:
    """Create the merchant's program with `document` as version 1: points and no rule yet, if nothing else is given.

    Refuses: InvalidProgram, ProgramExists.
    """
    if Program.objects.exists():
        raise ProgramExists()
    program = Program.objects.create(
        name=clean_program_name(name),
        time_zone=clean_time_zone(time_zone),
        currency=clean_currency(currency),
        country=_clean_country(country),
    )
    facts = {"time_zone": program.time_zone, "currency": program.currency, "country": program.country}
    record_event(action="program.created", about="program", about_id=program.pk, facts=facts, at=at, by=by)
    begin_versions(program, document, at=at, by=by)
    return program


def set_up_program(
    *,
    name: str,
    at: datetime,
    by: Actor = SYSTEM,
    time_zone: str = "UTC",
    currency: str = "USD",
    country: str = "US",
) -> Program:
    """Give a new merchant a program to start from; one that has a program keeps it. Refuses: InvalidProgram."""
    if program := Program.objects.order_by("id").first():
        return program
    return create_program(name=name, time_zone=time_zone, currency=currency, country=country, at=at, by=by)


def clean_program_name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= 128 or not name.isprintable():
        raise InvalidProgram(field="name")
    return name


def clean_time_zone(name: str) -> str:
    try:
        check_time_zone(name)
    except ValidationError:
        raise InvalidProgram(field="time_zone") from None
    return name


def clean_currency(text: str) -> str:
    if not CURRENCY.fullmatch(text.upper()):
        raise InvalidProgram(field="currency")
    return text.upper()


def _clean_country(text: str) -> str:
    if text.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidProgram(field="country")
    return text.upper()
