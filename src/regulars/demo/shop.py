"""Regulars Grocer before its first sale: a merchant, its program, the stores, and the members.

Everything is made once, however often this runs: what is there already is left as it is.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django_tenants.utils import schema_context

from regulars.core.actor import SYSTEM
from regulars.core.refusals import Refusal
from regulars.demo.dates import first_midnight, move, weeks_between, weeks_to_today
from regulars.demo.households import ask_households, read_households
from regulars.demo.journey import Outline, find_file
from regulars.demo.people import a_person, street_of
from regulars.demo.program import NAME, PROGRAM, TIME_ZONE, ZONE
from regulars.demo.receipts import TILLS
from regulars.members.enrol import enrol_members
from regulars.members.identity import Duplicate
from regulars.platform.merchants import create_merchant
from regulars.platform.models import Merchant
from regulars.programs.models import Program, ProgramVersion
from regulars.programs.setup import create_program
from regulars.stores.open import NewStore, open_stores

CODE = "grocer"
MEMBERS_AT_ONCE = 500


class NotTheDemo(Refusal):
    """There is a merchant of the demo's code with a program of its own: the demo leaves it alone."""

    code = "not_the_demo"

    def __init__(self, *, merchant: str, program: str) -> None:
        self.merchant = merchant
        self.program = program


def find_or_make_merchant(*, at: datetime) -> Merchant:
    """Return the demo's merchant, at grocer.localhost, and on localhost if it is the first one."""
    with schema_context("public"):
        known: Merchant | None = Merchant.objects.filter(code=CODE).first()
    return known or create_merchant(code=CODE, name=NAME, at=at, hosts=[f"{CODE}.localhost"])


def open_program(outline: Outline, *, at: datetime) -> int:
    """Make the program, whose version 1 starts at once; return by how many weeks the year is moved.

    It starts at the midnight before the moved year's first sale, and that is how a later run knows by how much the
    first run moved it. Refuses: NotTheDemo.
    """
    with transaction.atomic():
        first_day = first_midnight(outline.first_at)
        program = Program.objects.order_by("id").first()
        if program is None:
            weeks = weeks_to_today(outline.last_at, at=at, zone=ZONE)
            opened_at = move(first_day, weeks=weeks, zone=ZONE)
            create_program(
                name=NAME,
                time_zone=TIME_ZONE,
                currency="USD",
                country="US",
                document=PROGRAM,
                at=opened_at,
                by=SYSTEM,
            )
            return weeks
        version = ProgramVersion.objects.order_by("number").first()
        if version is None or program.name != NAME or program.time_zone != TIME_ZONE:
            raise NotTheDemo(merchant=CODE, program=program.name)
        return weeks_between(first_day, version.created_at, zone=ZONE)


def open_all_stores(outline: Outline, *, at: datetime) -> int:
    """Open a store, with its tills, for each store id of the files; return how many are new."""
    stores = [
        NewStore(code=str(store_id), name=street_of(place), time_zone=TIME_ZONE, tills=TILLS)
        for place, store_id in enumerate(outline.store_ids)
    ]
    return open_stores(stores, at=at, by=SYSTEM)


def enrol_households(outline: Outline, *, weeks: int, at: datetime) -> Iterator[int]:
    """Enrol a member for each household, joined when it first came; yield how many are done, as it goes."""
    ask_households(at=at)
    said = read_households(find_file("demographics"))
    people = [
        a_person(household_id, joined_at=move(came_at, weeks=weeks, zone=ZONE), said=said.get(household_id))
        for household_id, came_at in sorted(outline.first_visits.items(), key=lambda visit: (visit[1], visit[0]))
    ]
    for first in range(0, len(people), MEMBERS_AT_ONCE):
        batch = people[first : first + MEMBERS_AT_ONCE]
        for outcome in enrol_members(batch, at=at):
            if isinstance(outcome, Refusal) and not isinstance(outcome, Duplicate):
                raise outcome
        yield first + len(batch)
