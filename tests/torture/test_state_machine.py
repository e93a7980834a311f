"""Any history of sales, refunds, claims, corrections and expiries leaves what the oracle says, lot by lot.

Every step is sent to the program and to the oracle; both must do the same or refuse with the same code. After each
step all balances, open lots and debts are compared, and at the end of each history every invariant is checked.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays, AfterMonths, EndOf, Never
from regulars.core.identifiers import MemberHandle
from regulars.core.program.caps import Cap
from regulars.core.program.conditions import Conditions
from regulars.core.program.items import Items
from regulars.core.program.policies import Policies
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import ItemRule, RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Kept, Level, Metric, TierSet, Window
from regulars.core.program.units import POINTS, Pays, Unit
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, NewRefund, NewSale, SaleLine, Tender
from regulars.ledger.models import Lot
from regulars.ledger.statement import balances_of
from regulars.points.adjust import adjust_points
from regulars.points.expire import expire_due_lots
from regulars.rewards.models import IssuedReward
from regulars.sales.attach import attach_sale
from regulars.sales.quote import quote_sales
from regulars.sales.record import record_sales
from regulars.sales.refund import preview_refund, refund_sales
from regulars.sales.verify import verify
from regulars.tiers.standings import find_standings
from tests.shop import OPENED, a_member, a_program, a_shop, publish
from tests.torture.oracle import Oracle, Parts, Refused
from tests.torture.rounds import histories
from tests.torture.scheme import Goods, Rule, Scheme, half_up, started

pytestmark = pytest.mark.fault

STARTS = datetime(2028, 2, 20, 15, tzinfo=UTC)  # a leap year, before New York's clocks go forward
SPECIAL = (datetime(2028, 2, 22, tzinfo=UTC), datetime(2028, 3, 25, tzinfo=UTC))


def add_month(day: date) -> date:
    year, month = (day.year + day.month // 12, day.month % 12 + 1)
    for last in range(31, 27, -1):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


def end_of_next_month(day: date) -> date:
    return add_month(add_month(day.replace(day=1))).replace(day=1) - timedelta(days=1)


WINE = Items(categories=("WINE",))
# The same four rules in the program's words and in the oracle's.
RULES = (
    (
        RateRule(
            code="base",
            name="Base",
            points=1,
            per_minor=100,
            tier_points={"gold": 2},
            expiry=AfterDays(days=30),
            caps=(Cap(limit=70, period="month"),),
        ),
        Rule("base", 1, 100, lambda g: g.amount, lambda day: day + timedelta(days=30), month_cap=70, top_points=2),
    ),
    (
        RateRule(
            code="big",
            name="Big",
            points=5,
            per_minor=1000,
            when=Conditions(min_spend_minor=2000, starts_at=SPECIAL[0], ends_at=SPECIAL[1]),
            except_items=Items(categories=("TOBACCO",)),
            rounding="nearest",
            expiry=EndOf(period="month", after=1),
        ),
        Rule(
            "big", 5, 1000, lambda g: g.amount * (g.category != "TOBACCO"), end_of_next_month, half_up, 2000, *SPECIAL
        ),
    ),
    (
        ItemRule(
            code="milk",
            name="Milk",
            points=3,
            items=Items(skus=("MILK",)),
            rounding="started",
            when=Conditions(stores=("A",)),
            expiry=AfterMonths(months=1),
        ),
        Rule("milk", 3, 1000, lambda g: g.quantity * (g.sku == "MILK"), add_month, started, store="A"),
    ),
    (
        ItemRule(code="wine", name="Wine", points=1, items=WINE, per="amount", per_minor=300, expiry=Never()),
        Rule("wine", 1, 300, lambda g: g.amount * (g.category == "WINE")),
    ),
)
CARD = StampCard(code="wines", name="Wines", size=4, final="glass", earn=ByItem(items=WINE))
STAMPS = Rule("stamps", 1, 1000, lambda g: g.quantity * (g.category == "WINE"))
CLUB = TierSet(
    code="club",
    name="Club",
    levels=(Level(code="silver", name="Silver", threshold=4_000), Level(code="gold", name="Gold", threshold=9_000)),
    metric=Metric(of="spend"),
    window=Window(over="lifetime"),
    kept=Kept(until="forever"),
    on_refund="now",
)
LEVELS = (None, "silver", "gold")
DAY_CAP = 100

goods = st.builds(
    Goods,
    sku=st.sampled_from(["MILK", "BREAD"]),
    quantity=st.sampled_from([0, 1000, 2000, 3000, 1500, 333]),
    amount=st.one_of(st.sampled_from([0, 1, 99, 100, 1000, 2500]), st.integers(0, 6000)),
    category=st.sampled_from(["FOOD", "FOOD", "TOBACCO", "WINE"]),
)
baskets = st.lists(goods, min_size=1, max_size=3)
hours = [0, 0, 0, 0, 0, 0, 5, 6 * 24, 30 * 24, 31 * 24, -1 / 6, -11 / 60]
lags = st.sampled_from([timedelta(hours=each) for each in hours])
places = st.sampled_from([0, 1, 2])


class People:
    """The members of the shop, who are there before its histories begin."""

    ids: tuple[int, ...] = ()


class History(RuleBasedStateMachine):
    """One merchant's days. Shop and members are there already; what a history does is rolled back at its end."""

    sales = Bundle("sales")
    anonymous = Bundle("anonymous")
    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.now = STARTS
        self.numbers = iter(range(1, 10_000))
        self.ids: dict[str, int] = {}
        self.again: list[tuple[NewSale, object]] = []
        self.work = transaction.atomic()
        self.work.__enter__()

    def teardown(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            broken = [result for result in verify() if result.breaches]
            assert not broken, broken
        finally:
            transaction.set_rollback(True)
            self.work.__exit__(None, None, None)

    @initialize(
        shortfall=st.sampled_from(["absorb", "debt", "debt", "withhold", "refuse"]),
        grace=st.sampled_from([0, 14, 14]),
        rate=st.sampled_from([(100, 100, 1), (3, 2, 5), (10, 1, 1)]),
    )
    def open_shop(self, shortfall: str, grace: int, rate: tuple[int, int, int]) -> None:
        per, minor, least = rate
        self.oracle = Oracle(
            Scheme(
                tuple(theirs for _, theirs in RULES),
                per,
                minor,
                least,
                shortfall,
                grace,
                day_cap=DAY_CAP,
                card=STAMPS,
                card_size=CARD.size,
                levels=tuple(level.threshold for level in CLUB.levels),
            )
        )
        points = Unit(
            code="points",
            name=POINTS.name,
            pays=Pays(units=per, minor=minor, least=least),
            shortfall=shortfall,  # type: ignore[arg-type]
            caps=(Cap(limit=DAY_CAP, period="day"),),
        )
        document = a_program(
            *(ours for ours, _ in RULES),
            points=points,
            policies=Policies(reinstate_grace_days=grace),
            stamp_cards=(CARD,),
            tier_sets=(CLUB,),
            rewards=(Reward(code="glass", name="A glass"),),
        )
        publish(document, at=OPENED)
        self.members = list(People.ids)

    # --- time ---------------------------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 1, 2, 9, 20, 31]), seconds=st.integers(1, 90_000))
    def time_passes(self, days: int, seconds: int) -> None:
        self.now += timedelta(days=days, seconds=seconds)

    @rule()
    def time_passes_to_the_next_expiry(self) -> None:
        """Half-open: at this very second the points are gone."""
        ends = [lot.end for purse in self.oracle.world().purses.values() for lot in purse.lots if lot.left and lot.end]
        if later := [end for end in ends if end > self.now]:
            self.now = min(later).astimezone(UTC)

    @rule()
    def night_falls(self) -> None:
        assert expire_due_lots(at=self.now) == self.oracle.do("expire", at=self.now)
        assert expire_due_lots(at=self.now) == 0

    # --- selling ------------------------------------------------------------------------------------

    @rule(target=sales, who=places, basket=baskets, store=st.sampled_from("AB"), lag=lags)
    def sell(self, who: int, basket: list[Goods], store: str, lag: timedelta):
        return self.offer([self.a_sale(store, who, basket, lag, 0)])

    @rule(target=sales, who=places, basket=baskets, lag=lags, share=st.floats(0.01, 1.01))
    def sell_for_points(self, who: int, basket: list[Goods], lag: timedelta, share: float):
        held = self.oracle.world().purses[self.members[who]].spendable(self.now)
        return self.offer([self.a_sale("A", who, basket, lag, max(int(held * share), 1))])

    @rule(target=sales, baskets=st.lists(st.tuples(places, baskets, st.integers(0, 60)), min_size=2, max_size=4))
    def sell_together(self, baskets: list[tuple[int, list[Goods], int]]):
        """One batch, in which the same member may come twice, and the last receipt comes again."""
        batch = [self.a_sale("A", who, basket, timedelta(0), points) for who, basket, points in baskets]
        return self.offer([*batch, batch[-1]])

    @rule(target=anonymous, basket=baskets, lag=lags)
    def sell_to_nobody(self, basket: list[Goods], lag: timedelta):
        return self.offer([self.a_sale("A", None, basket, lag, 0)])

    @rule(target=sales, key=consumes(anonymous), who=places)
    def claim(self, key: str, who: int):
        member = self.members[who]
        said = {"sale_id": self.ids[key], "member": MemberHandle(id=str(member)), "by": SYSTEM}
        recorded = self.both(
            lambda: attach_sale(**said, at=self.now),
            lambda: self.oracle.do("attach", key=key, member=member, at=self.now),
            points_in,
        )
        if recorded is not None:
            assert attach_sale(**said, at=self.now + timedelta(days=99)).replayed
        return key

    def a_sale(self, store: str, who: int | None, basket: list[Goods], lag: timedelta, points: int) -> NewSale:
        return NewSale(
            external_id=f"R{next(self.numbers)}",
            store=store,
            occurred_at=self.now - lag,
            total_minor=sum(g.amount for g in basket),
            lines=tuple(SaleLine(g.sku, g.quantity, g.amount, g.category) for g in basket),
            tenders=(Tender("points", points=points),) if points else (),
            member=None if who is None else MemberHandle(id=str(self.members[who])),
        )

    def offer(self, batch: list[NewSale]):
        [quoted] = quote_sales(batch[:1], at=self.now)
        outcomes = record_sales(batch, at=self.now)
        kept = []
        for sale, outcome in zip(batch, outcomes, strict=True):
            if sale.external_id in kept:
                assert outcome.replayed
                continue
            self.both(
                lambda outcome=outcome: raised(outcome),
                lambda sale=sale: self.oracle.do("sell", **self.as_goods(sale), at=self.now),
                points_in,
            )
            if not isinstance(outcome, Refusal):
                self.ids[sale.external_id] = outcome.id
                kept.append(sale.external_id)
        first = outcomes[0]
        assert code_of(quoted) == code_of(first) and getattr(quoted, "balances", 0) == getattr(first, "balances", 0)
        self.again += [
            (sale, outcome) for sale, outcome in zip(batch, outcomes, strict=True) if sale.external_id in kept
        ]
        return multiple(*kept)

    def as_goods(self, sale: NewSale) -> dict:
        return {
            "key": sale.external_id,
            "store": sale.store,
            "member": int(sale.member.id) if sale.member else None,
            "goods": [Goods(line.sku, line.quantity_milli, line.amount_minor, line.category) for line in sale.lines],
            "occurred": sale.occurred_at,
            "points": sale.tenders[0].points if sale.tenders else 0,
        }

    # --- taking back --------------------------------------------------------------------------------

    @rule(key=st.one_of(sales, anonymous), lag=lags)
    def refund_all(self, key: str, lag: timedelta) -> None:
        self.refund(key, lag, None, {})

    @rule(key=st.one_of(sales, anonymous), lag=lags, share=st.floats(0.001, 1.05))
    def refund_an_amount(self, key: str, lag: timedelta, share: float) -> None:
        total = self.oracle.world().sales[key].total
        self.refund(key, lag, max(int(total * share), 1), {})

    @rule(
        key=sales,
        lag=lags,
        place=places,
        quantity=st.one_of(st.none(), st.sampled_from([500, 1000, 2000])),
        amount=st.one_of(st.none(), st.integers(1, 3000)),
    )
    def refund_a_line(self, key: str, lag: timedelta, place: int, quantity: int | None, amount: int | None) -> None:
        lines = self.oracle.world().sales[key].goods
        self.refund(key, lag, None, {place % len(lines): (quantity, amount)})

    @rule(keys=st.lists(sales, min_size=2, max_size=3), amount=st.one_of(st.none(), st.integers(1, 500)))
    def refund_together(self, keys: list[str], amount: int | None) -> None:
        batch = [self.a_refund(key, timedelta(0), amount, {}) for key in keys]
        for key, outcome in zip(keys, refund_sales(batch, at=self.now), strict=True):
            self.both(
                lambda outcome=outcome: raised(outcome),
                lambda key=key: self.oracle.do(
                    "refund", key=key, occurred=self.now, at=self.now, amount=amount, lines={}
                ),
                of_refund,
            )

    def a_refund(self, key: str, lag: timedelta, amount: int | None, lines: Parts) -> NewRefund:
        return NewRefund(
            sale_id=self.ids[key],
            external_id=f"F{next(self.numbers)}",
            occurred_at=self.now - lag,
            lines=tuple(LineRefund(place + 1, *part) for place, part in lines.items()),
            amount_minor=amount,
        )

    def refund(self, key: str, lag: timedelta, amount: int | None, lines: Parts) -> None:
        refund = self.a_refund(key, lag, amount, lines)
        try:
            preview = preview_refund(refund, at=self.now)
        except Refusal as refusal:
            preview = refusal
        [outcome] = refund_sales([refund], at=self.now)
        self.both(
            lambda: raised(outcome),
            lambda: self.oracle.do(
                "refund", key=key, occurred=refund.occurred_at, at=self.now, amount=amount, lines=lines
            ),
            of_refund,
        )
        assert code_of(preview) == code_of(outcome)
        if not isinstance(outcome, Refusal):
            assert preview.balances == outcome.balances
            [again] = refund_sales([refund], at=self.now)
            assert again.replayed and again.balances == outcome.balances

    # --- correcting, repeating ----------------------------------------------------------------------

    @rule(who=places, amount=st.integers(1, 120))
    def add(self, who: int, amount: int) -> None:
        self.adjust(who, amount)

    @rule(who=places, amount=st.integers(1, 80))
    def deduct(self, who: int, amount: int) -> None:
        self.adjust(who, -amount)

    def adjust(self, who: int, amount: int) -> None:
        said = {"member_id": self.members[who], "amount": amount, "reason": "goodwill", "by": SYSTEM}
        said["key"] = f"K{next(self.numbers)}"
        adjusted = self.both(
            lambda: adjust_points(**said, at=self.now),
            lambda: self.oracle.do("adjust", member=self.members[who], amount=amount, at=self.now),
            lambda adjusted: None,
        )
        if adjusted is not None:
            assert adjust_points(**said, at=self.now).entry_id == adjusted.entry_id

    @rule(data=st.data())
    def send_a_receipt_again(self, data: st.DataObject) -> None:
        if earlier := self.again:
            sale, first = data.draw(st.sampled_from(earlier), label="earlier")
            [outcome] = record_sales([sale], at=self.now)
            assert outcome.replayed
            assert (outcome.id, outcome.earned, outcome.balances) == (first.id, first.earned, first.balances)

    # --- comparing ----------------------------------------------------------------------------------

    def both(self, ours, theirs, told):
        """Let both do the same; they answer alike, or refuse with the same code."""
        try:
            with transaction.atomic():
                mine = ours()
        except Refusal as refusal:
            mine = refusal
        try:
            expected = theirs()
        except Refused as refused:
            assert code_of(mine) == str(refused), f"{mine!r}, and the oracle refuses: {refused}"
            return None
        assert not isinstance(mine, Refusal), f"{mine!r} {mine.facts()}, and the oracle has {expected}"
        assert told(mine) == expected
        for balance in [each for each in getattr(mine, "balances", ()) if each.unit == "points"]:
            purse = self.oracle.world().purses[mine.member_id]
            pending = sum(lot.left for lot in purse.lots if lot.start > self.now and not lot.is_over(self.now))
            assert (balance.available, balance.pending, balance.debt) == (
                purse.spendable(self.now),
                pending,
                purse.debt,
            )
            ends = {lot.end for lot in purse.alive(self.now) if lot.end}
            expiring = sum(lot.left for lot in purse.alive(self.now) if ends and lot.end == min(ends))
            upcoming = balance.next_expiry
            assert (upcoming and (upcoming.amount, upcoming.at)) == ((expiring, min(ends)) if ends else None)
        return mine

    @invariant()
    def both_hold_the_same(self) -> None:
        if not hasattr(self, "members"):
            return
        world = self.oracle.world()
        balances = balances_of(self.members, at=self.now)
        standings = find_standings(self.members)
        rewards, lots = outstanding_rewards(), open_lots_of_points()
        for member in self.members:
            purse, mine = world.purses[member], next(each for each in balances[member] if each.unit == "points")
            wines = next(each for each in balances[member] if each.unit == "wines")
            assert wines.available + wines.pending == purse.stamps % CARD.size
            assert rewards[member] == ["glass"] * (purse.stamps // CARD.size)
            standing = standings.get(member, {}).get("club")
            assert (standing and standing.level) == LEVELS[world.level(member)]
            open_lots = [lot for lot in purse.lots if lot.left]
            assert sorted(lots[member], key=str) == sorted(
                ((lot.left, lot.start, lot.end and lot.end.astimezone(UTC)) for lot in open_lots), key=str
            )
            over = sum(lot.left for lot in open_lots if lot.is_over(self.now))
            told = SimpleNamespace(
                available=purse.spendable(self.now),
                debt=purse.debt,
                earned=purse.earned,
                spent=purse.spent,
                expired=purse.expired + over,
            )
            for name, value in vars(told).items():
                assert getattr(mine, name) == value, (name, getattr(mine, name), value)


def outstanding_rewards() -> defaultdict[int, list[str]]:
    rewards: defaultdict[int, list[str]] = defaultdict(list)
    for member, reward in IssuedReward.objects.filter(status="outstanding").values_list("member_id", "reward"):
        rewards[member].append(reward)
    return rewards


def open_lots_of_points() -> defaultdict[int, list[tuple[int, datetime, datetime | None]]]:
    lots: defaultdict[int, list[tuple[int, datetime, datetime | None]]] = defaultdict(list)
    fields = ("account__holder_id", "remaining", "available_at", "expires_at")
    for member, *lot in Lot.objects.filter(remaining__gt=0, account__unit__code="points").values_list(*fields):
        lots[member].append(tuple(lot))
    return lots


def raised(outcome):
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def points_in(recorded) -> int:
    return sum(earned.awarded for earned in recorded.earned if earned.unit == "points")


def of_refund(done) -> tuple[int, int, int]:
    clawed = sum(taken.amount for taken in done.clawed if taken.unit == "points")
    return clawed, sum(given.amount for given in done.returned), done.money_minor


def code_of(outcome: object) -> str | None:
    return outcome.code if isinstance(outcome, Refusal) else None


def test_any_history_leaves_what_the_oracle_says(fresh_merchant):
    a_shop(stores=("A", "B"))
    People.ids = tuple(a_member(at=STARTS - timedelta(days=100)) for _ in range(3))
    run_state_machine_as_test(History, settings=histories(300, release=50_000, steps=15))
