"""A small shop that has been open for some weeks: stores, rules, members, sales, a refund, an adjustment."""

from datetime import UTC, datetime, timedelta
from itertools import cycle

import msgspec

from regulars.backoffice.pages.backtests import name_of_version
from regulars.core.actor import SYSTEM
from regulars.core.expiry import EndOf
from regulars.core.identifiers import MemberHandle
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.conditions import Audience, Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.life import Pending
from regulars.core.program.rewards import Gives, PerMember, Price, Reward
from regulars.core.program.rules import BonusRule, ItemRule, RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import POINTS, Pays, Unit, UnitWords
from regulars.core.sale import LineRefund, NewRefund, NewSale, SaleLine, Tender
from regulars.members.enrol import NewMember, enrol_members
from regulars.points.adjust import adjust_points
from regulars.points.claim import claim_reward
from regulars.points.hold import reserve_units
from regulars.points.models import Poster
from regulars.points.posters import hang_poster
from regulars.programs.settings import change_program
from regulars.programs.setup import set_up_program
from regulars.programs.versions import publish_document, save_draft
from regulars.receipts.dispute import NewDispute, open_dispute
from regulars.receipts.enter import enter_receipt
from regulars.receipts.kept import NewReceipt
from regulars.reports.backtest.order import Side
from regulars.reports.backtest.runs import ask_backtest, run_backtest
from regulars.reports.roll_up import roll_up_everything
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from regulars.staff.keys import create_key
from regulars.staff.models import Role
from regulars.staff.people import create_person
from regulars.stores.change import save_store
from tests.journeys.files import make_imports
from tests.journeys.groups import make_groups
from tests.journeys.messages import write_to_members
from tests.journeys.people import get_to_know
from tests.journeys.privacy import ask_about_privacy
from tests.journeys.stock import put_cards_beside_the_till

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

