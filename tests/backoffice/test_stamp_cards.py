"""Stamp cards are drawn as the cards they are."""

import pytest

from regulars.backoffice.stampcards import draw_card
from regulars.core.program.stamp_cards import StampCard
from regulars.core.stamps import CardState

CARD = StampCard(code="coffee", name="Coffee card", size=10, final="coffee", interim={5: "cookie"})
NAMES = {"coffee": "Free coffee", "cookie": "Cookie"}


@pytest.mark.parametrize(
    ("balance", "held", "missing", "reward", "owed"),
    [
        (0, 0, 5, "Cookie", 0),
        (4, 4, 1, "Cookie", 0),
        (5, 5, 5, "Free coffee", 0),
        (9, 9, 1, "Free coffee", 0),
        (-2, 0, 7, "Cookie", 2),
    ],
)
def test_a_card_says_how_far_it_is_and_what_comes_next(balance, held, missing, reward, owed):
    drawn = draw_card(CARD, CardState(), balance=balance, rewards=NAMES)
    assert (drawn.held, drawn.missing, drawn.next_reward, drawn.owed) == (held, missing, reward, owed)
    assert [place.number for place in drawn.places if place.is_full] == list(range(1, held + 1))
    assert [place.reward for place in drawn.places if place.reward] == ["Cookie", "Free coffee"]


def test_a_card_that_is_given_once_stays_full():
    once = StampCard(code="hello", name="Welcome", size=3, final="coffee", restart=False)
    drawn = draw_card(once, CardState(number=2), balance=0, rewards=NAMES)
    assert drawn.is_over
    assert all(place.is_full for place in drawn.places)


def test_a_preview_marks_what_it_would_add():
    drawn = draw_card(CARD, CardState(number=3), balance=6, rewards=NAMES, marked=(5, 6), mark="new")
    assert [place.number for place in drawn.places if place.mark == "new"] == [5, 6]
    assert drawn.filled == 2
