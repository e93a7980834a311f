"""Whatever passes the check can decide a sale: it compiles, and a basket comes through it."""

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from regulars.core.checking import check_document, is_sound
from regulars.core.compiled import compile_program
from regulars.core.program.conditions import Audience
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rules import EarningRule, MultiplierRule
from regulars.core.program.units import POINTS
from tests.core.any_document import documents
from tests.core.counter import NEW_YORK, basket, buy, line

SALE = basket(line(2500, "1", category="A", brand="B", labels=("c",)), line(999, "2", quantity=1500), money=3000)


def mended(document: ProgramDocument, keep: list[int]) -> ProgramDocument:
    """The document's rules, cut loose from what they name; nothing else of it."""
    rules = [loose(rule, f"r{i}") for i, rule in enumerate(document.rules) if i in keep]
    return ProgramDocument(units=(POINTS,), rules=tuple(rules), policies=loose_items(document.policies))


def loose(rule: EarningRule, code: str) -> EarningRule:
    when = msgspec.structs.replace(rule.when, audience=Audience())
    rule = msgspec.structs.replace(rule, code=code, unit="points", budget=None, when=when)
    if isinstance(rule, MultiplierRule):
        return loose_items(msgspec.structs.replace(rule, of=()))
    return loose_items(msgspec.structs.replace(rule, tier_points={}))


def loose_items(part):
    named = {
        field: msgspec.structs.replace(getattr(part, field), collections=())
        for field in ("items", "except_items", "excluded")
        if hasattr(part, field)
    }
    return msgspec.structs.replace(part, **named)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), st.lists(st.integers(0, 2), unique=True, min_size=1))
def test_a_sound_program_decides_a_sale(document, keep):
    document = mended(document, keep)
    assume(is_sound(check_document(document, currency="USD", zone=NEW_YORK)))

    earning = buy(compile_program(document, version_id=1, zone=NEW_YORK, currency="USD"), SALE)

    assert all(0 <= award.awarded <= award.desired for award in earning.awards)
