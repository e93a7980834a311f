"""What a shop owner may change about the program itself, beside its document."""

from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.programs.book import NoProgram
from regulars.programs.models import Program
from regulars.programs.setup import clean_program_name, clean_time_zone


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


def _lock_program() -> Program:
    program = Program.objects.select_for_update(no_key=True).order_by("id").first()
    if program is None:
        raise NoProgram()
    return program


def _record(action: str, program: Program, *, facts: dict[str, Any], at: datetime, by: Actor) -> None:
    record_event(action=action, about="program", about_id=program.pk, facts=facts, at=at, by=by)
