"""A shop with people of every kind, to ask conditions of: each of them by the verbs that make them so."""

from datetime import date, timedelta

from regulars.audiences.tags import create_tag, retag_member
from regulars.core.actor import SYSTEM
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.sale import SaleLine
from regulars.members.models import Status
from regulars.members.status import change_status
from regulars.points.claim import claim_reward
from regulars.sales.record import record_sales
from tests.shop import NOON, OPENED, a_member, a_program, a_sale, a_shop, a_store, publish, sell

TIERS = TierSet(
    code="club", name="Club", metric=Metric(of="spend"), levels=(Level(code="gold", name="Gold", threshold=50_000),)
)
TEA = (SaleLine("T1", 1000, 3000, "TEA", "Leaf"),)


def open_shop() -> dict[str, int]:
    """Ann spends and is Gold; Bob joined last week and bought tea; Cem is blocked; Dee is a guest; Eva never bought."""
    a_shop()
    a_store("400")
    publish(a_program(tier_sets=(TIERS,), rewards=(Reward(code="cup", name="Cup", price=Price(amount=10)),)), at=OPENED)
    for name in ("vip", "staff", "press"):
        create_tag(name, at=OPENED, by=SYSTEM)
    ann = a_member(first_name="Ann", birth_on=date(1990, 3, 10), email="ann@example.com")
    bob = a_member(
        first_name="Bob", birth_on=date(2004, 2, 29), phone="+15552345678", cards=(), at=NOON - timedelta(days=7)
    )
    cem = a_member(first_name="Cem", cards=())
    dee = a_member(first_name="Dee", joined_at=None)
    eva = a_member(first_name="Eva", external_id="E-1", birth_on=date(1960, 12, 24), cards=())
    sell(a_sale(60_000, member=ann, at=NOON - timedelta(days=40)), at=NOON - timedelta(days=40))
    sell(a_sale(500, member=ann, at=NOON - timedelta(days=2)), at=NOON - timedelta(days=2))
    sell(a_sale(3000, member=bob, lines=TEA, store="400", at=NOON - timedelta(days=3)), at=NOON - timedelta(days=3))
    record_sales([a_sale(900, member=dee, at=NOON - timedelta(days=100))], at=NOON, is_history=True)
    change_status(member_id=cem, status=Status.BLOCKED, reason="Lost card", at=NOON, by=SYSTEM)
    retag_member(member_id=ann, put=["vip"], at=NOON, by=SYSTEM)
    retag_member(member_id=bob, put=["vip", "press"], at=NOON, by=SYSTEM)
    retag_member(member_id=cem, put=["staff"], at=NOON, by=SYSTEM)
    claim_reward(member_id=ann, reward="cup", key="k", at=NOON, by=SYSTEM)
    return {"ann": ann, "bob": bob, "cem": cem, "dee": dee, "eva": eva}
