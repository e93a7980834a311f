"""A history with everything in it (caps that members share, a budget, carries, stamps, levels, units that pay, refunds)
is replayed to what the ledger holds, unit by unit.
"""

import random
from datetime import timedelta

import pytest

from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund, SaleLine
from regulars.ledger.models import Account, Entry
from regulars.platform.rows import fetch
from regulars.programs.versions import read_live
from regulars.reports.backtest.order import Side
from regulars.reports.backtest.pool import Watcher
from regulars.reports.backtest.run import run_order
from regulars.reports.backtest.runs import make_order
from regulars.rewards.models import IssuedReward
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from regulars.tiers.models import Standing
from tests.shop import NOON, a_member, a_sale
from tests.whole_shop import a_whole_shop

DAYS = 60
GOODS = (
    ("beans", "COFFEE"), ("cup", "COFFEE"), ("tea", "DRINKS"), ("bread", "BAKERY"), ("lamp", "HOUSEHOLD"),
)  # fmt: skip


def a_history(seed: int, *, sales: int = 60) -> None:
    """Sales of three members over two months, some paid with points; one in three comes back, in parts."""
    draw = random.Random(seed)
    members = [a_member() for _ in range(3)]
    at, sold = NOON, []
    for _ in range(sales):
        at += timedelta(minutes=draw.randint(5, DAYS * 24 * 60 * 2 // sales))
        if sold and draw.random() < 0.33:
            sale, total = sold.pop(draw.randrange(len(sold)))
            for part in range(draw.randint(1, 3)):
                amount = draw.randint(1, total)
                refund = NewRefund(sale_id=sale, external_id=f"F-{part}", occurred_at=at, amount_minor=amount)
                refund_sales([refund], at=at)  # what exceeds the rest is refused
            continue
        lines = tuple(
            SaleLine(sku, draw.randint(1, 4) * 1000, draw.randint(1, 9_000), category)
            for sku, category in draw.sample(GOODS, draw.randint(1, 4))
        )
        total = sum(line.amount_minor for line in lines)
        points = draw.choice((0, 0, 50, 120))
        new = a_sale(total, member=draw.choice(members), lines=lines, at=at, points=min(points, total))
        [recorded] = record_sales([new], at=at, is_history=True)
        if not isinstance(recorded, Refusal):
            sold.append((recorded.id, total))


def held(unit: str) -> int:
    accounts = Account.objects.filter(side="member", unit__code=unit)
    return sum(accounts.values_list("balance", flat=True))


def moved(unit: str, *kinds: str) -> int:
    of_unit = Account.objects.filter(side="member", unit__code=unit).values("id")
    into = Entry.objects.filter(kind__in=kinds, target_id__in=of_unit).values_list("amount", flat=True)
    out = Entry.objects.filter(kind__in=kinds, source_id__in=of_unit).values_list("amount", flat=True)
    return sum(into) - sum(out)


@pytest.mark.parametrize("seed", range(3))
def test_a_history_with_refunds_is_replayed_to_what_the_ledger_holds(fresh_merchant, seed):
    a_whole_shop()
    a_history(seed)
    [(first, last)] = fetch(
        "SELECT min(occurred_at)::date, (max(occurred_at) + interval '90 days')::date FROM sales_sale", {}
    )
    side = Side(label="live", document=read_live(at=NOON).document)
    result = run_order(make_order(side, None, since=first, last=last), watcher=Watcher(lambda *_: None, lambda: False))
    said = {
        total.unit: (total.awarded, -total.spent, -total.taken_back, total.outstanding) for total in result.draft.totals
    }
    assert said == {
        unit: (moved(unit, "earn"), moved(unit, "redeem", "reverse"), moved(unit, "clawback", "write_off"), held(unit))
        for unit in said
    }
    assert any(taken for _, _, taken, _ in said.values())
    rewards = {reward.reward: reward.given for reward in result.draft.rewards if reward.given}
    issued = IssuedReward.objects.exclude(status="withdrawn")
    assert rewards == {
        code: issued.filter(reward=code).count() for code in set(issued.values_list("reward", flat=True))
    }
    levels = {row.level: row.members for row in result.draft.levels if row.level and row.members}
    standing = Standing.objects.exclude(level=None)
    assert levels == {
        level: standing.filter(level=level).count() for level in set(standing.values_list("level", flat=True))
    }