COINS = Unit(
    code="coins",
    kind="cashback",
    precision=2,
    name=UnitWords(singular="coin", plural="coins"),
    pays=Pays(units=100, minor=100),
)
COFFEE = Items(categories=("COFFEE",))
PROGRAM = ProgramDocument(
    units=(POINTS, COINS),
    budgets=(Budget(code="beans", name="Bean weeks", units=150),),
    rules=(
        RateRule(
            code="base",
            name="Base",
            points=1,
            per_minor=100,
            expiry=EndOf(period="month", after=12),
            caps=(Cap(limit=40), Cap(limit=500, period="month")),
        ),
        ItemRule(code="beans", name="Coffee", points=5, items=COFFEE, budget="beans"),
        BonusRule(
            code="big",
            name="Big basket",
            points=25,
            when=Conditions(min_spend_minor=3000),
            pending=Pending(days=14),
        ),
        RateRule(code="cash", name="One per cent back", unit="coins", points=1, per_minor=100),
    ),
    stamp_cards=(
        StampCard(
            code="coffee", name="Coffee card", size=10, final="cup", interim={5: "cookie"}, earn=ByItem(items=COFFEE)
        ),
    ),
    tier_sets=(
        TierSet(
            code="status",
            name="Status",
            metric=Metric(of="spend"),
            levels=(
                Level(code="silver", name="Silver", threshold=10_000, rewards=("cookie",)),
                Level(code="gold", name="Gold", threshold=50_000, rewards=("cup",)),
            ),
        ),
    ),
    rewards=(
        Reward(code="cup", name="A cup of coffee", price=Price(amount=80, by_tier={"gold": 60}), use_within_days=60),
        Reward(code="cookie", name="A cookie", price=Price(amount=30), per_member=PerMember(limit=5, days=30)),
        Reward(code="five", name="5.00 off", kind="discount", price=Price(amount=500), gives=Gives(minor=500)),
        Reward(
            code="mug",
            name="Corner Grocer mug",
            description="Stoneware, sent to your door",
            kind="gift",
            price=Price(amount=50),
            is_sent=True,
            stock=40,
        ),
        Reward(
            code="tasting",
            name="Evening tasting",
            kind="experience",
            price=Price(amount=20),
            audience=Audience(tiers=("gold",)),
        ),
    ),
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
    publish_document(PROGRAM, at=opened, by=SYSTEM)
    members = _enrol(opened)
    _sell(members, opened=opened)
    known = {"member": members[0], **_tell_a_story(members[0], now=now), **_look_around(now=now)}
    known |= _key_by_hand(members[1], now=now)
    known |= put_cards_beside_the_till(members[2], now=now)
    get_to_know(members[0], at=now - timedelta(hours=2))
    known |= make_groups(members, at=now - timedelta(hours=1))
    known |= make_imports(at=now - timedelta(hours=1))
    known |= ask_about_privacy(members, opened=opened, now=now)
    known |= write_to_members(members, now=now)
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
    [returned] = refund_sales([back], at=now - timedelta(hours=1))
    big = NewSale(
        external_id="A-2",
        store="412",
        occurred_at=now - timedelta(minutes=30),
        total_minor=4800,
        lines=(SaleLine("555003", 1000, 4800, "HOUSEHOLD", "National"),),
        member=MemberHandle(id=str(member)),
    )
    record_sales([big], at=now - timedelta(minutes=30))
    gift = adjust_points(
        member_id=member, amount=150, reason="Long queue", comment="Sorry for the wait", key="gift", at=now, by=SYSTEM
    )
    mug = claim_reward(member_id=member, reward="mug", key="mug", at=now, by=SYSTEM)
    reserve_units(member_id=member, amount=15, key="basket-7", at=now, by=SYSTEM, minutes=24 * 60)
    return {
        "sale": sold.id,  # type: ignore[union-attr,dict-item]
        "refund": returned.id,  # type: ignore[union-attr,dict-item]
        "entry": gift.entry_id or 0,
        "gift": mug.issued.id,
    }


def _key_by_hand(member: int, *, now: datetime) -> dict[str, int]:
    """A receipt that waits for somebody to look at it, and a member who says that one is missing."""
    entered = enter_receipt(
        NewReceipt(
            key="form-1",
            kind="claim",
            store="330",
            number="H-77",
            occurred_at=now - timedelta(days=1),
            total_minor=2_640,
            lines=(
                SaleLine("100", 1000, 1_740, "COFFEE", "Roast & Co"),
                SaleLine("101", 2000, 900, "BAKERY", "Hearth"),
            ),
            member=MemberHandle(id=str(member)),
            note="The till was down",
        ),
        at=now,
        by=SYSTEM,
    )
    other = NewReceipt(
        key="form-2",
        kind="entry",
        store="412",
        number="R-1000",
        occurred_at=now - timedelta(days=2),
        total_minor=4_500,
        member=MemberHandle(id=str(member)),
    )
    odd = enter_receipt(other, at=now, by=SYSTEM)
    said = "I bought coffee on Sunday and see no points for it."
    dispute = open_dispute(NewDispute(member_id=member, complaint="missing", said=said), at=now, by=SYSTEM)
    return {"receipt": entered.receipt_id, "odd": odd.receipt_id, "dispute": dispute}


def _look_around(*, now: datetime) -> dict[str, int]:
    """A poster by the door, and a draft that was tried on the sales so far."""
    hang_poster(store="330", card="coffee", at=now, by=SYSTEM)
    generous = msgspec.structs.replace(
        PROGRAM, rules=(msgspec.structs.replace(PROGRAM.rules[0], points=2), *PROGRAM.rules[1:])
    )
    draft = save_draft(generous, at=now, by=SYSTEM, note="Two points")
    run = ask_backtest(
        Side(label=name_of_version(draft), document=generous),
        Side(label="Live", document=PROGRAM),
        since=(now - timedelta(days=40)).date(),
        last=now.date(),
        at=now,
        by=SYSTEM,
    )
    run_backtest(run, now=lambda: now)
    return {"poster": Poster.objects.get().pk, "backtest": run}
