"""Texts with places: what is sound, what they say, and where they are wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.messages.texts import Fault, fill_in, find_faults, read_text
from regulars.core.messages.variables import FOR_CODES, OF_CODES, VARIABLES, Source


def filled(text: str, *, is_line: bool = False, **values: str) -> str:
    return fill_in(read_text(text), values, is_line=is_line)


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("Hello {{ first_name }}!", {"first_name": "Ann"}, "Hello Ann!"),
        ("Hello {{first_name}}!", {"first_name": "Ann"}, "Hello Ann!"),
        ("Hello {{ first_name | there }}!", {"first_name": "Ann"}, "Hello Ann!"),
        ("Hello {{ first_name | there }}!", {}, "Hello there!"),
        ("Hello {{ first_name | there }}!", {"first_name": " \u200b\n "}, "Hello there!"),
        ("Hello {{ first_name|dear friend }}!", {}, "Hello dear friend!"),
        ("Hello {{ first_name }}!", {}, "Hello !"),
        ("{ first_name } {", {"first_name": "Ann"}, "{ first_name } {"),  # single braces are signs like others
        ("You have {{ balance.points }}", {"balance.points": "5 points", "balance": "9"}, "You have 5 points"),
        ("{{ name }}", {"name": "{{ card }}", "card": "4321"}, "{{ card }}"),  # a value is never read as a place
        ("{{ name }}", {"name": "Ann\r\nBcc: x@example.com"}, "Ann Bcc: x@example.com"),
        ("A\nB {{ name }}", {"name": "Ann"}, "A\nB Ann"),
        ("{{ name }}", {"name": "Ann\u200cMarie"}, "Ann\u200cMarie"),  # joiners are part of some names
    ],
)
def test_a_text_is_filled_in(text, values, said):
    assert fill_in(read_text(text), values) == said


@given(st.text(), st.text())
def test_a_subject_is_one_line_whatever_a_value_says(name, comment):
    said = filled("{{ name }} - {{ comment }}", is_line=True, name=name, comment=comment)
    assert len(said.splitlines()) <= 1
    assert "\r" not in said and "\n" not in said


def test_a_subject_is_one_line_also_where_its_own_words_are_two():
    assert filled("A\r\nBcc: {{ name }}", is_line=True, name="Ann") == "A Bcc: Ann"


@given(st.text(max_size=60), st.sampled_from(["subject", "body"]))
def test_what_is_sound_can_be_filled_in_and_the_rest_says_where_it_is_wrong(text, kind):
    faults = find_faults(text, kind=kind)
    if faults:
        lines = text.count("\n") + 1
        assert all(1 <= fault.line <= lines and fault.column >= 1 for fault in faults)
    else:
        fill_in(read_text(text), {})


@pytest.mark.parametrize(
    ("text", "kind", "faults"),
    [
        ("Hello {{ first_nam }}", "body", [("unknown_variable", 1, 7, "first_nam")]),
        ("Hello\nyou {{ nobody }} and {{ nothing }}", "body",
         [("unknown_variable", 2, 5, "nobody"), ("unknown_variable", 2, 22, "nothing")]),
        ("Hello {{ name", "body", [("not_closed", 1, 7, "{{ name")]),
        ("Hello {{ name {{ card }}", "body", [("not_closed", 1, 7, "{{ name {{ card }}")]),
        ("Hello name }}", "body", [("stray_close", 1, 12, "}}")]),
        ("{{ name.__class__ }}", "body", [("bad_place", 1, 1, "name.__class__")]),
        ("{{ name.title }}", "body", [("wrong_code", 1, 1, "name.title")]),
        ("{{ name() }}", "body", [("bad_place", 1, 1, "name()")]),
        ("{{ 7*7 }}", "body", [("bad_place", 1, 1, "7*7")]),
        ("{% if x %}", "body", []),  # nothing but places is read
        ("{{ balance.gold }}", "body", [("wrong_code", 1, 1, "balance.gold")]),
        ("{{ balance.points }}", "body", []),
        ("{{ level.vip }}", "body", []),  # which ladders there are is not known here
        ("{{ code }}", "body", [("only_for_codes", 1, 1, "code")]),
        ("", "body", [("empty", 1, 1, "")]),
        (" \n ", "body", [("empty", 1, 1, "")]),
        ("One\nTwo", "subject", [("line_break", 1, 4, "")]),
        ("One\u2028Two", "subject", [("line_break", 1, 4, "")]),
        ("One\x00Two", "body", [("bad_character", 1, 4, "U+0000")]),
        ("One\u202eTwo", "body", [("bad_character", 1, 4, "U+202E")]),  # turns what follows around
        ("全角　空格 \N{NO-BREAK SPACE}!", "body", []),
        ("👩‍🍳 ☕️", "body", []),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text, kind, faults):
    found = find_faults(text, kind=kind, units=["points"])
    assert [(each.problem, each.line, each.column, each.words) for each in found] == faults


def test_a_text_that_is_too_long_says_how_long_it_may_be():
    assert find_faults("x" * 201, kind="subject") == [Fault(problem="too_long", line=1, column=201, words="200")]
    assert find_faults("x" * 10_000, kind="body") == []
    assert [each.problem for each in find_faults("x" * 10_001, kind="body")] == ["too_long"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Your code is {{ code }}.", []),
        ("{{ shop }}: {{ code }} for {{ about }}, {{ minutes }} minutes, {{ first_name }}", []),
        ("Your code.", ["code_missing"]),
        ("{{ code }} {{ balance }}", ["only_for_codes"]),
        ("{{ code }} {{ comment }}", ["only_for_codes"]),
    ],
)
def test_a_text_for_codes_says_the_code_and_little_else(text, problems):
    assert [each.problem for each in find_faults(text, kind="body", is_code=True)] == problems


def test_the_list_is_closed_and_each_variable_has_a_source_and_a_sample():
    assert FOR_CODES < OF_CODES <= VARIABLES.keys()
    for name, variable in VARIABLES.items():
        assert name == variable.name and variable.about and variable.sample
        assert variable.by == "" or variable.source in (Source.BALANCE, Source.LEVEL)
        assert find_faults(f"{{{{ {name} }}}}", kind="body", is_code=name in FOR_CODES)[1:] == []
