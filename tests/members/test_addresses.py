"""A phone or e-mail is somebody's when they read back the code that was sent to it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from regulars.audit.models import Event
from regulars.core.actor import Actor
from regulars.members.addresses import (
    MOST_TRIES,
    CodeMade,
    NoAddress,
    NoLiveCode,
    NotVerified,
    TooManyCodes,
    WrongCode,
    make_address_code,
    undo_verification,
    verify_address,
)
from regulars.members.change import MemberChanges, change_member
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.models import AddressCode, Identifier, IdentifierKind
from regulars.members.notes import read_notes
from regulars.members.status import ReasonNeeded
from tests.shop import NOON, a_shop

BOB = Actor(kind="staff", id=5, name="Bob")
PHONE, EMAIL = IdentifierKind.PHONE, IdentifierKind.EMAIL
MINUTE = timedelta(minutes=1)


def somebody() -> int:
    a_shop()
    return enrol_member(NewMember(first_name="Ann", phone="212 555 0101", joined_at=NOON), at=NOON).member_id


@pytest.fixture
def ann(db) -> int:
    return somebody()


def send(member: int, *, at=NOON) -> CodeMade:
    return make_address_code(member_id=member, kind=PHONE, at=at, by=BOB)


def verify(member: int, code: str, *, at=NOON) -> None:
    verify_address(member_id=member, kind=PHONE, code=code, at=at, by=BOB)


def verified_at(member: int):
    return Identifier.objects.get(member=member, kind=PHONE).verified_at


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_who_reads_the_code_back_has_the_phone_once(ann):
    made = send(ann)
    verify(ann, f"{made.code[:3]} {made.code[3:]}", at=NOON + 9 * MINUTE)

    assert verified_at(ann) == NOON + 9 * MINUTE
    with pytest.raises(NoLiveCode):
        verify(ann, made.code, at=NOON + 9 * MINUTE)
    told = Event.objects.filter(member_id=ann, action__startswith="address.").order_by("id")
    assert [(event.action, event.facts) for event in told] == [
        ("address.code_sent", {"address": "phone"}),
        ("address.verified", {"address": "phone"}),
    ]
    assert made.code not in AddressCode.objects.get().code_hash


def test_an_old_code_a_code_before_and_one_of_another_number_are_worth_nothing(ann):
    first, second = send(ann), send(ann)
    if first.code != second.code:
        with pytest.raises(WrongCode):
            verify(ann, first.code)
    with pytest.raises(NoLiveCode):
        verify(ann, second.code, at=NOON + 10 * MINUTE)
    change_member(member_id=ann, changes=MemberChanges(phone="212 555 0202"), at=NOON, by=BOB)
    with pytest.raises(NoLiveCode):
        verify(ann, second.code)
    assert verified_at(ann) is None


def test_five_wrong_tries_end_a_code(ann):
    made = send(ann)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode) as wrong:
            verify(ann, another(made.code))
        assert wrong.value.tries == left
    with pytest.raises(NoLiveCode):
        verify(ann, made.code)
    assert verified_at(ann) is None


def test_five_codes_an_hour_and_no_more(ann):
    for minute in range(5):
        send(ann, at=NOON + minute * MINUTE)
    with pytest.raises(TooManyCodes) as refused:
        send(ann, at=NOON + 59 * MINUTE)
    assert refused.value.again_at == NOON + 60 * MINUTE
    send(ann, at=NOON + 60 * MINUTE)


def test_what_is_not_there_cannot_be_verified_or_undone(ann):
    with pytest.raises(NoAddress):
        make_address_code(member_id=ann, kind=EMAIL, at=NOON, by=BOB)
    with pytest.raises(NotVerified):
        undo_verification(member_id=ann, kind=PHONE, reason="x", at=NOON, by=BOB)


def test_the_team_undoes_it_with_a_reason_that_stays_with_the_member(ann):
    verify(ann, send(ann).code)
    with pytest.raises(ReasonNeeded):
        undo_verification(member_id=ann, kind=PHONE, reason=" ", at=NOON, by=BOB)
    assert verified_at(ann) == NOON

    undo_verification(member_id=ann, kind=PHONE, reason="Planted: a stranger answered", at=NOON, by=BOB)

    assert verified_at(ann) is None
    assert [note.text for note in read_notes(ann)] == ["Planted: a stranger answered"]
    assert not any("Planted" in str(event.facts) for event in Event.objects.all())


@pytest.mark.fault
def test_a_hundred_guesses_at_once_are_five(fresh_merchant):
    ann = somebody()
    made = send(ann)
    guesses = [f"{(int(made.code) + n) % 10**6:06}" for n in range(1, 33)]
    start = Barrier(8)

    def guess(turn: int) -> int:
        wrong = 0
        with tenant_context(fresh_merchant):
            start.wait()
            for code in guesses[turn::8]:
                try:
                    verify(ann, code)
                except WrongCode:
                    wrong += 1
                except NoLiveCode:
                    pass
            connection.close()
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(8))) == MOST_TRIES
    assert AddressCode.objects.get().tries == MOST_TRIES
