"""The tests themselves are tested: each way to break the ledger is seen by one of them."""

import pytest

from tests.torture.mutants import MUTANTS, is_killed

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_ledger_is_seen(mutant):
    killed, told = is_killed(mutant)
    assert killed, told
