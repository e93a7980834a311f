"""What a shop owner may change about the program itself, beside its document."""

from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.platform.rows import fetch
from regulars.programs.book import NoProgram
from regulars.programs.models import Program
from regulars.programs.setup import clean_currency, clean_program_name, clean_time_zone

BOOKED = """
SELECT EXISTS (SELECT FROM sales_sale) OR EXISTS (SELECT FROM receipts_receipt) OR EXISTS (SELECT FROM ledger_entry)
"""


class CurrencyInUse(Refusal):
    """Amounts were booked in this currency: it stays."""

    code = "currency_in_use"

    def __init__(self, *, currency: str) -> None:
        self.currency = currency


@transaction.atomic
def change_program(*, name: str, time_zone: str, currency: str = "", at: datetime, by: Actor) -> Program:
    """Change the program's name, time zone or, as long as nothing is booked, currency ("" leaves it).

    The country stays: every phone was read by it. Refuses: NoProgram, InvalidProgram, CurrencyInUse.
    """
    program = _lock_program()
    wanted = {
        "name": clean_program_name(name),
        "time_zone": clean_time_zone(time_zone),
        "currency": clean_currency(currency) if currency else program.currency,
    }
    changed = {
        field: [getattr(program, field), value] for field, value in wanted.items() if getattr(program, field) != value
    }
    if "currency" in changed and anything_booked():
        raise CurrencyInUse(currency=program.currency)
    if changed:
        for field, value in wanted.items():
            setattr(program, field, value)
        program.save(update_fields=list(wanted))
        _record("program.changed", program, facts=changed, at=at, by=by)
    return program


def anything_booked() -> bool:
    """Whether amounts of money or of units were written down anywhere."""
    [[booked]] = fetch(BOOKED, {})
    return bool(booked)


def _lock_program() -> Program:
    program = Program.objects.select_for_update(no_key=True).order_by("id").first()
    if program is None:
        raise NoProgram()
    return program


def _record(action: str, program: Program, *, facts: dict[str, Any], at: datetime, by: Actor) -> None:
    record_event(action=action, about="program", about_id=program.pk, facts=facts, at=at, by=by)
