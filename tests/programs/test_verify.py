"""Each check of the program tells what breaks it, and nothing where all is well."""

import pytest
from django.db import connection

from regulars.core.actor import SYSTEM
from regulars.core.program.rewards import Reward
from regulars.core.program.stamp_cards import StampCard
from regulars.ledger.verify import run_checks
from regulars.programs.verify import PROGRAM_CHECKS
from regulars.programs.versions import save_draft
from tests.shop import NOON, a_member, a_program, a_shop, publish

pytestmark = pytest.mark.django_db

CARD = StampCard(code="coffee", name="Coffee card", size=10, final="free")


def breaches() -> dict[str, int]:
    return {result.name: result.breaches for result in run_checks(PROGRAM_CHECKS) if result.breaches}


@pytest.fixture(autouse=True)
def _shop(db):
    a_shop()
    a_member()
    publish(a_program(stamp_cards=(CARD,), rewards=(Reward(code="free", name="Free coffee"),)))
    save_draft(a_program(), at=NOON, by=SYSTEM)


def test_a_sound_program_breaks_nothing():
    assert breaches() == {}


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            """UPDATE programs_programversion SET document = document || '{"rules": []}' WHERE number = 2""",
            {"D1-versions": 1},
        ),
        ("UPDATE programs_programversion SET mark = '' WHERE starts_at IS NOT NULL", {"D1-versions": 2}),
        (
            "UPDATE ledger_unit SET code = 'tea' WHERE code = 'coffee'",
            {"D2-units": 1},
        ),
        (
            "DELETE FROM ledger_account WHERE side = 'member' AND unit_id = (SELECT max(id) FROM ledger_unit)",
            {"D3-accounts": 1},
        ),
    ],
)
def test_what_is_damaged_is_told(damage, told):
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert breaches() == told
