"""Rules that meet, where the tables of bad drafts have no line for it."""

from zoneinfo import ZoneInfo

from regulars.core.checking import check_document
from regulars.core.program.rules import BonusRule, MultiplierRule
from tests.shop import a_program


def test_an_alone_rule_beside_a_multiplier_that_says_alone_too_is_told_and_no_crash():
    alone = BonusRule(code="a", name="Alone", points=1, stacking="alone")
    doubles = MultiplierRule(code="b", name="Double", percent=200, stacking="alone")
    faults = check_document(a_program(alone, doubles), currency="USD", zone=ZoneInfo("UTC"))
    assert ("rules[0].stacking", "silences_all_others") in [(fault.path, fault.code) for fault in faults]
