"""Households become people whom nobody can mistake for real ones."""

from datetime import UTC, datetime

import phonenumbers

from regulars.core.attributes import AttributeKind, Definition, check_definition, clean_value
from regulars.demo.households import FIELDS, read_households
from regulars.demo.journey import find_file
from regulars.demo.people import a_person, street_of
from regulars.members.define import AttributeWish

HOUSEHOLDS = range(1, 2501)
JOINED = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_household_is_always_the_same_person():
    ann = a_person(17, joined_at=JOINED)
    assert ann == a_person(17, joined_at=JOINED)
    assert (ann.cards, ann.external_id, ann.is_generated, ann.joined_at) == (("9000000017",), "17", True, JOINED)
    assert ann.email == f"{ann.first_name}.{ann.last_name}.17@example.com".lower()


def test_telephone_numbers_are_possible_fictional_and_each_ones_own():
    numbers = {a_person(household, joined_at=JOINED).phone for household in HOUSEHOLDS}
    assert len(numbers) == len(HOUSEHOLDS)
    for number in numbers:
        assert number[5:10] == "55501", number
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_each_of_457_stores_has_a_street_of_its_own():
    assert len({street_of(place) for place in range(457)}) == 457


def test_what_households_said_of_themselves_fits_the_fields():
    said = read_households(find_file("demographics"))
    assert len(said) == 801
    assert said[1] == {"age": "65+", "household_size": "2", "children": "0", "home": "Homeowner"}
    fields = {wish.code: an_attribute(wish) for wish in FIELDS}
    for answers in said.values():
        for code, answer in answers.items():
            assert clean_value(fields[code], answer), answer


def an_attribute(wish: AttributeWish) -> Definition:
    kind = AttributeKind(wish.kind)
    return check_definition(Definition(id=1, code=wish.code, label=wish.label, kind=kind, choices=wish.choices))
