"""A small shop that has been open for some weeks: stores, rules, members, sales, a refund, an adjustment."""

from datetime import UTC, datetime, timedelta
from itertools import cycle

from regulars.core.actor import SYSTEM
from regulars.core.expiry import EndOf
from regulars.core.identifiers import MemberHandle
from regulars.core.rules import ItemRule, RateRule
from regulars.core.sale import LineRefund, NewRefund, NewSale, SaleLine, Tender
from regulars.members.enrol import NewMember, enrol_members
from regulars.points.adjust import adjust_points
from regulars.programs.publish import publish_rule
from regulars.programs.settings import change_program
from regulars.programs.setup import set_up_program
from regulars.reports.roll_up import roll_up_everything
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from regulars.staff.keys import create_key
from regulars.staff.models import Role
from regulars.staff.people import create_person
from regulars.stores.change import save_store

GOODS = (
    ("COFFEE", "Roast & Co", 450),
    ("BAKERY", "Hearth", 325),
    ("PRODUCE", "National", 210),
    ("DAIRY", "Meadow", 389),
)
NAMES = (
    "Ann Smith",
    "Ben Jones",
    "Chloé Müller",
    "Dev Okafor",
    "Eva Rossi",
    "Finn Nguyen",
    "Gia Garcia",
    "Hugo Haddad",
)


def open_for_business(*, password: str) -> dict[str, int]:
    """Open the shop, and return the numbers of what tests ask for by name."""
    now = datetime.now(UTC)
    opened = now - timedelta(days=40)
    set_up_program(name="Corner Grocer", at=opened)
    change_program(name="Corner Grocer", time_zone="America/New_York", at=opened, by=SYSTEM)
    for role in Role:
        create_person(
            email=f"{role}@example.com",
            role=role,
            first_name=role.capitalize(),
            password=password,
            at=opened,
            by=SYSTEM,
        )
    create_person(email="second@example.com", role=Role.OWNER, password=password, at=opened, by=SYSTEM)
    for code, name in (("330", "Harbor Street"), ("412", "Airport North")):
        save_store(code=code, name=name, time_zone="America/New_York", tags=("airport",), at=opened, by=SYSTEM)
    base = RateRule(points=1, per_minor=100, expiry=EndOf(period="month", after=12))
    publish_rule(rule_id=None, name="Base", terms=base, at=opened, by=SYSTEM)
    coffee = ItemRule(points=5, categories=("COFFEE",))
    publish_rule(rule_id=None, name="Coffee", terms=coffee, at=opened, by=SYSTEM)
    members = _enrol(opened)
    _sell(members, opened=opened)
    known = {"member": members[0], **_tell_a_story(members[0], now=now)}
    create_key(name="Till software", scopes=["sales:write"], at=now, by=SYSTEM)
    roll_up_everything(at=now)
    return known


def _enrol(opened: datetime) -> list[int]:
    people = [
        NewMember(
            first_name=name.split()[0],
            last_name=name.split()[1],
            phone=f"+1212555{1000 + place}",
            email=f"person{place}@example.com",
            cards=(f"90000{place:05}",),
            joined_at=opened,
            is_generated=True,
        )
        for place, name in enumerate(NAMES * 8)
    ]
    return [enrolled.member_id for enrolled in enrol_members(people, at=opened)]  # type: ignore[union-attr]


def _sell(members: list[int], *, opened: datetime) -> None:
    goods, whose = cycle(GOODS), cycle([*members[:9], None])
    sales = []
    for n in range(140):
        lines = tuple(
            SaleLine(f"{100 + n + place}", 1000, price, category, brand)
            for place, (category, brand, price) in zip(range(1 + n % 7), goods, strict=False)
        )
        member = next(whose)
        sales.append(
            NewSale(
                external_id=f"R-{1000 + n}",
                store="330" if n % 3 else "412",
                till="1",
                occurred_at=opened + timedelta(hours=6 * n + 1),
                total_minor=sum(line.amount_minor for line in lines),
                lines=lines,
                member=MemberHandle(id=str(member)) if member else None,
            )
        )
    record_sales(sales, at=opened + timedelta(days=39), is_history=True)


def _tell_a_story(member: int, *, now: datetime) -> dict[str, int]:
    """One member's afternoon: a sale paid partly with points, a line that comes back, a gesture of the manager's."""
    at = now - timedelta(hours=3)
    lines = (SaleLine("555001", 2000, 900, "COFFEE", "Roast & Co"), SaleLine("555002", 1500, 2600, "FROZEN", "Polar"))
    sale = NewSale(
        external_id="A-1",
        store="330",
        till="2",
        occurred_at=at,
        total_minor=3500,
        lines=lines,
        tenders=(Tender("points", points=10), Tender("cash", amount_minor=3490)),
        member=MemberHandle(id=str(member)),
    )
    [sold] = record_sales([sale], at=at)
    back = NewRefund(
        sale_id=sold.id,
        external_id="B-1",
        occurred_at=now - timedelta(hours=1),
        lines=(LineRefund(1),),  # type: ignore[union-attr,arg-type]
    )
    refund_sales([back], at=now - timedelta(hours=1))
    gift = adjust_points(
        member_id=member, amount=150, reason="Long queue", comment="Sorry for the wait", key="gift", at=now, by=SYSTEM
    )
    return {"sale": sold.id, "entry": gift.entry_id or 0}  # type: ignore[union-attr,dict-item]
