"""Publishing a program with new units while people sell and enrol: no sale is lost, and nobody lacks an account."""

from datetime import timedelta
from threading import Event

import pytest

from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.ledger.models import Account
from regulars.ledger.models import Unit as LedgerUnit
from tests.shop import NOON, a_member, a_program, a_sale, a_shop, points_of, publish, sell
from tests.torture.crowd import Crowd

pytestmark = pytest.mark.fault

UNITS = 12


def test_sales_and_enrolments_go_on_while_units_are_opened(fresh_merchant):
    a_shop()
    regulars = [a_member() for _ in range(5)]
    done = Event()

    def publishing() -> int:
        units = [POINTS]
        try:
            for number in range(UNITS):
                code = f"unit-{number}"
                units.append(Unit(code=code, name=UnitWords(singular=code, plural=code)))
                publish(a_program(units=tuple(units)), at=NOON + timedelta(seconds=number))
        finally:
            done.set()
        return 0

    def selling() -> int:
        sold = 0
        while not done.is_set():
            for member in regulars:
                sell(a_sale(1000, member=member))
                sold += 1
        return sold

    def enrolling() -> int:
        while not done.is_set():
            a_member()
        return 0

    with Crowd(fresh_merchant.schema_name, 5) as crowd:
        sold = sum(crowd.at_once([publishing, selling, selling, enrolling, enrolling]))

    assert sum(points_of(member) for member in regulars) == sold * 10
    units = LedgerUnit.objects.count()
    assert units == UNITS + 1
    members = Account.objects.filter(side="member").values("holder_id").distinct().count()
    assert Account.objects.filter(side="member").count() == members * units
