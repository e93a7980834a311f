"""What was said last counts, and a word about everything is one about each channel."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from regulars.core.consents import Basis, Decision, decide, decision_for, is_allowed

START = datetime(2026, 1, 1, tzinfo=UTC)
YES, NO = True, False


def said(is_given: bool, day: int) -> Decision:
    return Decision(is_given=is_given, given_at=START + timedelta(days=day), number=day)


def standing(*words: tuple[str, bool, int]) -> dict:
    now: dict = {}
    for channel, is_given, day in words:
        now = dict(decide(now, channel, said(is_given, day)))
    return now


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ([], {"email": None, "sms": None}),
        ([("", YES, 1)], {"email": YES, "sms": YES}),
        ([("", YES, 1), ("sms", NO, 2)], {"email": YES, "sms": NO}),
        ([("sms", YES, 1)], {"email": None, "sms": YES}),
        ([("", YES, 1), ("sms", NO, 2), ("", YES, 3)], {"email": YES, "sms": YES}),  # a later word about everything
        ([("email", YES, 1), ("", NO, 2)], {"email": NO, "sms": NO}),
        ([("", NO, 2), ("email", YES, 1)], {"email": NO, "sms": NO}),  # told late: it was said before
        ([("", NO, 3), ("", YES, 2)], {"email": NO, "sms": NO}),
        ([("sms", NO, 3), ("", YES, 2)], {"email": YES, "sms": NO}),
    ],
)
def test_what_was_said_last_counts(words, allowed):
    now = standing(*words)
    found = {channel: decision_for(now, channel) for channel in allowed}
    assert {channel: each and each.is_given for channel, each in found.items()} == allowed


def test_the_order_in_which_decisions_are_told_does_not_matter():
    words = [("", YES, 1), ("sms", NO, 2), ("email", NO, 3), ("", YES, 4), ("sms", NO, 5)]
    ends = {str(sorted(standing(*order).items())) for order in permutations(words)}
    assert len(ends) == 1


@pytest.mark.parametrize(
    ("basis", "decision", "allowed"),
    [
        (Basis.CONSENT, None, False),
        (Basis.CONSENT, said(YES, 1), True),
        (Basis.CONSENT, said(NO, 1), False),
        (Basis.INTEREST, None, True),
        (Basis.INTEREST, said(NO, 1), False),
        (Basis.CONTRACT, None, True),
        (Basis.LAW, said(NO, 1), True),
    ],
)
def test_consent_needs_a_yes_an_interest_knows_a_no(basis, decision, allowed):
    assert is_allowed(basis, decision) is allowed
