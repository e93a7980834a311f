"""What holds after any history of a whole program: nothing is lost, retries change nothing, quotes write nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regulars.core.actor import SYSTEM
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund, NewSale, SaleLine
from regulars.ledger.models import Entry, Lot
from regulars.ledger.statement import balances_of
from regulars.points.adjust import NotEnoughToDeduct, adjust_points
from regulars.points.expire import expire_due_lots
from regulars.programs.models import Tally
from regulars.rewards.models import IssuedReward
from regulars.sales.models import Refund, Sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import preview_refund, refund_sales
from regulars.tiers.models import Change, Standing
from tests.shop import NOON, a_member, a_sale
from tests.whole_shop import a_whole_shop, broken, held_by, level_of, rewards_of

pytestmark = pytest.mark.django_db

GOODS = (
    SaleLine("latte", 3000, 1200, "COFFEE"),
    SaleLine("tea", 2000, 800),
    SaleLine("wine", 1000, 9000, "WINE"),
    SaleLine("card", 1000, 2500, kind="gift_card"),
)
baskets = st.lists(st.sampled_from(GOODS), min_size=1, max_size=3)
selling = st.tuples(st.just("sell"), st.integers(0, 1), baskets, st.integers(0, 40))
refunding = st.tuples(st.just("refund"), st.integers(0, 9), st.none(), st.integers(1, 4000))
adjusting = st.tuples(st.just("adjust"), st.integers(0, 1), st.none(), st.integers(-60, 60).filter(bool))
waiting = st.tuples(st.just("wait"), st.none(), st.none(), st.integers(1, 40))
histories = st.lists(st.one_of(selling, selling, refunding, adjusting, waiting), min_size=1, max_size=10)

quick = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


class Days:
    """A shop's days, as a history tells them; what tills sent is kept."""

    def __init__(self) -> None:
        a_whole_shop()
        self.members = [a_member(), a_member()]
        self.now = NOON
        self.sales: list[NewSale] = []
        self.refunds: list[NewRefund] = []
        self.ids: list[int] = []

    def live(self, history: list[tuple]) -> None:
        for number, (verb, who, lines, amount) in enumerate(history):
            self.now += timedelta(minutes=25)
            match verb:
                case "sell":
                    self.sell(self.members[who], lines, amount)
                case "refund" if self.ids:
                    self.refund(self.ids[who % len(self.ids)], amount, number)
                case "adjust":
                    self.adjust(self.members[who], amount, number)
                case "wait":
                    self.now += timedelta(days=amount)
                    expire_due_lots(at=self.now)

    def sell(self, member: int, lines: list[SaleLine], points: int) -> None:
        total = sum(line.amount_minor for line in lines)
        sale = a_sale(total, member=member, lines=tuple(lines), points=points, at=self.now)
        [outcome] = record_sales([sale], at=self.now)
        if not isinstance(outcome, Refusal):
            self.sales.append(sale)
            self.ids.append(outcome.id or 0)

    def refund(self, sale: int, amount: int, number: int) -> None:
        refund = NewRefund(sale_id=sale, external_id=f"F-{number}", occurred_at=self.now, amount_minor=amount)
        [outcome] = refund_sales([refund], at=self.now)
        if not isinstance(outcome, Refusal):
            self.refunds.append(refund)

    def adjust(self, member: int, amount: int, number: int) -> None:
        try:
            adjust_points(member_id=member, amount=amount, reason="goodwill", key=f"K-{number}", at=self.now, by=SYSTEM)
        except NotEnoughToDeduct:
            return


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everything() -> tuple[object, ...]:
    rows = (Sale, Refund, Entry, Lot, IssuedReward, Standing, Change)
    lots = sorted(Lot.objects.values_list("entry_id", "remaining", "available_at", "expires_at"), key=str)
    return (
        tuple(model.objects.count() for model in rows),
        lots,
        sorted(Tally.objects.values_list("holder", "counts"), key=str),
    )


@quick
@given(histories)
def test_what_was_given_is_spent_expired_taken_back_written_off_or_open(history):
    with rolled_back():
        days = Days()
        days.live(history)
        for member in days.members:
            for balance in balances_of([member], at=days.now)[member]:
                moved = dict.fromkeys(("in", "out"), 0)
                for entry in Entry.objects.filter(target__holder_id=member, target__unit__code=balance.unit):
                    moved["in"] += entry.amount
                for entry in Entry.objects.filter(source__holder_id=member, source__unit__code=balance.unit):
                    moved["out"] += entry.amount
                lapsed = balance.expired - sum(
                    Entry.objects.filter(
                        source__holder_id=member, source__unit__code=balance.unit, kind="expire"
                    ).values_list("amount", flat=True)
                )
                held = balance.available + balance.pending + balance.reserved
                assert moved["in"] - moved["out"] - lapsed == held
        assert broken() == []


@quick
@given(histories)
def test_sending_everything_again_changes_nothing(history):
    with rolled_back():
        days = Days()
        days.live(history)
        before = everything()
        late = days.now + timedelta(days=3)
        assert all(each.replayed for each in record_sales(days.sales, at=late))
        assert all(each.replayed for each in refund_sales(days.refunds, at=late))
        assert everything() == before


@quick
@given(histories, baskets)
def test_quotes_and_previews_write_nothing_and_say_what_will_be(history, lines):
    with rolled_back():
        days = Days()
        days.live(history)
        before = everything()
        total = sum(line.amount_minor for line in lines)
        sale = a_sale(total, member=days.members[0], lines=tuple(lines), at=days.now)
        [quoted] = quote_sales([sale], at=days.now)
        assert everything() == before
        [sold] = record_sales([sale], at=days.now)
        assert (quoted.earned, quoted.brought, quoted.balances) == (sold.earned, sold.brought, sold.balances)
        refund = NewRefund(sale_id=sold.id or 0, external_id="F", occurred_at=days.now)
        before = everything()
        previewed = preview_refund(refund, at=days.now)
        assert everything() == before
        [done] = refund_sales([refund], at=days.now)
        told = [(each.clawed, each.returned, each.levels, each.withdrawn, each.balances) for each in (previewed, done)]
        assert told[0] == told[1]


@quick
@given(baskets, baskets)
def test_the_order_of_two_members_sales_does_not_matter(first, then):
    """They share no cap: the budget is for tea, so there is none here."""
    told = []
    for turn in (1, -1):
        with rolled_back():
            days = Days()
            pairs = list(zip(days.members, (first, then), strict=True))[::turn]
            for member, lines in pairs:
                days.sell(member, [line for line in lines if line.sku != "tea"] or [GOODS[0]], 0)
            told.append([(held_by(who), level_of(who), rewards_of(who)) for who in days.members])
    assert told[0] == told[1]
