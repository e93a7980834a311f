"""Stamps fill cards and full cards give rewards; taken off again, everything is as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.program.stamp_cards import StampCard
from regulars.core.stamps import CardState, FullCard, Mark, room_on, stamp, unstamp


def a_card(size: int = 10, **terms) -> StampCard:
    return StampCard(code="coffee", name="Coffee card", size=size, final="free", **terms)


def always(card: StampCard):
    return lambda version: card


TEN = always(a_card())
WITH_COOKIE = always(a_card(interim={5: "cookie"}))
FIRST = CardState(1, ((1, 7),))
SECOND = CardState(2, ((1, 7),))


def test_eight_of_ten_and_four_more_fill_the_card_and_leave_two_on_the_next():
    done = stamp(TEN, FIRST, held=8, added=4, version=7)
    assert (done.state.number, done.held, done.put) == (2, 2, 4)
    assert done.marks == (Mark(1, 10, "free", 7),)
    assert done.full == (FullCard(1, 10, 7),)


def test_taking_the_four_off_again_reopens_the_card_and_undoes_its_reward():
    undone = unstamp(TEN, SECOND, held=2, taken=4)
    assert (undone.state, undone.held, undone.short) == (CardState(1, ((1, 7),), 8), 8, 0)
    assert undone.undone == (Mark(1, 10, "free", 7),)
    assert undone.reopened == (FullCard(1, 10, 7),)


def test_a_card_whose_reward_is_used_stays_full_and_the_rest_is_short():
    undone = unstamp(TEN, SECOND, held=2, taken=4, kept=[(1, 10)])
    assert (undone.state, undone.held, undone.short) == (SECOND, 0, 2)
    assert (undone.undone, undone.reopened) == ((), ())


def test_stamps_that_are_owed_are_repaid_before_the_card_fills():
    assert stamp(TEN, SECOND, held=-2, added=5, version=7).held == 3
    assert stamp(TEN, SECOND, held=-2, added=11, version=7).full == ()
    assert stamp(TEN, SECOND, held=-2, added=12, version=7).full == (FullCard(2, 10, 7),)


@pytest.mark.parametrize(
    ("held", "added", "rewards", "left"),
    [
        (0, 4, [], 4),
        (0, 5, [(1, "cookie")], 5),
        (4, 1, [(1, "cookie")], 5),
        (5, 4, [], 9),
        (5, 5, [(1, "free")], 0),
        (0, 10, [(1, "cookie"), (1, "free")], 0),
        (9, 22, [(1, "free"), (2, "cookie"), (2, "free"), (3, "cookie"), (3, "free")], 1),
    ],
)
def test_each_stamp_that_bears_a_reward_gives_it_once(held, added, rewards, left):
    done = stamp(WITH_COOKIE, CardState(), held=held, added=added, version=7)
    assert ([(mark.number, mark.reward) for mark in done.marks], done.held) == (rewards, left)


@pytest.mark.parametrize(
    ("terms", "number", "held", "room"),
    [
        ({}, 1, 8, None),
        ({"overflow": False}, 1, 8, 2),
        ({"overflow": False}, 2, 0, 10),
        ({"restart": False}, 1, 8, 2),
        ({"restart": False}, 2, 0, 0),
        ({"restart": False, "overflow": False}, 1, 0, 10),
        ({"overflow": False}, 2, -3, 13),
    ],
)
def test_where_nothing_follows_or_flows_over_the_rest_is_lost(terms, number, held, room):
    card = always(a_card(**terms))
    state = CardState(number, ((1, 7),))
    assert room_on(card, state, held=held, version=7) == room
    done = stamp(card, state, held=held, added=25, version=7)
    assert done.put == (25 if room is None else room)


def test_a_card_keeps_the_size_and_rewards_it_began_with_and_the_next_has_todays():
    cards = {1: a_card(size=10, interim={5: "cookie"}), 2: a_card(size=4, interim={2: "tea"})}
    begun = stamp(cards.__getitem__, CardState(), held=0, added=3, version=1)
    done = stamp(cards.__getitem__, begun.state, held=3, added=10, version=2)
    assert done.full == (FullCard(1, 10, 1),)
    assert done.marks == (Mark(1, 5, "cookie", 1), Mark(1, 10, "free", 1), Mark(2, 2, "tea", 2))
    assert (done.held, done.state) == (3, CardState(2, ((1, 1), (2, 2)), 3))
    back = unstamp(cards.__getitem__, done.state, held=3, taken=10)
    assert (back.held, back.state) == (3, begun.state)
    assert back.reopened == (FullCard(1, 10, 1),)


def test_a_blank_card_begins_anew_under_todays_version():
    cards = {1: a_card(size=10), 2: a_card(size=4)}
    begun = stamp(cards.__getitem__, CardState(), held=0, added=3, version=1).state
    assert stamp(cards.__getitem__, begun, held=0, added=4, version=2).full == (FullCard(1, 4, 2),)


def test_versions_that_change_nothing_about_the_card_leave_no_trace():
    state = CardState()
    for version in range(1, 30):
        state = stamp(TEN, state, held=0, added=10, version=version).state
    assert state == CardState(30, ((1, 1),))


def test_a_used_reward_on_the_way_is_not_given_again_when_its_stamp_comes_back():
    begun = stamp(WITH_COOKIE, CardState(), held=0, added=6, version=7)
    back = unstamp(WITH_COOKIE, begun.state, held=6, taken=3, kept=[(1, 5)])
    assert (back.undone, back.held) == ((), 3)
    assert stamp(WITH_COOKIE, back.state, held=3, added=4, version=7).marks == ()
    unused = unstamp(WITH_COOKIE, begun.state, held=6, taken=3)
    assert unused.undone == (Mark(1, 5, "cookie", 7),)
    assert stamp(WITH_COOKIE, unused.state, held=3, added=4, version=7).marks == (Mark(1, 5, "cookie", 7),)


def test_stamps_that_expired_bring_no_reward_twice_but_the_full_card_always_brings_its_own():
    begun = stamp(WITH_COOKIE, CardState(), held=0, added=6, version=7)
    again = stamp(WITH_COOKIE, begun.state, held=2, added=5, version=7)
    assert (again.marks, again.held) == ((), 7)
    assert stamp(WITH_COOKIE, begun.state, held=2, added=8, version=7).marks == (Mark(1, 10, "free", 7),)
    assert unstamp(WITH_COOKIE, begun.state, held=2, taken=1).undone == ()


@given(
    size=st.integers(2, 12),
    interim=st.sets(st.integers(1, 11), max_size=3),
    before=st.integers(0, 40),
    added=st.integers(1, 40),
)
def test_what_is_taken_off_again_leaves_everything_as_it_was(size, interim, before, added):
    card = always(a_card(size=size, interim={place: "cookie" for place in interim if place < size}))
    start = stamp(card, CardState(), held=0, added=before, version=7) if before else None
    state, held = (start.state, start.held) if start else (CardState(1, ((1, 7),)), 0)
    done = stamp(card, state, held=held, added=added, version=7)
    assert held + added == done.held + sum(each.size for each in done.full)
    back = unstamp(card, done.state, held=done.held, taken=added)
    assert (back.held, back.state.number, back.short) == (held, state.number, 0)
    assert sorted(back.undone, key=lambda m: (m.number, m.stamp)) == list(done.marks)
    assert back.reopened == tuple(reversed(done.full))


@given(parts=st.lists(st.integers(1, 9), min_size=1, max_size=8), size=st.integers(2, 12))
def test_stamps_one_by_one_are_the_same_as_all_at_once(parts, size):
    card = always(a_card(size=size, interim={1: "cookie"}))
    at_once = stamp(card, CardState(), held=0, added=sum(parts), version=7)
    state, held, marks = CardState(), 0, []
    for part in parts:
        done = stamp(card, state, held=held, added=part, version=7)
        state, held, marks = done.state, done.held, [*marks, *done.marks]
    assert (state, held, tuple(marks)) == (at_once.state, at_once.held, at_once.marks)
