"""A merchant has one program, with a first version; its name and time zone can be changed later."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.program.document import ProgramDocument
from regulars.ledger.models import Account, Unit
from regulars.points.adjust import adjust_points
from regulars.programs.models import Program
from regulars.programs.settings import CurrencyInUse, change_program
from regulars.programs.setup import InvalidProgram, ProgramExists, create_program, set_up_program
from regulars.programs.versions import read_live
from tests.shop import NOON, OPENED, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db

BOB = Actor(kind="staff", id=5, name="Bob")


def test_a_new_merchant_gets_a_program_that_can_count_at_once():
    program = set_up_program(name="Shop", at=OPENED)

    assert (program.time_zone, program.currency, program.country) == ("UTC", "USD", "US")
    live = read_live(at=OPENED)
    assert (live.number, live.state, live.document) == (1, "live", ProgramDocument())
    assert Unit.objects.get().code == "points"
    assert Account.objects.filter(holder_id=None).count() == 5
    assert set_up_program(name="Other", at=NOON).pk == program.pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"currency": "DOLLAR"}, "currency"),
        ({"country": "USA"}, "country"),
    ],
)
def test_a_program_that_cannot_be_is_refused(wrong, field):
    wanted = {"name": "P", "time_zone": "UTC", "currency": "EUR", "country": "LV"} | wrong

    with pytest.raises(InvalidProgram) as refused:
        create_program(**wanted, at=OPENED, by=SYSTEM)

    assert refused.value.field == field
    assert (Program.objects.count(), Unit.objects.count(), Account.objects.count()) == (0, 0, 0)


def test_there_is_one_program():
    a_shop()
    with pytest.raises(ProgramExists):
        create_program(name="P", time_zone="UTC", currency="EUR", country="LV", at=NOON, by=SYSTEM)


def test_a_program_is_renamed_and_moved_to_another_zone():
    a_shop()

    change_program(name="New", time_zone="Europe/Riga", at=NOON, by=BOB)
    with pytest.raises(InvalidProgram):
        change_program(name="New", time_zone="Nowhere", at=NOON, by=BOB)

    program = Program.objects.get()
    assert (program.name, program.time_zone) == ("New", "Europe/Riga")
    [event] = Event.objects.filter(action="program.changed")
    assert event.facts == {"name": ["Corner Shop", "New"], "time_zone": ["America/New_York", "Europe/Riga"]}


def test_a_currency_changes_as_long_as_nothing_is_booked():
    a_shop()
    a_member()
    change_program(name="Shop", time_zone="UTC", currency="sgd", at=NOON, by=BOB)
    assert Program.objects.get().currency == "SGD"
    with pytest.raises(InvalidProgram):
        change_program(name="Shop", time_zone="UTC", currency="dollars", at=NOON, by=BOB)

    sell(a_sale())
    with pytest.raises(CurrencyInUse) as refused:
        change_program(name="Other", time_zone="UTC", currency="EUR", at=NOON, by=BOB)
    assert refused.value.currency == "SGD"
    change_program(name="Renamed", time_zone="UTC", currency="SGD", at=NOON, by=BOB)
    program = Program.objects.get()
    assert (program.name, program.currency) == ("Renamed", "SGD")


def test_points_that_were_given_count_as_booked_too():
    a_shop()
    adjust_points(member_id=a_member(), amount=5, reason="gift", key="k", at=NOON, by=BOB)
    with pytest.raises(CurrencyInUse):
        change_program(name="Shop", time_zone="UTC", currency="EUR", at=NOON, by=BOB)
