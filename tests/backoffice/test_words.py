"""What pages say of refusals and numbers: each sentence for something there is, each number as the reader writes it."""

import ast
import inspect
from decimal import Decimal

import pytest
from django.utils.translation import override

from regulars.backoffice import line_words, refusals
from regulars.backoffice.attributes import say_value
from regulars.backoffice.audience.columns import show_cells
from regulars.backoffice.forms.cards import why_not
from regulars.backoffice.merging import say_differences
from regulars.backoffice.wording import decimal
from regulars.backoffice.worklist import _said as said_on_home
from regulars.care.unmerge import Difference
from regulars.core.attributes import AttributeKind, Definition
from regulars.core.card_numbers import InvalidPattern
from regulars.messages.refusals import TooLongComment
from regulars.platform.batches import CouldNotBeRecorded
from tests.docs.refusal_table import meanings

MINUS = "\N{MINUS SIGN}"
WEIGHT = Definition(id=1, code="weight", label="Weight", kind=AttributeKind.NUMBER)


def codes_in(module) -> list[str]:
    """The keys of the first table of a module, as they are written there."""
    tables = (each.value for each in ast.parse(inspect.getsource(module)).body if isinstance(each, ast.AnnAssign))
    table = next(each for each in tables if isinstance(each, ast.Dict))
    return [key.value for key in table.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def test_there_are_words_for_what_can_be_refused_and_only_once():
    pages, lines = codes_in(refusals), codes_in(line_words)
    assert len({*pages, *lines}) == len(pages) + len(lines)
    assert {code.partition("/")[0] for code in [*pages, *lines]} <= set(meanings())
    assert set(refusals.FIELDS) <= set(meanings())


def test_a_fault_of_ours_is_told_the_same_on_every_page():
    assert refusals.words(CouldNotBeRecorded()).endswith("a fault of ours, which the log tells of. Nothing changed.")


def says() -> list[str]:
    """A number in each of the places that write one into a sentence or a cell."""
    shown = show_cells(["spent", "unit:points"], [Decimal("-1240.50"), 1234], None)  # type: ignore[arg-type]
    [gone] = say_differences([Difference(what="rows", of="sales", amount=1234)], None)  # type: ignore[arg-type]
    return [
        say_value(WEIGHT, Decimal("1240.50")),
        *(str(each.value) for each in shown),
        gone.partition(" ")[0],
        refusals.words(TooLongComment(longest=1000)).partition("1")[2].partition(" ")[0],
        why_not(InvalidPattern(why="ends", possible=9999)).partition("9")[2].partition(" ")[0],
        said_on_home(999),
        said_on_home(1000),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["1,240.5", f"{MINUS}1,240.50", "1,234", "1,234", ",000", ",999", "999", "1,000+"]),
        ("vi", ["1.240,5", f"{MINUS}1.240,50", "1.234", "1.234", ".000", ".999", "999", "1.000+"]),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(language, said):
    with override(language):
        assert says() == said


@pytest.mark.parametrize(
    ("value", "said"), [("0", "0"), ("-0.5", f"{MINUS}0.5"), ("12.50", "12.50"), ("-1234567", f"{MINUS}1,234,567")]
)
def test_a_number_keeps_its_decimals_and_its_sign(value, said):
    with override("en"):
        assert decimal(Decimal(value)) == said
