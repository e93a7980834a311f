"""When a receipt needs a second step, who may take it, and when two receipts are one."""

from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM, Actor
from regulars.core.program.policies import Policies
from regulars.core.receipts import (
    NotAwaiting,
    OwnReceipt,
    Printed,
    check_awaiting,
    check_second,
    corrected_number,
    differences,
    lapses_at,
    needs_second_step,
    state_at,
)
from tests.shop import NOON

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("above", "total", "is_claim", "has_proof", "waits"),
    [
        (0, 1, False, False, True),
        (0, 0, False, False, False),  # a sale over nothing is not above nothing
        (5_000, 5_000, False, False, False),
        (5_000, 5_001, False, False, True),
        (None, 10**9, False, False, False),
        (None, 1, True, False, True),  # a claim always waits
        (None, 1, False, True, True),  # so does what comes with a picture
    ],
)
def test_a_second_step_is_needed_for_claims_and_above_the_policys_amount(above, total, is_claim, has_proof, waits):
    policies = Policies(confirm_above_minor=above)
    assert needs_second_step(policies, total_minor=total, is_claim=is_claim, has_proof=has_proof) is waits


def test_a_receipt_lapses_after_as_many_days_as_the_policy_says():
    assert lapses_at(NOON, Policies()) == NOON + timedelta(days=7)
    assert lapses_at(NOON, Policies(confirm_days=2)) == NOON + timedelta(days=2)


@pytest.mark.parametrize(
    ("state", "later", "now"),
    [
        ("awaiting", -MINUTE, "awaiting"),
        ("awaiting", timedelta(0), "lapsed"),  # half-open: at its end it is over
        ("awaiting", MINUTE, "lapsed"),
        ("confirmed", MINUTE, "confirmed"),
        ("draft", MINUTE, "draft"),
    ],
)
def test_what_nobody_answered_has_lapsed_whether_the_job_came_or_not(state, later, now):
    assert state_at(state, NOON, NOON + later) == now
    if now == "awaiting":
        check_awaiting(state, NOON, NOON + later)
    else:
        with pytest.raises(NotAwaiting) as refused:
            check_awaiting(state, NOON, NOON + later)
        assert refused.value.state == now


def test_who_keyed_never_confirms():
    clerk, other = Actor(kind="staff", id=1, name="Kim"), Actor(kind="staff", id=2)
    check_second("staff:1", other)
    check_second("key:1", clerk)
    check_second("staff:1", SYSTEM)
    with pytest.raises(OwnReceipt):
        check_second("staff:1", clerk)


PRINTED = Printed(store_id=1, number="R-7", total_minor=8_000, occurred_at=NOON)


@pytest.mark.parametrize(
    ("recorded", "found"),
    [
        (PRINTED, []),
        (Printed(store_id=1, number="R-7", total_minor=8_000, occurred_at=NOON + 30 * MINUTE), []),
        (Printed(store_id=1, number="R-7", total_minor=8_000, occurred_at=NOON - 31 * MINUTE), ["time"]),
        (Printed(store_id=1, number="R-7", total_minor=7_999, occurred_at=NOON), ["total"]),
        (Printed(store_id=2, number="R-7", total_minor=8_000, occurred_at=NOON), ["number"]),
        (Printed(store_id=1, number="R-8", total_minor=1, occurred_at=NOON - 31 * MINUTE), ["number", "total", "time"]),
    ],
)
def test_a_receipt_is_the_tills_by_store_number_total_and_time(recorded, found):
    assert differences(PRINTED, recorded) == found


@pytest.mark.parametrize(
    ("number", "taken", "corrected"),
    [
        ("R-7", set(), "R-7-C1"),
        ("R-7", {"R-7-C1"}, "R-7-C2"),
        ("9" * 64, set(), "9" * 59 + "-C1"),
        ("R-7-C1", set(), "R-7-C1-C1"),
    ],
)
def test_a_correction_has_a_number_of_its_own(number, taken, corrected):
    assert corrected_number(number, taken) == corrected
    assert len(corrected) <= 64
