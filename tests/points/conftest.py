"""Ann, who holds 100 points of 1 May that can be used until the end of 1 June."""

import pytest

from regulars.core.life import Life
from regulars.programs.setup import set_up_program
from tests.ledger.purse import earn, end_of, noon
from tests.points.people import somebody


@pytest.fixture
def ann() -> int:
    set_up_program(name="Corner Shop", at=noon(1, 1), time_zone="America/New_York")
    ann = somebody("Ann")
    earn(ann, 100, noon(5, 1), Life(expires_at=end_of(6, 1)))
    return ann
