"""Pieces of the document are put, moved and taken out by their codes; nothing else of it changes."""

import msgspec
import pytest

from regulars.backoffice.program.pieces import codes_of, find, move, print_of, put, take_out
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import BonusRule
from regulars.core.program.stamp_cards import StampCard


def bonus(code: str, unit: str = "points", points: int = 1) -> BonusRule:
    return BonusRule(code=code, name=code.capitalize(), unit=unit, points=points)


DOCUMENT = ProgramDocument(
    rules=(bonus("a"), bonus("x", unit="stars"), bonus("b"), bonus("c")),
    stamp_cards=(StampCard(code="card", name="Card", size=5, final="mug"),),
    rewards=(Reward(code="mug", name="Mug"),),
)


def codes(document: ProgramDocument) -> str:
    return "".join(rule.code for rule in document.rules)


@pytest.mark.parametrize(
    ("code", "step", "order"),
    [
        ("b", -1, "bxac"),  # past the other unit's rule, which keeps its place
        ("b", 1, "axcb"),
        ("a", -1, "axbc"),  # the first stays the first
        ("c", 1, "axbc"),
        ("x", 1, "axbc"),  # the only one of its unit
        ("nobody", 1, "axbc"),
    ],
)
def test_a_rule_moves_among_those_of_its_unit(code, step, order):
    assert codes(move(DOCUMENT, "rules", code, step=step)) == order


@pytest.mark.parametrize(
    ("code", "after", "order"),
    [
        ("new", None, "axbcnew"),
        ("new", "", "newaxbc"),
        ("new", "x", "axnewbc"),
        ("c", "a", "acxb"),
        ("c", "gone", "caxb"),
    ],
)
def test_a_piece_is_put_behind_another(code, after, order):
    assert codes(put(DOCUMENT, "rules", bonus(code), after=after)) == order


def test_a_piece_replaces_the_one_of_its_code():
    changed = put(DOCUMENT, "rules", bonus("b", points=9))
    assert codes(changed) == "axbc"
    assert find(changed, "rules", "b").points == 9
    assert msgspec.structs.replace(changed, rules=DOCUMENT.rules) == DOCUMENT


def test_a_piece_is_taken_out():
    assert codes(take_out(DOCUMENT, "rules", "x")) == "abc"
    assert take_out(DOCUMENT, "rules", "nobody") == DOCUMENT


def test_units_and_stamp_cards_share_their_codes():
    assert codes_of(DOCUMENT, "units") == codes_of(DOCUMENT, "stamp_cards") == {"points", "card"}
    assert codes_of(DOCUMENT, "rewards") == {"mug"}


def test_a_print_tells_whether_a_piece_changed():
    assert print_of(bonus("a")) == print_of(bonus("a"))
    assert print_of(bonus("a")) != print_of(bonus("a", points=2))
    assert print_of(None) == ""
