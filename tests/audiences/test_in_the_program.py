"""Tags and segments decide: what a sale earns, what an event brings, who may claim a reward."""

import pytest

from regulars.audiences.segments import save_segment
from regulars.audiences.tags import create_tag, retag_member
from regulars.core.actor import SYSTEM
from regulars.core.audience import Balance, Bought
from regulars.core.claiming import NotInAudience
from regulars.core.identifiers import MemberHandle
from regulars.core.program.conditions import Audience, Conditions, Tags
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.rules import BonusRule, EventRule
from regulars.points.claim import claim_reward
from regulars.programs.soundness import FaultyProgram
from regulars.sales.attach import attach_sale
from regulars.sales.member_events import NewMemberEvent, record_member_events
from regulars.sales.models import Sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import NewRefund, refund_sales
from tests.shop import NOON, ONE_PER_DOLLAR, OPENED, a_member, a_program, a_sale, a_shop, points_of, publish, sell

pytestmark = pytest.mark.django_db

VIP = Conditions(audience=Audience(tags=Tags(any=("vip",), none=("staff",))))
RICH = Conditions(audience=Audience(segments=("rich",)))


@pytest.fixture(autouse=True)
def shop(db) -> None:
    a_shop()
    for name in ("vip", "staff"):
        create_tag(name, at=OPENED, by=SYSTEM)
    save_segment(name="rich", condition=Balance(unit="points", at_least=100), at=OPENED, by=SYSTEM)


def offer(when: Conditions) -> None:
    publish(a_program(ONE_PER_DOLLAR, BonusRule(code="extra", name="Extra", points=50, when=when)), at=OPENED)


def tag(member: int, *names: str) -> None:
    retag_member(member_id=member, put=names, at=OPENED, by=SYSTEM)


def test_a_rule_for_tagged_members_gives_to_them_alone():
    offer(VIP)
    vip, staff, other = a_member(), a_member(), a_member()
    tag(vip, "vip")
    tag(staff, "vip", "staff")
    record_sales([a_sale(1000, member=each) for each in (vip, staff, other)], at=NOON)
    assert [points_of(each) for each in (vip, staff, other)] == [60, 10, 10]
    assert Sale.objects.get(member=vip).facts["tags"] == ["vip"]


def test_a_rule_for_a_segment_gives_to_who_belongs_when_the_sale_comes():
    offer(RICH)
    member = a_member()
    sell(a_sale(10_000, member=member))
    assert points_of(member) == 100
    sell(a_sale(1_000, member=member))
    assert points_of(member) == 160


def test_a_quote_is_what_the_sale_then_earns():
    offer(VIP)
    vip = a_member()
    tag(vip, "vip")
    [quoted] = quote_sales([a_sale(1000, member=vip)], at=NOON)
    [recorded] = record_sales([a_sale(1000, member=vip)], at=NOON)
    assert quoted.earned == recorded.earned
    assert points_of(vip) == 60


def test_a_refund_goes_by_the_tags_of_the_sale():
    offer(VIP)
    vip = a_member()
    tag(vip, "vip")
    sold = sell(a_sale(1000, member=vip))
    retag_member(member_id=vip, take=["vip"], at=NOON, by=SYSTEM)
    refund_sales([NewRefund(sale_id=sold.id, external_id="back", occurred_at=NOON, amount_minor=500)], at=NOON)
    assert points_of(vip) == 55  # half of the base points went, the bonus for the tag stays


def test_a_sale_that_is_attached_earns_by_the_members_tags():
    offer(VIP)
    vip = a_member()
    tag(vip, "vip")
    sold = sell(a_sale(1000))
    attach_sale(sale_id=sold.id, member=MemberHandle(id=str(vip)), at=NOON, by=SYSTEM)
    assert points_of(vip) == 60


def test_an_event_brings_something_to_tagged_members():
    publish(a_program(EventRule(code="hello", name="Hello", event="hello", points=7, when=VIP)), at=OPENED)
    vip, other = a_member(), a_member()
    tag(vip, "vip")
    record_member_events(
        [
            NewMemberEvent(event="hello", external_id=f"h{each}", member=MemberHandle(id=str(each)), occurred_at=NOON)
            for each in (vip, other)
        ],
        at=NOON,
    )
    assert [points_of(each) for each in (vip, other)] == [7, 0]


@pytest.mark.parametrize("audience", [Audience(tags=Tags(all=("vip",))), Audience(segments=("buyers",))])
def test_a_reward_is_claimed_by_its_audience(audience):
    save_segment(name="buyers", condition=Bought(at_least=2), at=OPENED, by=SYSTEM)
    cup = Reward(code="cup", name="Cup", price=Price(amount=5), audience=audience)
    publish(a_program(rewards=(cup,)), at=OPENED)
    meant, other = a_member(points=10), a_member(points=10)
    tag(meant, "vip")
    sell(a_sale(100, member=meant))
    with pytest.raises(NotInAudience):
        claim_reward(member_id=other, reward="cup", key="k", at=NOON, by=SYSTEM)
    assert points_of(other) == 10
    assert claim_reward(member_id=meant, reward="cup", key="k", at=NOON, by=SYSTEM).issued.reward == "cup"


@pytest.mark.parametrize("size", [1, 10, 200])
def test_statements_do_not_grow_with_the_batch(size, django_assert_max_num_queries):
    both = Conditions(audience=Audience(tags=Tags(any=("vip",)), segments=("rich",)))
    offer(both)
    members = [a_member() for _ in range(size)]
    record_sales([a_sale(1000, member=each) for each in members], at=NOON)
    with django_assert_max_num_queries(30):
        record_sales([a_sale(1000, member=each) for each in members], at=NOON)


def test_a_program_that_names_tags_or_segments_nobody_made_is_not_published():
    with pytest.raises(FaultyProgram) as refused:
        offer(Conditions(audience=Audience(tags=Tags(any=("vap",)), segments=("ritch",))))
    assert [fault.split(":")[0] for fault in refused.value.faults] == [
        "rules[1].when.audience.segments[0]",
        "rules[1].when.audience.tags.any[0]",
    ]
