"""Attributes: typed values that a shop defines, unique where it says so, sealed where it must be."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from io import BytesIO
from threading import Barrier

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.attributes import Choice, InvalidValue, UnknownAttribute, ValueNeeded
from regulars.files.keep import keep_file
from regulars.files.models import KeptFile, Purpose
from regulars.ledger.verify import run_checks
from regulars.members.attributes import (
    ValueTaken,
    change_values,
    change_values_of,
    load_definitions,
    read_values,
)
from regulars.members.change import MemberChanges, change_member
from regulars.members.define import AttributeWish, save_attribute
from regulars.members.enrol import NewMember, enrol_member, enrol_members
from regulars.members.lock import UnknownMember
from regulars.members.models import AttributeValue, Member
from regulars.members.verify import MEMBER_CHECKS
from tests.shop import NOON, a_shop

BOB = Actor(kind="staff", id=5, name="Bob")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SIZES = (Choice("s", "Small"), Choice("l", "Large"))


def an_attribute(code: str, kind: str = "text", **given: object) -> None:
    save_attribute(AttributeWish(code=code, label=code.title(), kind=kind, **given), at=NOON, by=SYSTEM)


def values_of(member_id: int, **given: bool) -> dict[str, object]:
    return dict(read_values([member_id], load_definitions(), **given)[member_id])


@pytest.fixture
def shop(db):
    a_shop()


@pytest.fixture
def ann(shop) -> int:
    return enrol_member(NewMember(first_name="Ann", joined_at=NOON), at=NOON).member_id


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  Two  words ", "Two words"),
        ("number", "12.50", Decimal("12.5")),
        ("number", "0", Decimal(0)),
        ("date", "2026-02-28", date(2026, 2, 28)),
        ("choice", "Small", "s"),
        ("choices", "large; Small", ("s", "l")),
        ("choices", ["l"], ("l",)),
        ("yes_no", "no", False),
    ],
)
def test_what_is_written_is_read_back_in_one_form(ann, kind, given, kept):
    an_attribute("it", kind, choices=SIZES if kind.startswith("choice") else ())

    assert change_values(member_id=ann, values={"it": given}, at=NOON, by=BOB) == {"it"}
    assert values_of(ann) == {"it": kept}
    assert change_values(member_id=ann, values={"it": kept}, at=NOON, by=BOB) == frozenset()
    assert change_values(member_id=ann, values={"it": None}, at=NOON, by=BOB) == {"it"}
    assert values_of(ann) == {}


def test_a_file_is_the_members_own_and_goes_when_it_is_replaced(ann):
    an_attribute("photo", "file")
    other = enrol_member(NewMember(first_name="Bo"), at=NOON).member_id
    kept = [
        keep_file(BytesIO(PDF), name="a.pdf", purpose=Purpose.ATTRIBUTE, member_id=whose, at=NOON, by=BOB)
        for whose in (ann, ann, other)
    ]

    for file in kept[:2]:
        assert change_values(member_id=ann, values={"photo": file.pk}, at=NOON, by=BOB) == {"photo"}
    assert values_of(ann) == {"photo": kept[1].pk}
    assert set(KeptFile.objects.values_list("pk", flat=True)) == {kept[1].pk, kept[2].pk}
    for foreign in (kept[2].pk, 2**40):
        with pytest.raises(InvalidValue):
            change_values(member_id=ann, values={"photo": foreign}, at=NOON, by=BOB)
    assert values_of(ann) == {"photo": kept[1].pk}
    change_values(member_id=ann, values={"photo": None}, at=NOON, by=BOB)
    assert KeptFile.objects.get() == kept[2]


def test_the_trail_names_the_attribute_and_not_its_value(ann):
    an_attribute("shoe")
    change_values(member_id=ann, values={"shoe": "Planted 41"}, at=NOON, by=BOB)

    event = Event.objects.latest("id")
    assert (event.action, event.actor, event.facts) == ("member.changed", "staff:5", {"changed": ["shoe"]})


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"size": "huge", "shoe": "41"}, InvalidValue),
        ({"gone": "x"}, UnknownAttribute),
        ({"shoe": ""}, ValueNeeded),
        ({"badge": "b-1"}, ValueTaken),
    ],
)
def test_a_refused_value_changes_nothing(ann, values, refusal):
    an_attribute("size", "choice", choices=SIZES)
    an_attribute("shoe", is_required=True)
    an_attribute("badge", is_unique=True)
    other = enrol_member(NewMember(first_name="Bo", attributes={"badge": "B-1"}), at=NOON).member_id
    events = Event.objects.count()

    with pytest.raises(refusal) as refused:
        change_values(member_id=ann, values=values, at=NOON, by=BOB)

    assert values_of(ann) == {}
    assert Event.objects.count() == events
    if refusal is ValueTaken:
        assert refused.value.facts() == {"attribute": "badge", "member_id": other}


@pytest.mark.parametrize("is_regulated", [False, True])
def test_a_unique_value_is_one_members_whatever_its_capitals(ann, is_regulated):
    an_attribute("licence", is_unique=True, is_regulated=is_regulated)
    change_values(member_id=ann, values={"licence": "AB 1"}, at=NOON, by=BOB)
    outcomes = enrol_members(
        [
            NewMember(first_name="Bo", attributes={"licence": "ab  1"}),
            NewMember(first_name="Cy", attributes={"licence": "C 3"}),
            NewMember(first_name="Di", attributes={"licence": "c 3"}),
        ],
        at=NOON,
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["ValueTaken", "Enrolled", "ValueTaken"]
    assert change_values(member_id=ann, values={"licence": "ab 1"}, at=NOON, by=BOB) == {"licence"}  # it is hers


def test_of_a_batch_each_member_has_an_answer_of_their_own(ann):
    an_attribute("badge", is_unique=True)
    bo = enrol_member(NewMember(first_name="Bo"), at=NOON).member_id

    outcomes = change_values_of({ann: {"badge": "1"}, bo: {"badge": "1"}, 2**40: {"badge": "2"}}, at=NOON, by=BOB)

    assert outcomes[ann] == {"badge"}
    assert isinstance(outcomes[bo], ValueTaken)
    assert isinstance(outcomes[2**40], UnknownMember)


def test_a_regulated_value_is_on_no_page_and_in_no_dump(ann):
    an_attribute("allergy", is_regulated=True)
    change_values(member_id=ann, values={"allergy": "Planted peanuts"}, at=NOON, by=BOB)

    assert values_of(ann) == {}
    assert values_of(ann, with_regulated=True) == {"allergy": "Planted peanuts"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(value::text, ' ') FROM members_attributevalue AS value")
        [dump] = cursor.fetchone()
    assert "peanuts" not in dump
    row = AttributeValue.objects.get()
    assert row.sealed is not None
    assert b"peanuts" not in bytes(row.sealed)


def test_verify_knows_a_value_that_lies_otherwise_than_its_field_says(ann):
    an_attribute("allergy", is_regulated=True)
    an_attribute("badge", is_unique=True)
    change_values(member_id=ann, values={"allergy": "nuts", "badge": "1"}, at=NOON, by=BOB)
    assert [result.breaches for result in run_checks(MEMBER_CHECKS)] == [0, 0]

    AttributeValue.objects.filter(attribute__code="allergy").update(sealed=None, text="nuts")
    AttributeValue.objects.filter(attribute__code="badge").update(is_unique=False)
    assert [result.breaches for result in run_checks(MEMBER_CHECKS)] == [2, 0]


def test_a_form_saves_fields_and_attributes_at_once_or_not_at_all(ann):
    an_attribute("size", "choice", choices=SIZES)

    changes = MemberChanges(last_name="Lee", language="vi", home_store="330", attributes={"size": "l"})
    assert change_member(member_id=ann, changes=changes, at=NOON, by=BOB) == {
        "last_name", "language", "home_store", "size",
    }  # fmt: skip
    with pytest.raises(InvalidValue):
        change_member(member_id=ann, changes=MemberChanges(last_name="Kay", attributes={"size": "x"}), at=NOON, by=BOB)
    kept = Member.objects.select_related("home_store").get(pk=ann)
    assert (kept.last_name, kept.language, kept.home_store and kept.home_store.code) == ("Lee", "vi", "330")


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_statements_do_not_grow_with_the_batch(shop, size, django_assert_num_queries):
    an_attribute("badge", is_unique=True)
    an_attribute("size", "choices", choices=SIZES)
    outcomes = enrol_members([NewMember(first_name="Ann")] * size, at=NOON)
    batch = {
        outcome.member_id: {"badge": str(number), "size": ["s", "l"]}  # type: ignore[union-attr]
        for number, outcome in enumerate(outcomes)
    }
    # savepoint, lock, definitions (held and read), what there is, holders, delete, insert, events, release
    with django_assert_num_queries(10):
        changed = change_values_of(batch, at=NOON, by=BOB)
    assert set(changed.values()) == {frozenset({"badge", "size"})}


@pytest.mark.fault
def test_of_eight_who_want_the_last_badge_one_has_it(fresh_merchant):
    a_shop()
    an_attribute("badge", is_unique=True)
    outcomes = enrol_members([NewMember(first_name="Ann")] * 8, at=NOON)
    start = Barrier(8)

    def want(member_id: int) -> bool:
        with tenant_context(fresh_merchant):
            start.wait()
            try:
                return bool(change_values(member_id=member_id, values={"badge": "one"}, at=NOON, by=BOB))
            except ValueTaken:
                return False
            finally:
                connection.close()

    with ThreadPoolExecutor(8) as pool:
        had = list(pool.map(want, [outcome.member_id for outcome in outcomes]))  # type: ignore[union-attr]

    assert sorted(had) == [False] * 7 + [True]
    assert AttributeValue.objects.count() == 1
