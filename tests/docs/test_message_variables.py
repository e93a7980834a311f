"""The page of variables is what the code says, and every variable it names can stand in a text."""

from regulars.core.messages.texts import find_faults
from regulars.core.messages.variables import FOR_CODES, VARIABLES
from tests.docs import variable_table


def test_the_page_of_variables_is_what_the_code_says():
    assert variable_table.PAGE.read_text() == variable_table.text(), "run: python -m tests.docs.variable_table"


def test_every_variable_can_stand_in_a_text():
    body = " ".join(f"{{{{ {name} }}}}" for name in VARIABLES if name not in FOR_CODES)
    assert find_faults(body, kind="body") == []
