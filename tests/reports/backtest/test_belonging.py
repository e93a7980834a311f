"""A draft that asks for tags and segments is tried on who wears and belongs now."""

from datetime import date, datetime, timedelta

from regulars.audiences.segments import save_segment
from regulars.audiences.tags import create_tag, retag_member
from regulars.core.actor import SYSTEM
from regulars.core.audience import Bought
from regulars.core.program.conditions import Audience, Conditions, Tags
from regulars.core.program.rules import BonusRule
from regulars.reports.backtest.order import Side
from regulars.reports.backtest.runs import ask_backtest, read_backtest, run_backtest
from tests.shop import NOON, ONE_PER_DOLLAR, a_member, a_program, a_sale, a_shop, sell

VIPS = Conditions(audience=Audience(tags=Tags(any=("vip",))))
OFTEN = Conditions(audience=Audience(segments=("often",)))


def clock() -> datetime:
    return NOON + timedelta(hours=1)


def test_rules_for_tags_and_segments_give_to_who_has_them(fresh_merchant):
    a_shop()
    create_tag("vip", at=NOON, by=SYSTEM)
    save_segment(name="often", condition=Bought(at_least=2), at=NOON, by=SYSTEM)
    vip, often, other = a_member(), a_member(), a_member()
    retag_member(member_id=vip, put=["vip"], at=NOON, by=SYSTEM)
    for member in (vip, often, often, other):
        sell(a_sale(1000, member=member))
    draft = a_program(
        ONE_PER_DOLLAR,
        BonusRule(code="vips", name="V", points=50, when=VIPS),
        BonusRule(code="often", name="O", points=7, when=OFTEN),
    )

    run = ask_backtest(
        Side(label="draft", document=draft), None, since=date(2026, 3, 1), last=date(2026, 3, 31), at=NOON, by=SYSTEM
    )

    assert run_backtest(run, now=clock) == "done"
    result = read_backtest(run).result
    assert result is not None
    assert {row.rule: (row.sales, row.awarded) for row in result.draft.rules} == {
        "base": (4, 40),
        "vips": (1, 50),
        "often": (2, 14),
    }
