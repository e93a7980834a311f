"""The merchants that are measured: one for our sales, one for pgbench's rows, both with the same members and stores."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

from django.db import connection
from django_tenants.utils import tenant_context

from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.core.program.document import ProgramDocument
from regulars.core.sale import NewSale, SaleLine
from regulars.members.enrol import NewMember, enrol_members
from regulars.platform.merchants import create_merchant
from regulars.platform.models import Merchant
from regulars.programs.setup import create_program
from regulars.staff.keys import create_key
from regulars.staff.models import Scope
from regulars.stores.open import NewStore, open_stores
from tests.bench.program import ONE_RULE

OPENED = datetime(2025, 1, 1, tzinfo=UTC)
STORES = tuple(str(300 + number) for number in range(50))

numbers = count(1)


def open_merchant(code: str, *, members: int, document: ProgramDocument = ONE_RULE) -> Merchant:
    """Open a merchant with a program, fifty stores, and members with a card each (`card_of` their ids, from 1 on)."""
    merchant = create_merchant(code=code, name=f"Bench {code}", at=OPENED)
    with tenant_context(merchant):
        create_program(
            name="Bench",
            time_zone="America/New_York",
            currency="USD",
            country="US",
            document=document,
            at=OPENED,
            by=SYSTEM,
        )
        new = [NewStore(code=store, name=f"Store {store}", time_zone="America/New_York") for store in STORES]
        open_stores(new, at=OPENED, by=SYSTEM)
        for start in range(1, members + 1, 1000):
            batch = [
                NewMember(last_name=f"Member {number}", cards=(card_of(number),), joined_at=OPENED, is_generated=True)
                for number in range(start, min(start + 1000, members + 1))
            ]
            enrol_members(batch, at=OPENED)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return merchant


def make_token(merchant: Merchant) -> str:
    with tenant_context(merchant):
        _, token = create_key(name="bench", scopes=list(Scope), at=OPENED, by=SYSTEM)
    return token


def card_of(member: int) -> str:
    return str(9_000_000_000 + member)


def sales(*, members: int, at: datetime, member: int | None = None, store: str | None = None) -> Iterator[NewSale]:
    """Sales of three lines and 12.34 each, without end: at one store or spread over all, by one member or by all."""
    draw = random.Random(1)
    lines = (
        SaleLine("1095275", 2000, 500, "PASTRY", "National"),
        SaleLine("9878513", 1000, 399, "GROCERY", "Private"),
        SaleLine("1041453", 1000, 335, "DAIRY", "National"),
    )
    while True:
        yield NewSale(
            external_id=f"B-{next(numbers)}",
            store=store or draw.choice(STORES),
            till="3",
            occurred_at=at,
            total_minor=1234,
            lines=lines,
            member=MemberHandle(card=card_of(member or draw.randint(1, members))),
        )
