"""What two people have had adds up when they are one, and can be taken apart; the stricter of two decisions counts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.consents import Decision
from regulars.core.merging import merge_tallies, part_tallies, stricter_decisions
from regulars.core.tallies import Tally

COUNTS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 99), max_size=3)
USED = st.dictionaries(
    st.sampled_from("xyz"), st.dictionaries(st.integers(0, 5), st.integers(1, 99), min_size=1, max_size=3), max_size=3
)
TALLIES = st.builds(Tally, used=USED, carry=COUNTS, visits=st.integers(0, 9), last=COUNTS)


def test_counts_add_up_and_a_rule_rests_since_it_applied_last_to_either():
    keeper = Tally(used={"base": {8: 3, 16: 1}}, carry={"base": 30}, visits=2, last={"daily": 100})
    source = Tally(used={"base": {8: 4}, "other": {0: 5}}, carry={"base": 40}, visits=3, last={"daily": 90, "x": 7})
    assert merge_tallies(keeper, source) == Tally(
        used={"base": {8: 7, 16: 1}, "other": {0: 5}}, carry={"base": 70}, visits=5, last={"daily": 100, "x": 7}
    )


@given(keeper=TALLIES, source=TALLIES)
def test_without_activity_parting_is_as_if_nothing_had_been(keeper, source):
    assert part_tallies(merge_tallies(keeper, source), keeper=keeper, source=source) == keeper


def test_what_came_since_stays_with_the_keeper():
    keeper, source = Tally(used={"base": {8: 3}}, visits=1), Tally(used={"base": {8: 4}}, visits=2)
    now = Tally(used={"base": {8: 9, 16: 5}}, visits=4, last={"daily": 500})
    left = part_tallies(now, keeper=keeper, source=source)
    assert left == Tally(used={"base": {8: 5, 16: 5}}, visits=2, last={"daily": 500})


def test_nothing_falls_below_zero_where_a_refund_has_taken_more_off():
    now = Tally(used={"base": {8: 2}})
    assert part_tallies(now, keeper=Tally(used={"base": {8: 3}}), source=Tally(used={"base": {8: 4}})) == Tally()


def said(**decisions: bool) -> dict[str, Decision]:
    """What somebody said, by channel; `whole` is about the purpose as a whole."""
    return {
        "" if channel == "whole" else channel: Decision(is_given=is_given, given_at=datetime(2026, 3, 1, tzinfo=UTC))
        for channel, is_given in decisions.items()
    }


@pytest.mark.parametrize(
    ("keeper", "source", "decided"),
    [
        (said(), said(), []),
        (said(whole=True), said(whole=True), []),
        (said(whole=True), said(whole=False), [("", False)]),
        (said(whole=False), said(whole=True), []),
        (said(), said(whole=True), [("", True)]),  # the keeper was never asked
        (said(whole=True), said(), []),
        (said(whole=True), said(sms=False), [("sms", False)]),
        (said(sms=True), said(whole=False), [("", False)]),  # and with it every channel
        (said(whole=True, sms=False), said(whole=False, sms=True), [("", False)]),
        (said(sms=True), said(email=True), [("email", True)]),
    ],
)
def test_a_no_of_either_is_a_no_and_a_yes_of_one_stays_where_the_other_was_never_asked(keeper, source, decided):
    assert stricter_decisions(keeper, source) == decided
