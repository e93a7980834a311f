"""A PIN is kept as a slow hash, and locked after five wrong tries, however many come at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from regulars.core.actor import SYSTEM
from regulars.platform.pins import hash_pin, is_pin
from regulars.staff.models import Pin
from regulars.staff.people import create_person
from regulars.staff.pins import InvalidPin, NoPin, PinLocked, WrongPin, check_pin, remove_pin, set_pin
from tests.shop import NOON


def a_person() -> int:
    person = create_person(email="ann@example.com", role="manager", at=NOON, by=SYSTEM).pk
    set_pin(person_id=person, pin="7305", at=NOON, by=SYSTEM)
    return person


def guess(person: int, *, at=NOON) -> object:
    try:
        check_pin(person_id=person, pin="0001", at=at)
    except (WrongPin, PinLocked) as refusal:
        return refusal
    return None


@pytest.mark.django_db
def test_the_right_pin_is_let_through_and_forgets_what_was_wrong():
    person = a_person()
    assert [guess(person).left for _ in range(4)] == [4, 3, 2, 1]  # type: ignore[attr-defined]

    check_pin(person_id=person, pin="7305", at=NOON)

    assert guess(person).left == 4  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_five_wrong_lock_it_for_a_quarter_of_an_hour_and_then_for_twice_as_long():
    person, at = a_person(), NOON
    for minutes in (15, 30, 60):
        assert [guess(person, at=at).left for _ in range(5)] == [4, 3, 2, 1, 0]  # type: ignore[attr-defined]
        end = at + timedelta(minutes=minutes)
        with pytest.raises(PinLocked) as locked:
            check_pin(person_id=person, pin="7305", at=end - timedelta(seconds=1))
        assert locked.value.until_at == end
        at = end
    check_pin(person_id=person, pin="7305", at=at)
    assert Pin.objects.get().lockouts == 0


@pytest.mark.django_db
@pytest.mark.parametrize("pin", ["123", "123456789", "1234", "0000", "12a4", "١٢٣٩", "", " 7305"])
def test_a_pin_has_four_to_eight_digits_that_are_not_in_a_row(pin):
    person = a_person()

    with pytest.raises(InvalidPin):
        set_pin(person_id=person, pin=pin, at=NOON, by=SYSTEM)

    check_pin(person_id=person, pin="7305", at=NOON)


@pytest.mark.django_db
def test_without_a_pin_there_is_nothing_to_guess():
    person = a_person()
    remove_pin(person_id=person, at=NOON, by=SYSTEM)

    with pytest.raises(NoPin):
        check_pin(person_id=person, pin="7305", at=NOON)


def test_what_is_kept_differs_each_time_and_is_useless_without_the_installations_key(monkeypatch):
    kept = hash_pin("7305")
    assert kept != hash_pin("7305")
    assert (is_pin("7305", kept=kept), is_pin("7306", kept=kept)) == (True, False)

    monkeypatch.setattr("regulars.platform.pins.keyed_hash", lambda pin, *, purpose: f"other {pin}")
    assert not is_pin("7305", kept=kept)


def test_a_hundred_guesses_at_once_are_five_tries(fresh_merchant, monkeypatch):
    person = a_person()
    looked = []
    monkeypatch.setattr("regulars.staff.pins.is_pin", lambda pin, *, kept: looked.append(pin) or False)

    def at_once(_: int) -> object:
        connection.set_tenant(fresh_merchant)
        try:
            return guess(person)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(at_once, range(100)))

    assert len(looked) == 5
    assert sorted(each.left for each in outcomes if isinstance(each, WrongPin)) == [0, 1, 2, 3, 4]
    assert sum(isinstance(each, PinLocked) for each in outcomes) == 95
