"""A café that has sold for a month and has no program yet: people, a store, members, mornings of coffee and cake."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.core.sale import NewSale, SaleLine, Tender
from regulars.members.enrol import NewMember, enrol_members
from regulars.programs.settings import change_program
from regulars.programs.setup import set_up_program
from regulars.reports.roll_up import roll_up_everything
from regulars.sales.record import record_sales
from regulars.staff.models import Role
from regulars.staff.people import create_person
from regulars.stores.change import save_store

ZONE = ZoneInfo("America/New_York")
GUESTS = ("Mia Novak", "Noah Berg", "Olga Silva")


def open_cafe(*, password: str) -> dict[str, int]:
    """Open the café, and return its first member's number."""
    now = datetime.now(UTC)
    opened = now - timedelta(days=40)
    set_up_program(name="Corner Café", at=opened)
    change_program(name="Corner Café", time_zone=ZONE.key, at=opened, by=SYSTEM)
    for role in Role:
        create_person(
            email=f"{role}@example.com",
            role=role,
            first_name=role.capitalize(),
            password=password,
            at=opened,
            by=SYSTEM,
        )
    save_store(code="1", name="Market Square", time_zone=ZONE.key, tags=(), at=opened, by=SYSTEM)
    people = [
        NewMember(first_name=name.split()[0], last_name=name.split()[1], cards=(f"70000{place:05}",), joined_at=opened)
        for place, name in enumerate(GUESTS)
    ]
    members = [enrolled.member_id for enrolled in enrol_members(people, at=opened)]  # type: ignore[union-attr]
    sales = [
        a_coffee(members[day % 3], at=opened + timedelta(days=day), receipt=f"old-{day}", quantity=1 + day % 2)
        for day in range(1, 39)
    ]
    record_sales(sales, at=now, is_history=True)
    roll_up_everything(at=now)
    return {"member": members[0]}


def a_coffee(member: int, *, at: datetime, receipt: str, quantity: int = 1) -> NewSale:
    """Somebody has coffees for 4.50 each, and a cake for 3.00."""
    lines = (
        SaleLine("latte", quantity * 1000, quantity * 450, "COFFEE"),
        SaleLine("carrot", 1000, 300, "PASTRY"),
    )
    total = sum(line.amount_minor for line in lines)
    return NewSale(
        external_id=receipt,
        store="1",
        till="1",
        occurred_at=at,
        total_minor=total,
        lines=lines,
        tenders=(Tender("cash", amount_minor=total),),
        member=MemberHandle(id=str(member)),
    )
