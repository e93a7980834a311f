"""Conditions over what other parts keep: a shop's own attributes, and what members allow."""

import pytest

from regulars.audiences.find import find_page, who_of
from regulars.audiences.segments import asking_at
from regulars.consents.contact import look_up_permissions
from regulars.consents.models import Source
from regulars.consents.purposes import PurposeWish, save_purpose
from regulars.consents.record import NewConsent, record_consents
from regulars.core.actor import SYSTEM
from regulars.core.attributes import AttributeKind, Choice
from regulars.core.audience import Attribute, MayContact, Not
from regulars.core.consents import Basis
from regulars.members.attributes import change_values
from regulars.members.define import AttributeWish, save_attributes
from regulars.members.status import remove_member
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db) -> None:
    a_shop()


KINDS = [
    (AttributeKind.TEXT, "  Green  Tea ", Attribute(code="x", any=("green tea",))),
    (AttributeKind.NUMBER, "42.50", Attribute(code="x", any=("42.5",))),
    (AttributeKind.NUMBER, "42.50", Attribute(code="x", at_least="42.5", at_most="42.5")),
    (AttributeKind.NUMBER, "-3", Attribute(code="x", at_most="0")),
    (AttributeKind.DATE, "2026-02-01", Attribute(code="x", at_least="2026-02-01", at_most="2026-02-28")),
    (AttributeKind.YES_NO, "yes", Attribute(code="x", any=("yes",))),
    (AttributeKind.CHOICE, "medium", Attribute(code="x", any=("large", "medium"))),
    (AttributeKind.CHOICES, "small; large", Attribute(code="x", any=("large",))),
    (AttributeKind.TEXT, "anything", Attribute(code="x")),
]
OTHERS = {AttributeKind.NUMBER: "7", AttributeKind.DATE: "2020-01-01", AttributeKind.YES_NO: "no"}


@pytest.mark.parametrize(("kind", "value", "condition"), KINDS, ids=[f"{n}-{k[0]}" for n, k in enumerate(KINDS)])
def test_a_shops_own_fields_are_asked_by_their_values(kind, value, condition):
    choices = (Choice("small", "Small"), Choice("medium", "Medium"), Choice("large", "Large"))
    is_chosen = kind in (AttributeKind.CHOICE, AttributeKind.CHOICES)
    save_attributes(
        [AttributeWish(code="x", label="X", kind=kind, choices=choices if is_chosen else ())], at=NOON, by=SYSTEM
    )
    meant, other, unknown = a_member(), a_member(), a_member()
    change_values(member_id=meant, values={"x": value}, at=NOON, by=SYSTEM)
    if condition.any or condition.at_least or condition.at_most:
        otherwise = "small" if is_chosen else OTHERS.get(kind, "coffee")
        change_values(member_id=other, values={"x": otherwise}, at=NOON, by=SYSTEM)
    asking = asking_at(NOON)
    assert find_page(condition, asking, before=None, limit=9).ids == [meant]
    assert set(find_page(Not(of=condition), asking, before=None, limit=9).ids) == {other, unknown}


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("channel", ["email", "sms", "post"])
def test_who_may_be_written_to_is_who_the_consents_say(basis, channel):
    save_purpose(
        PurposeWish(code="news", name="News", about="What is new", basis=basis, channels=("email", "sms")),
        at=NOON,
        by=SYSTEM,
    )
    members = [a_member() for _ in range(6)]
    yes, no, yes_but_sms, left, never, yes_on_sms = members

    def said(member: int, is_given: bool, over: str = "") -> NewConsent:
        return NewConsent(
            member_id=member, purpose="news", is_given=is_given, source=Source.COUNTER, channel=over, given_at=NOON
        )

    wishes = [
        said(yes, True),
        said(no, False),
        said(yes_but_sms, True),
        said(left, True),
        said(yes_on_sms, True, "sms"),
    ]
    record_consents(wishes, at=NOON, by=SYSTEM)
    record_consents([said(yes_but_sms, False, "sms")], at=NOON, by=SYSTEM)
    remove_member(member_id=left, reason="Moved away", at=NOON, by=SYSTEM)

    allowed = look_up_permissions(members, purpose="news", channel=channel)

    meant = who_of(MayContact(purpose="news", channel=channel), asking_at(NOON), members)
    assert meant == {member for member in members if allowed[member].is_allowed}
    assert never in members
