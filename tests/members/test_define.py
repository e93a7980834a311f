"""What a shop wants to know: made, changed, put in order and retired, and nothing that members said is lost by it."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.attributes import Choice, InvalidDefinition, UnknownAttribute
from regulars.members.attributes import change_values, load_definitions, read_values
from regulars.members.define import (
    AttributeWish,
    CodeTaken,
    ValuesInTheWay,
    bring_back_attribute,
    change_attribute,
    order_attributes,
    retire_attribute,
    save_attribute,
)
from regulars.members.models import Attribute, AttributeValue
from regulars.members.presets import PRESETS, add_preset
from regulars.members.regulated import held_regulated, look_at_regulated, looks_at
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db

SIZES = (Choice("s", "Small"), Choice("l", "Large"))


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def make(label: str, kind: str = "text", **given: object) -> str:
    return save_attribute(AttributeWish(label=label, kind=kind, **given), at=NOON, by=SYSTEM).code


def change(code: str, **given: object) -> None:
    row = Attribute.objects.get(code=code)
    usual = {"label": row.label, "kind": row.kind, "choices": tuple(Choice(**each) for each in row.choices)}
    change_attribute(code=code, wish=AttributeWish(**(usual | given)), at=NOON, by=SYSTEM)  # type: ignore[arg-type]


def know(code: str, *values: object) -> list[int]:
    members = [a_member() for _ in values]
    for member, value in zip(members, values, strict=True):
        change_values(member_id=member, values={code: value}, at=NOON, by=SYSTEM)
    return members


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("T-shirt size", "t_shirt_size"),
        ("Größe", "grosse"),
        ("2nd name", "a_2nd_name"),
        ("客户", "a"),
        ("Size", "size_2"),
    ],
)
def test_a_code_is_made_of_the_label(label, code):
    make("Size")
    assert make(label) == code


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x" * 61}, "label"),
        ({"code": "9lives"}, "code"),
        ({"code": "Big"}, "code"),
        ({"kind": "colour"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": (Choice("a", "Same"), Choice("b", "same"))}, "choices"),
        ({"kind": "choices", "choices": (Choice("a", "One; two"),)}, "choices"),
        ({"kind": "choices", "choices": SIZES, "is_unique": True}, "is_unique"),
    ],
)
def test_what_cannot_be_asked_for_is_not_made(given, field):
    with pytest.raises(InvalidDefinition) as refused:
        save_attribute(AttributeWish(**({"label": "It", "kind": "text"} | given)), at=NOON, by=SYSTEM)
    assert refused.value.field == field
    assert not Attribute.objects.exists()


def test_a_code_is_one_attributes_for_ever():
    code = make("Size")
    retire_attribute(code=code, at=NOON, by=SYSTEM)
    with pytest.raises(CodeTaken):
        make("Other", code=code)
    assert make("Size") == "size_2"


def test_a_retired_attribute_is_asked_nowhere_and_keeps_its_values():
    code = make("Size")
    [ann] = know(code, "L")
    retire_attribute(code=code, at=NOON, by=SYSTEM)
    assert load_definitions().live == ()
    with pytest.raises(UnknownAttribute):
        change_values(member_id=ann, values={code: "M"}, at=NOON, by=SYSTEM)

    bring_back_attribute(code=code, at=NOON, by=SYSTEM)
    assert read_values([ann], load_definitions()) == {ann: {code: "L"}}


@pytest.mark.parametrize(
    ("kind", "given", "values", "wish", "why"),
    [
        ("choice", {"choices": SIZES}, ["s"], {"choices": SIZES[1:]}, "choices"),
        ("text", {}, ["a", "A"], {"is_unique": True}, "twice"),
        ("text", {}, ["a"], {"is_regulated": True}, "sealed"),
        ("text", {"is_regulated": True}, ["a"], {"is_regulated": False}, "sealed"),
        ("text", {"is_regulated": True}, ["a"], {"is_unique": True, "is_regulated": True}, "sealed"),
        (
            "choice",
            {"choices": SIZES, "is_regulated": True},
            ["s"],
            {"choices": SIZES[1:], "is_regulated": True},
            "sealed",
        ),
    ],
)
def test_what_members_said_is_not_changed_by_what_is_asked(kind, given, values, wish, why):
    code = make("It", kind, **given)
    members = know(code, *values)
    before = read_values(members, load_definitions(), with_regulated=True)
    with pytest.raises(ValuesInTheWay) as refused:
        change(code, **wish)
    assert refused.value.why == why
    assert read_values(members, load_definitions(), with_regulated=True) == before


def test_an_unused_choice_goes_and_a_value_becomes_unique():
    size, badge = make("Size", "choice", choices=SIZES), make("Badge")
    know(size, "l")
    know(badge, "1", "2")
    change(size, choices=(SIZES[1], Choice("xl", "Extra large")))
    change(badge, is_unique=True, label="Badge number")

    assert [choice.code for choice in load_definitions().find(size).choices] == ["l", "xl"]
    assert set(AttributeValue.objects.filter(attribute__code=badge).values_list("is_unique", flat=True)) == {True}
    told = Event.objects.filter(action="attribute.changed").order_by("id").values_list("facts", flat=True)
    assert [facts["changed"] for facts in told] == [["choices"], ["label", "is_unique"]]


def test_forms_ask_in_the_shops_order():
    codes = [make("One"), make("Two"), make("Three")]
    order_attributes([codes[2], codes[0]], at=NOON, by=SYSTEM)
    assert [each.code for each in load_definitions().live] == ["three", "one", "two"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.code)
def test_a_set_of_a_trade_is_added_once_and_leaves_what_is_there(preset):
    make("My own words", code=preset.wanted[0].code)
    made = add_preset(preset, at=NOON, by=SYSTEM)

    assert [each.code for each in made] == [each.code for each in preset.wanted[1:]]
    assert add_preset(preset, at=NOON, by=SYSTEM) == []
    assert load_definitions().find(preset.wanted[0].code).label == "My own words"


def test_every_look_at_a_regulated_value_is_kept():
    allergies = make("Allergies", is_regulated=True)
    [ann] = know(allergies, "Planted peanuts")
    definitions = load_definitions()

    assert [each.code for each in held_regulated(ann, definitions)] == [allergies]
    assert looks_at(ann) == []
    assert look_at_regulated(member_id=ann, definitions=definitions, at=NOON, by=SYSTEM) == {
        allergies: "Planted peanuts"
    }
    [look] = looks_at(ann)
    assert (look.at, look.by, look.attributes) == (NOON, SYSTEM.tag, [allergies])
