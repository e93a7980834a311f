"""A person goes, and what was sold, earned and spent stays: after the cool-off, when nothing is open any more."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from regulars.audit.models import Event
from regulars.care.erase import erase_due
from regulars.care.erasures import ErasureAsked, UnknownErasure, ask_erasure, withdraw_erasure
from regulars.care.holds import lift_hold, place_hold
from regulars.care.merge import merge_members
from regulars.consents.models import Asker, Consent, ErasedMark, Erasure, Settling
from regulars.consents.presets import apply_preset
from regulars.consents.terms import Terms, change_terms
from regulars.core.actor import SYSTEM, Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.units import POINTS, Pays
from regulars.core.sale import NewRefund
from regulars.ledger.models import Account, Entry, Kind
from regulars.ledger.seal import seal_closed_months
from regulars.ledger.statement import balance_of
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.find import find_member
from regulars.members.lock import UnknownMember
from regulars.members.models import Card, Identifier, Member
from regulars.points.adjust import adjust_points
from regulars.points.claim import claim_reward
from regulars.points.hold import reserve_units
from regulars.receipts.dispute import NewDispute, answer_dispute, open_dispute
from regulars.reports.figures import figures_between
from regulars.reports.roll_up import roll_up_everything
from regulars.rewards.models import IssuedReward
from regulars.sales.models import Sale
from regulars.sales.refund import refund_sales
from regulars.sales.verify import verify
from tests.consents.desk import say
from tests.shop import NOON, OPENED, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db

CLERK = Actor(kind="staff", id=7)
DUE = NOON + timedelta(days=30)


def asked(member_id: int, *, asker: Asker = Asker.MEMBER, **given: object) -> Erasure:
    return ask_erasure(member_id=member_id, asker=asker, at=NOON, by=CLERK, **given)  # type: ignore[arg-type]


def night(at=DUE) -> list[str]:
    return list(erase_due(at=at))


def broken() -> list[str]:
    return [result.name for result in verify() if result.breaches]


def test_nothing_goes_before_the_cool_off_is_over_and_then_the_person_does():
    a_shop()
    ann = a_member(points=100, phone="+12125550123", email="ann@example.com", birth_on=date(1990, 5, 4))
    erasure = asked(ann)
    assert night(DUE - timedelta(seconds=1)) == []
    assert night() == ["done"]
    member = Member.objects.get(pk=ann)
    assert (member.first_name, member.last_name, member.birth_on, member.erased_at) == ("", "", None, DUE)
    assert not Identifier.objects.filter(member=ann).exists()
    assert [card.number for card in Card.objects.filter(member=ann)] == [f"erased-{Card.objects.get().pk}"]
    assert find_member(MemberHandle(phone="+12125550123"), country="US", at=DUE) is None
    assert find_member(MemberHandle(id=str(ann)), country="US", at=DUE) is None
    erasure.refresh_from_db()
    assert erasure.state == "done"
    assert erasure.certificate["settled"] == [{"unit": "points", "left": 100, "owed": 0}]
    assert (erasure.certificate["sales_kept"], erasure.certificate["entries_kept"]) == (1, 2)
    assert Event.objects.get(action="member.erased").member_id == ann
    assert broken() == []


def test_sales_and_entries_stay_and_figures_add_up():
    a_shop()
    ann = a_member(points=100)
    before = (Sale.objects.count(), Entry.objects.count())
    asked(ann)
    night()
    assert (Sale.objects.count(), Entry.objects.count()) == (before[0], before[1] + 1)
    sale = Sale.objects.get()
    assert (sale.member_id, sale.total_minor, sale.occurred_at) == (ann, 10_000, OPENED)
    forfeit = Entry.objects.get(kind=Kind.FORFEIT)
    assert (forfeit.amount, forfeit.source.holder_id, forfeit.target.side) == (100, ann, "expired")
    assert balance_of(ann, at=DUE).available == 0
    roll_up_everything(at=DUE)
    figures = figures_between(OPENED.date() - timedelta(days=2), DUE.date() + timedelta(days=1))
    assert (figures.sales, figures.total_minor, figures.joined) == (1, 10_000, 1)
    assert (figures.earned, figures.outstanding) == (100, 0)


def test_what_waits_what_is_owed_and_rewards_in_hand_end_too():
    a_shop(rewards=(Reward(code="mug", name="Mug", price=Price(amount=40)),))
    ann = a_member(points=100)
    claim_reward(member_id=ann, reward="mug", key="k", at=NOON, by=CLERK)
    ben = a_member(points=10)
    account = Account.objects.get(holder_id=ben, side="member", unit__code="points")
    assert account.balance == 10
    asked(ann, settling=Settling.PAID_OUT)
    night()
    certificate = Erasure.objects.get().certificate
    assert certificate["settled"] == [{"unit": "points", "left": 60, "owed": 0}]
    assert (certificate["rewards"], certificate["settling"]) == (1, "paid_out")
    assert [reward.status for reward in IssuedReward.objects.all()] == ["removed"]
    assert balance_of(ben, at=DUE).available == 10
    assert broken() == []


def test_a_debt_is_written_off():
    a_shop(points=replace(POINTS, pays=Pays(units=1, minor=1), shortfall="debt"))
    ann = a_member()
    first = sell(a_sale(10_000, member=ann)).id
    sell(a_sale(70, member=ann, points=70))
    refund_sales([NewRefund(sale_id=first, external_id="F", occurred_at=NOON)], at=NOON)
    owed = balance_of(ann, at=NOON).debt
    asked(ann)
    night()
    assert Erasure.objects.get().certificate["settled"] == [{"unit": "points", "left": 0, "owed": owed}]
    assert owed > 0
    assert balance_of(ann, at=DUE).debt == 0
    assert broken() == []


def test_sealed_months_stay_sealed():
    a_shop()
    ann = a_member(points=100)
    adjust_points(member_id=ann, amount=5, reason="Ann Smith rang", comment="for Ann", key="k", at=NOON, by=CLERK)
    later = NOON + timedelta(days=60)
    assert seal_closed_months(at=later) > 0
    asked(ann)
    night(later)
    assert set(Entry.objects.values_list("reason", "comment")) == {("", "")}
    assert broken() == []


@pytest.mark.parametrize("why", ["retention_hold", "open_dispute", "open_basket"])
def test_what_is_open_keeps_everything_until_it_is_closed(why):
    a_shop()
    ann = a_member(points=100, first_name="Ann")
    asked(ann)
    match why:
        case "retention_hold":
            hold = place_hold(member_id=ann, reason="tax audit", at=NOON, by=CLERK)
            close = lambda: lift_hold(hold_id=hold.pk, at=DUE, by=CLERK)  # noqa: E731
        case "open_dispute":
            number = open_dispute(NewDispute(member_id=ann, complaint="missing", said="where is it"), at=NOON, by=CLERK)
            close = lambda: answer_dispute(number, upheld=False, answer="no", at=DUE, by=CLERK)  # noqa: E731
        case "open_basket":
            reserve_units(member_id=ann, amount=10, key="b", minutes=60, at=DUE, by=CLERK)
            close = lambda: None  # noqa: E731
    assert night() == ["blocked"]
    erasure = Erasure.objects.get()
    assert (erasure.state, erasure.blocked_by, erasure.tried_at) == ("waiting", [why], DUE)
    assert Member.objects.get(pk=ann).first_name == "Ann"
    assert balance_of(ann, at=DUE + timedelta(hours=2)).available == 100
    close()
    assert night(DUE + timedelta(days=1)) == ["done"]
    assert [event.facts for event in Event.objects.filter(action="erasure.blocked")] == [{"why": [why]}]


def test_a_hold_with_an_end_ends_by_itself():
    a_shop()
    ann = a_member()
    place_hold(member_id=ann, reason="court", until=DUE + timedelta(days=2), at=NOON, by=CLERK)
    asked(ann)
    assert [night(DUE + timedelta(days=n)) for n in range(3)] == [["blocked"], ["blocked"], ["done"]]


def test_it_can_be_withdrawn_and_is_asked_once_at_a_time():
    a_shop()
    ann = a_member()
    erasure = asked(ann)
    with pytest.raises(ErasureAsked):
        asked(ann)
    withdraw_erasure(erasure_id=erasure.pk, at=NOON, by=CLERK)
    with pytest.raises(UnknownErasure):
        withdraw_erasure(erasure_id=erasure.pk, at=NOON, by=CLERK)
    assert night() == []
    asked(ann)
    assert night() == ["done"]
    with pytest.raises(UnknownMember):
        asked(ann)


def test_who_was_merged_into_a_member_goes_with_them():
    a_shop()
    ann, old = a_member(points=100, phone="+12125550123"), a_member(points=60, phone="+12125550124")
    merge_members(source=old, keeper=ann, at=NOON, by=CLERK)
    asked(old)
    assert night() == ["done"]
    certificate = Erasure.objects.get().certificate
    assert (certificate["members"], certificate["settled"][0]["left"]) == (sorted([ann, old]), 160)
    assert set(Member.objects.values_list("last_name", "erased_at")) == {("", DUE)}
    assert broken() == []


def test_consents_stay_as_proof():
    a_shop()
    apply_preset("gdpr", at=OPENED, by=SYSTEM)
    ann = a_member()
    say(ann, True)
    asked(ann)
    night()
    assert [consent.member_id for consent in Consent.objects.all()] == [ann]


@pytest.mark.parametrize("keeps_marks", [False, True])
def test_marks_against_fraud_are_kept_only_where_the_terms_say_so(keeps_marks):
    a_shop()
    change_terms(Terms(keeps_marks=keeps_marks), at=NOON, by=CLERK)
    asked(a_member(phone="+12125550123", email="ann@example.com", external_id="X-1"))
    night()
    assert [mark.kind for mark in ErasedMark.objects.order_by("kind")] == (["email", "phone"] if keeps_marks else [])
    assert not ErasedMark.objects.filter(mark__contains="5550123").exists()


def test_a_guest_is_erased_and_does_not_leave_what_they_never_joined():
    a_shop()
    guest = enrol_member(NewMember(first_name="Ann", last_name="Smith"), at=OPENED).member_id
    asked(guest, asker=Asker.LAW)
    assert night() == ["done"]
    assert Member.objects.get(pk=guest).left_at is None
