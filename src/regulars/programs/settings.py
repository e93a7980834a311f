"""What a shop owner may change about the program later. Lots and sales that exist keep the terms they were given."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.core.terms import Terms
from regulars.programs.book import NoProgram
from regulars.programs.models import Program
from regulars.programs.setup import clean_program_name, clean_time_zone


class InvalidTerms(Refusal):
    """A figure of the terms lies outside its bounds."""

    code = "invalid_terms"

    def __init__(self, *, why: str) -> None:
        self.why = why


@transaction.atomic
def change_terms(*, terms: Terms, at: datetime, by: Actor) -> Program:
    """Change how points pay, what refunds do and how late tills may report, from the next sale on.

    Refuses: NoProgram, InvalidTerms.
    """
    program = _lock_program()
    wanted = _checked(terms)
    before = msgspec.to_builtins(msgspec.convert(program.terms, type=Terms))
    if changed := {field: [before[field], value] for field, value in wanted.items() if before[field] != value}:
        program.terms = wanted
        program.save(update_fields=["terms"])
        _record("program.terms_changed", program, facts=changed, at=at, by=by)
    return program


@transaction.atomic
def change_program(*, name: str, time_zone: str, at: datetime, by: Actor) -> Program:
    """Change the program's name or time zone. Currency and country stay: every amount and phone was read by them.

    Refuses: NoProgram, InvalidProgram.
    """
    program = _lock_program()
    wanted = {"name": clean_program_name(name), "time_zone": clean_time_zone(time_zone)}
    if changed := {
        field: [getattr(program, field), value] for field, value in wanted.items() if getattr(program, field) != value
    }:
        program.name, program.time_zone = wanted["name"], wanted["time_zone"]
        program.save(update_fields=["name", "time_zone"])
        _record("program.changed", program, facts=changed, at=at, by=by)
    return program


def read_terms() -> Terms:
    """Return the terms as they are. Refuses: NoProgram."""
    program = Program.objects.order_by("id").first()
    if program is None:
        raise NoProgram()
    return msgspec.convert(program.terms, type=Terms)


def _checked(terms: Terms) -> dict[str, Any]:
    """Return the terms as they are stored; a value made in code has not been through its bounds yet."""
    wanted: dict[str, Any] = msgspec.to_builtins(terms)
    try:
        msgspec.convert(wanted, type=Terms)
    except msgspec.ValidationError as error:
        raise InvalidTerms(why=str(error)) from None
    return wanted


def _lock_program() -> Program:
    program = Program.objects.select_for_update(no_key=True).order_by("id").first()
    if program is None:
        raise NoProgram()
    return program


def _record(action: str, program: Program, *, facts: dict[str, Any], at: datetime, by: Actor) -> None:
    record_event(action=action, about="program", about_id=program.pk, facts=facts, at=at, by=by)
