"""Lots wait, live while their member is active, and keep what their dates were."""

import pytest

from regulars.core.life import Life
from regulars.ledger.statement import balance_of
from tests.ledger.purse import a_holder, a_unit, broken, earn, noon, spend

pytestmark = pytest.mark.django_db


def test_smoke():
    a_unit()
    ann = a_holder()
    earn(ann, 60, noon(5, 1), Life(available_at=noon(5, 15), expires_at=noon(6, 15)))
    assert balance_of(ann, at=noon(5, 2)).pending == 60
    spend(ann, 10, noon(5, 20))
    assert balance_of(ann, at=noon(5, 20)).available == 50
    assert broken() == []
