"""A program with something of everything: batches, replays, quotes, versions and refunds hold for all of it at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays
from regulars.core.identifiers import MemberHandle
from regulars.core.program.life import Pending
from regulars.core.program.rules import BonusRule, RateRule
from regulars.core.program.units import POINTS, Unit
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, NewRefund, SaleLine
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of, balances_of
from regulars.programs.models import Tally
from regulars.rewards.models import IssuedReward
from regulars.sales.attach import attach_sale
from regulars.sales.models import Refund, Sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from regulars.tiers.models import Change, Standing
from tests.shop import NOON, a_member, a_program, a_sale, a_shop, publish, sell
from tests.whole_shop import LATER, a_whole_shop, broken, counts_of, give_back, held_by, level_of, rewards_of

pytestmark = pytest.mark.django_db

COFFEE = SaleLine("latte", 3000, 1200, "COFFEE")
TEA = SaleLine("tea", 2000, 800)
WINE = SaleLine("wine", 1000, 9000, "WINE")


def basket(*lines: SaleLine, member: int | None = None, **fields):
    return a_sale(sum(line.amount_minor for line in lines), member=member, lines=lines, **fields)


def statements(call) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_the_statements_of_a_batch_do_not_grow_with_it():
    """Cards get full and levels are reached in both batches."""
    a_whole_shop()

    def record(size: int) -> int:
        members = [a_member() for _ in range(5)]
        batch = [basket(COFFEE, TEA, WINE, WINE, member=members[i % 5], cashier="Kim") for i in range(size)]
        return statements(lambda: record_sales(batch, at=NOON))

    record(30)  # what is read once
    assert record(30) == record(1000)


def test_the_statements_of_refunds_do_not_grow_either():
    """Cards are opened again and levels lost in both batches."""
    a_whole_shop()

    def refund(size: int) -> int:
        members = [a_member() for _ in range(size // 4)]
        batch = [basket(COFFEE, TEA, WINE, member=member) for member in members for _ in range(4)]
        sales = [recorded.id or 0 for recorded in record_sales(batch, at=NOON)]
        refunds = [NewRefund(sale_id=sale, external_id="F", occurred_at=LATER) for sale in sales]
        done = statements(lambda: refund_sales(refunds, at=LATER))
        assert [held_by(member)["coffee"] for member in members] == [0] * len(members)
        return done

    assert refund(8) == refund(80)
    assert broken() == []


def test_a_batch_does_what_its_sales_do_one_by_one():
    a_whole_shop()
    ann, bob, one_ann, one_bob = (a_member() for _ in range(4))

    def sales(ann: int, bob: int, store: str) -> list:
        return [
            basket(*lines, member=member, store=store, at=NOON + timedelta(minutes=40 * number))
            for number, (lines, member) in enumerate(
                [((COFFEE, COFFEE), ann), ((TEA, WINE), bob), ((COFFEE, COFFEE, WINE), ann), ((TEA,), ann)]
            )
        ]

    late = NOON + timedelta(hours=3)
    together = record_sales(sales(ann, bob, "330"), at=late)
    alone = [record_sales([sale], at=late)[0] for sale in sales(one_ann, one_bob, "331")]
    told = [[(e.unit, e.awarded) for e in each.earned] for each in together]
    assert told == [[(e.unit, e.awarded) for e in each.earned] for each in alone]
    assert [each.brought for each in together] == [each.brought for each in alone]
    assert (held_by(ann), held_by(bob)) == (held_by(one_ann), held_by(one_bob))
    assert counts_of(f"member/{ann}") == counts_of(f"member/{one_ann}")


def everything() -> tuple:
    """How much there is of what could be written."""
    tallies = sorted(Tally.objects.values_list("holder", "counts"), key=str)
    return tallies, *(model.objects.count() for model in (Sale, Entry, IssuedReward, Standing, Change))


def test_a_quote_tells_what_a_sale_will_do_and_writes_nothing():
    a_whole_shop()
    ann = a_member()
    sell(basket(COFFEE, COFFEE, WINE, member=ann))
    before = everything()
    sale = basket(COFFEE, COFFEE, TEA, WINE, member=ann)
    quoted, alone = quote_sales([sale, basket(COFFEE, COFFEE, TEA, WINE, member=ann)], at=NOON)
    assert everything() == before
    assert (quoted.earned, quoted.brought) == (alone.earned, alone.brought)
    sold = sell(sale)
    assert (sold.earned, sold.brought, sold.balances) == (quoted.earned, quoted.brought, quoted.balances)


def test_a_replay_gets_its_first_answer_whatever_has_happened_since():
    a_whole_shop()
    ann = a_member()
    sales = [basket(COFFEE, COFFEE, TEA, WINE, WINE, WINE, member=ann) for _ in range(3)]
    first = [sell(sale) for sale in sales]
    before = everything()
    publish(a_program(BonusRule(code="only", name="Only", points=1)), at=LATER)
    again = [sell(sale, at=LATER + timedelta(days=9)) for sale in sales]
    assert [(e.earned, e.brought, e.balances) for e in again] == [(e.earned, e.brought, e.balances) for e in first]
    assert everything() == before


def test_a_sale_earns_by_the_version_of_its_time_and_is_refunded_by_it():
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=100))
    ann = a_member()
    first = sell(a_sale(10_000, member=ann)).id
    publish(a_program(RateRule(code="base", name="Base", points=3, per_minor=100)), at=LATER)
    then = LATER + timedelta(hours=1)
    late, now = record_sales([a_sale(10_000, member=ann, at=NOON), a_sale(10_000, member=ann, at=then)], at=then)
    assert [each.earned[0].awarded for each in (late, now)] == [100, 300]
    backs = [give_back(sale, 5_000, at=then).clawed[0].amount for sale in (first, late.id, now.id)]
    assert backs == [50, 50, 150]
    nobodys = sell(a_sale(1_000), at=NOON).id
    assert attach_sale(sale_id=nobodys, member=MemberHandle(id=str(ann)), at=then, by=SYSTEM).earned[0].awarded == 10


def test_a_unit_that_the_program_has_no_more_is_still_held_and_taken_back():
    old = Unit(code="stars", name=POINTS.name)
    a_shop()
    publish(a_program(RateRule(code="s", name="S", unit="stars", points=1, per_minor=100), units=(POINTS, old)))
    ann = a_member()
    sale = sell(a_sale(1_000, member=ann)).id
    publish(a_program(), at=LATER)
    assert held_by(ann)["stars"] == 10
    give_back(sale, 400)
    assert held_by(ann)["stars"] == 6
    assert broken() == []


def test_a_refund_eats_what_is_pending_first():
    """60 wait for 14 days; half of it comes back on the fourth day: 30 wait, and what was active is untouched."""
    waiting = RateRule(code="w", name="W", points=1, per_minor=100, pending=Pending(days=14), expiry=AfterDays(days=30))
    now = BonusRule(code="n", name="N", points=15)
    a_shop(waiting, now)
    ann = a_member()
    sale = sell(a_sale(6_000, member=ann)).id
    balance = balance_of(ann, at=NOON)
    assert (balance.available, balance.pending) == (15, 60)
    give_back(sale, 3_000, at=NOON + timedelta(days=4))
    balance = balance_of(ann, at=NOON + timedelta(days=4))
    assert (balance.available, balance.pending) == (15, 30)
    assert balance_of(ann, at=NOON + timedelta(days=14)).available == 45


def test_balance_earned_and_what_became_of_it_add_up():
    a_whole_shop()
    ann = a_member()
    for _ in range(4):
        sell(basket(COFFEE, TEA, WINE, WINE, member=ann))
    sale = sell(basket(COFFEE, TEA, WINE, member=ann, points=300))
    give_back(sale.id, 5_000)
    for balance in balances_of([ann], at=LATER)[ann]:
        held = balance.available + balance.pending + balance.reserved
        assert balance.earned == balance.spent + balance.expired + held + clawed_of(balance.unit)
    assert broken() == []


def clawed_of(unit: str) -> int:
    amounts = Entry.objects.filter(kind="clawback", key__contains=f"/part/{unit}").values_list("amount", flat=True)
    return sum(amounts)


basket_lines = st.lists(
    st.sampled_from([COFFEE, TEA, WINE, SaleLine("rum", 1000, 333, "WINE")]), min_size=1, max_size=4
)
steps = st.lists(st.tuples(st.booleans(), st.integers(0, 4000), st.integers(1, 4)), min_size=1, max_size=5)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(history=st.lists(basket_lines, max_size=3), sold=basket_lines, steps=steps, is_all=st.booleans())
def test_any_series_of_refunds_leaves_what_one_of_their_sum_leaves(history, sold, steps, is_all):
    """The same sales twice: what comes back in parts the first time comes back at once the second time."""
    in_parts, back = play(history, sold, lambda sale: refund_in_parts(sale, steps, is_all=is_all))
    at_once, _ = play(history, sold, lambda sale: refund_at_once(sale, back))
    assert in_parts == at_once


def play(history, sold, refund) -> tuple[object, list[Refund]]:
    """Sell, refund, and tell what is left and what came back; nothing stays."""
    with transaction.atomic():
        a_whole_shop()
        ann = a_member()
        for number, lines in enumerate(history):
            sell(basket(*lines, member=ann, at=NOON - timedelta(hours=30 - number)))
        sale = sell(basket(*sold, member=ann)).id
        refund(sale)
        back = list(Refund.objects.filter(sale_id=sale).order_by("id"))
        left = (
            held_by(ann),
            without_versions(counts_of(f"member/{ann}")),
            counts_of("program"),
            [
                counts_of(holder)
                for holder in Tally.objects.filter(holder__startswith="store/").values_list("holder", flat=True)
            ],
            (level_of(ann), rewards_of(ann)),
            broken(),
        )
        assert left[-1] == []
        transaction.set_rollback(True)
    return left, back


def without_versions(counts: dict[str, Any]) -> dict[str, Any]:
    """Each play has a version of its own, which a card in progress remembers."""
    cards = {code: [state[0], *state[2:]] for code, state in counts.get("cards", {}).items()}
    return counts | {"cards": cards}


def refund_in_parts(sale: int, steps: list[tuple[bool, int, int]], *, is_all: bool) -> None:
    for number, (by_line, amount, position) in enumerate(steps):
        lines = (LineRefund(position, amount_minor=amount),) if by_line else ()
        try_refund(sale, f"F-{number}", lines=lines, amount_minor=None if by_line else amount)
    if is_all:
        try_refund(sale, "F-all")


def refund_at_once(sale: int, back: list[Refund]) -> None:
    """The same goods in one refund, and the same amounts that belong to no line in another."""
    lines: dict[int, list[int]] = {}
    for position, quantity, amount in (line for refund in back for line in refund.lines):
        sums = lines.setdefault(position, [0, 0])
        sums[0], sums[1] = sums[0] + quantity, sums[1] + amount
    if lines:
        wanted = tuple(
            LineRefund(place, quantity_milli=quantity, amount_minor=amount)
            for place, (quantity, amount) in lines.items()
        )
        assert try_refund(sale, "lines", lines=wanted)
    if amounts := sum(refund.amount_minor for refund in back if not refund.lines):
        assert try_refund(sale, "amounts", amount_minor=amounts)


def try_refund(sale: int, number: str, **what) -> bool:
    [outcome] = refund_sales([NewRefund(sale_id=sale, external_id=number, occurred_at=LATER, **what)], at=LATER)
    return not isinstance(outcome, Refusal)
