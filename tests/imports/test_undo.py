"""A whole import is taken back: what it made goes, what it changed is as it was, and what happened since stays."""

from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.ledger.models import Account
from regulars.members.change import MemberChanges, change_member
from regulars.members.models import Card, Identifier, Member
from regulars.members.rows import read_member
from regulars.sales.verify import verify
from tests.imports.files import bring, undo
from tests.shop import NOON, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db

HEAD = "External id,First name,Phone,E-mail,Birthday,Card number\n"
ANN = "C-1,Ann,+12125550101,ann@example.com,1990-02-28,90000001\n"
BOB = "C-2,Bob,+12125550102,bob@example.com,,90000002;90000003\n"


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def everything() -> list[list[dict]]:
    return [list(table.objects.order_by("pk").values()) for table in (Member, Identifier, Card, Account)]


def test_who_was_made_goes_without_a_trace():
    a_member(first_name="Cat", phone="+12125550103")
    before = everything()
    run = undo(bring(HEAD + ANN + BOB))

    assert everything() == before
    assert (run.step, run.state, run.counts) == ("undo", "done", {"created": 2, "undone": 2})
    assert not [each for each in verify() if each.breaches]


def test_who_bought_since_stays():
    run = bring(HEAD + ANN + BOB)
    ann = Identifier.objects.get(value="ann@example.com").member_id
    sell(a_sale(1000, member=ann, at=NOON), at=NOON)

    assert undo(run).counts == {"created": 2, "in_use": 1, "undone": 1}
    assert list(Member.objects.values_list("first_name", flat=True)) == ["Ann"]
    assert read_member(ann).phone == "+12125550101"


def test_what_was_changed_is_as_it_was():
    ann = a_member(first_name="Ann", last_name="Smith", phone="+12125550101", external_id="C-1")
    before = (read_member(ann), list(Member.objects.values()))
    run = bring(
        "External id,First name,Last name,Phone,E-mail,Birthday,Card\n"
        "C-1,Anna,[clear],+12125550199,anna@example.com,1990-02-28,9001\n"
    )
    assert read_member(ann).name == "Anna"

    assert undo(run).counts == {"updated": 1, "undone": 1}
    assert (read_member(ann), list(Member.objects.values())) == before


def test_a_field_that_somebody_changed_since_stays():
    ann = a_member(first_name="Ann", last_name="Smith", external_id="C-1")
    run = bring("External id,First name,Last name\nC-1,Anna,Jones\n")
    change_member(member_id=ann, changes=MemberChanges(first_name="Annie"), at=NOON + timedelta(hours=1), by=SYSTEM)

    assert undo(run).counts == {"updated": 1, "changed": 1}
    assert read_member(ann).name == "Annie Smith"


def test_an_identifier_that_somebody_else_has_by_now_is_not_taken_from_them():
    ann = a_member(first_name="Ann", phone="+12125550101", external_id="C-1")
    run = bring("External id,Phone\nC-1,+12125550199\n")
    a_member(first_name="Bob", phone="+12125550101")

    assert undo(run).counts == {"updated": 1, "changed": 1}
    assert read_member(ann).phone == "+12125550199"


def test_what_was_undone_can_be_brought_in_again():
    undo(bring(HEAD + ANN))
    assert bring(HEAD + ANN).counts == {"created": 1}


def test_who_was_made_by_one_file_and_changed_by_a_later_one_stays():
    first = bring(HEAD + ANN)
    bring("External id,First name\nC-1,Anna\n")
    assert undo(first).counts == {"created": 1, "in_use": 1}
