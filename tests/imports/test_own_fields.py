"""A shop's own fields, tags and home stores come with members, and are taken back with them."""

import pytest

from regulars.audiences.tags import create_tag, tags_of
from regulars.core.actor import SYSTEM
from regulars.core.attributes import AttributeKind
from regulars.members.attributes import load_definitions, read_values
from regulars.members.models import Attribute, AttributeValue, Member
from tests.imports.files import bring, faults, undo
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    Attribute.objects.create(code="shoe_size", label="Shoe size", kind=AttributeKind.NUMBER, place=1)
    Attribute.objects.create(code="club_no", label="Club number", kind=AttributeKind.TEXT, is_unique=True, place=2)
    Attribute.objects.create(code="secret", label="Illness", kind=AttributeKind.TEXT, is_regulated=True, place=3)
    create_tag("vip", at=NOON, by=SYSTEM)
    create_tag("new", at=NOON, by=SYSTEM)


def known(member_id: int) -> dict:
    return {code: str(value) for code, value in read_values([member_id], load_definitions())[member_id].items()}


def test_own_fields_tags_and_store_come_with_a_member():
    run = bring("External id,Shoe size,Club number,Tags,Home store,Illness\nC-1,42.5,K1,vip;new,330,flu\n")

    assert run.counts == {"created": 1}
    assert run.fields[-1] == ""  # what is regulated is no column of any file
    member = Member.objects.get()
    assert known(member.pk) == {"shoe_size": "42.5", "club_no": "K1"}
    assert (tags_of([member.pk])[member.pk], member.home_store.code) == (("new", "vip"), "330")


def test_what_is_not_known_here_is_an_error_of_its_line():
    a_member(external_id="C-9")
    bring("External id,Club number\nC-9,K1\n")
    run = bring(
        "External id,Shoe size,Club number,Tags,Home store\n"
        "C-1,big,,,\nC-2,,k1,,\nC-3,,,gold,\nC-4,,,,999\nC-5,,K5,,\nC-6,,K5,,\n"
    )
    assert faults(run) == [
        (2, "attribute:shoe_size", "invalid_attribute"),
        (3, "", "attribute_taken"),
        (4, "", "unknown_tag"),
        (5, "", "store_not_found"),
        (7, "", "attribute_taken"),
    ]
    assert run.counts == {"created": 1, "failed": 5}


def test_own_fields_change_are_cleared_and_come_back():
    ann = a_member(external_id="C-1")
    bring("External id,Shoe size,Club number,Tags\nC-1,42,K1,vip\n")
    before = (known(ann), tags_of([ann]))
    run = bring("External id,Shoe size,Club number,Tags\nC-1,43,[clear],[clear]\n")
    assert (run.counts, known(ann), tags_of([ann])) == ({"updated": 1}, {"shoe_size": "43"}, {})

    assert undo(run).counts == {"updated": 1, "undone": 1}
    assert (known(ann), tags_of([ann])) == before


def test_the_same_own_fields_again_change_nothing():
    file = "External id,Shoe size,Club number,Tags,Home store\nC-1,42,K1,vip,330\n"
    bring(file)
    assert bring(file).counts == {"unchanged": 1}


def test_own_fields_go_with_who_goes():
    undo(bring("External id,Shoe size,Club number,Tags\nC-1,42,K1,vip\n"))
    assert not Member.objects.exists()
    assert not AttributeValue.objects.exists()
