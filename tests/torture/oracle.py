"""A second opinion on every balance: the whole history told again from its first day after every step.

Plain Python that shares no code and no design with the ledger: no batches, no entries, no cached sums, but exact
fractions and lists of lots.
`Oracle.do` raises Refused with the code that the program must refuse with, and then nothing happened.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from tests.torture.scheme import Goods, Rule, Scheme

ZONE = ZoneInfo("America/New_York")
Parts = dict[int, tuple[int | None, int | None]]
TILL_AHEAD = timedelta(minutes=10)


class Refused(Exception):
    """The program must refuse with this code."""


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


@dataclass(eq=False)
class Lot:
    """Two lots that look alike are two lots: the younger is taken from first when the shop takes back."""

    left: int
    start: datetime
    end: datetime | None
    lapsed: int = 0

    def is_over(self, at: datetime) -> bool:
        return self.end is not None and self.end <= at

    def is_alive(self, at: datetime) -> bool:
        return self.left > 0 and self.start <= at and not self.is_over(at)


@dataclass
class Purse:
    """One member's lots, oldest first, and what is owed."""

    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    stamps: int = 0
    money: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0

    def soonest_first(self, lots: list[Lot]) -> list[Lot]:
        return sorted(lots, key=lambda lot: (lot.end is None, lot.end or 0, self.lots.index(lot)))  # type: ignore[return-value]

    def alive(self, at: datetime) -> list[Lot]:
        return self.soonest_first([lot for lot in self.lots if lot.is_alive(at)])

    def spendable(self, at: datetime) -> int:
        return sum(lot.left for lot in self.alive(at)) - self.debt

    def take(self, lots: list[Lot], wanted: int) -> list[tuple[Lot, int]]:
        taken = []
        for lot in lots:
            part = min(lot.left, wanted)
            lot.left, wanted = lot.left - part, wanted - part
            taken += [(lot, part)] * (part > 0)
        return taken

    def put(self, lot: Lot, amount: int) -> None:
        """Fill a lot; debts are paid out of that first."""
        paid = min(self.debt, amount)
        self.debt -= paid
        lot.left += amount - paid

    def credit(self, amount: int, *, start: datetime, end: datetime | None) -> Lot:
        lot = Lot(0, min(start, end - timedelta(microseconds=1)) if end else start, end)
        self.lots.append(lot)
        self.put(lot, amount)
        self.earned += amount
        return lot

    def lapse(self, lot: Lot) -> None:
        self.expired += lot.left
        lot.lapsed, lot.left = lot.lapsed + lot.left, 0


@dataclass
class Sale:
    store: str
    member: int | None
    goods: list[Goods]
    total: int
    occurred: datetime
    points: int
    paid: int
    draws: list[tuple[Lot, int]]
    lots: dict[Rule, tuple[Lot, int]] = field(default_factory=dict)
    clawed: dict[Rule, int] = field(default_factory=lambda: defaultdict(int))
    first: dict[Rule, int] = field(default_factory=dict)
    rooms: dict[Rule | None, int] = field(default_factory=dict)
    is_top: bool = False
    refunded: int = 0
    returned: int = 0

    def part(self, of: int) -> int:
        """The share of `of` that belongs to what was refunded."""
        return of if self.refunded >= self.total else floor(Fraction(of * self.refunded, self.total))


class World:
    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.purses: dict[int | None, Purse] = defaultdict(Purse)
        self.sales: dict[Any, Sale] = {}
        self.used: dict[Any, int] = defaultdict(int)

    def level(self, member: int | None) -> int:
        """How many levels a member's money has reached."""
        return sum(self.purses[member].money >= level for level in self.scheme.levels)

    def sell(
        self,
        key: Any,
        store: str,
        member: int | None,
        goods: list[Goods],
        occurred: datetime,
        at: datetime,
        points: int,
    ) -> int:
        scheme, purse, total = self.scheme, self.purses[member], sum(g.amount for g in goods)
        paid = scheme.worth(points)
        demand(not points or (points >= scheme.min_points and paid), "below_minimum")
        demand(paid <= total, "tenders_exceed_total")
        demand(occurred <= at + TILL_AHEAD, "future_sale")
        demand(occurred >= at - timedelta(days=scheme.backdate_days), "sale_too_old")
        demand(not points or purse.spendable(occurred) >= points, "insufficient_balance")
        sale = Sale(
            store, member, list(goods), total, occurred, points, paid, purse.take(purse.alive(occurred), points)
        )
        purse.spent += points
        self.sales[key] = sale
        return self._earn(sale, at) if member is not None else 0

    def attach(self, key: Any, member: int, at: datetime) -> int:
        sale = self.sales[key]
        demand(sale.member is None, "already_attached")
        demand(at < sale.occurred + timedelta(days=self.scheme.attach_days), "attach_too_late")
        sale.member = member
        return self._earn(sale, at)

    def _earn(self, sale: Sale, at: datetime) -> int:
        day, purse = sale.occurred.astimezone(ZONE).date(), self.purses[sale.member]
        sale.is_top = bool(self.scheme.levels) and self.level(sale.member) == len(self.scheme.levels)
        sale.rooms = {
            rule: (rule.month_cap if rule else self.scheme.day_cap) - self.used[key]  # type: ignore[operator]
            for rule, key in self._counters(sale).items()
        }
        sale.first = self._awards(sale)
        self._count(sale, sale.first, 1)
        for rule, amount in sale.first.items():
            if amount:
                last = rule.last_day(day)
                end = midnight_after(last) if last else None
                sale.lots[rule] = (purse.credit(amount, start=min(sale.occurred, at), end=end), amount)
        return sum(sale.first.values())

    def _counters(self, sale: Sale) -> dict[Rule | None, Any]:
        """What bounds a sale's member in its own month and day; None is the cap of all rules together."""
        day = sale.occurred.astimezone(ZONE).date()
        capped = [rule for rule in self.scheme.rules if rule.month_cap is not None]
        months = {rule: (sale.member, rule.name, day.year, day.month) for rule in capped}
        return months | {None: (sale.member, day)}  # type: ignore[dict-item]

    def _awards(self, sale: Sale) -> dict[Rule, int]:
        """What the rules give for what is left, in the rooms there were then, and never more than at first."""
        left, awards = sale.rooms[None], {}
        for rule in self.scheme.rules:
            if rule.applies(sale.store, sale.occurred):
                amount = rule.gives(sale.goods, self._money(sale), is_top=sale.is_top)
                amount = max(min(amount, sale.rooms.get(rule, amount), left), 0)
                left -= amount
                awards[rule] = min(amount, sale.first.get(rule, amount))
        return awards

    def _count(self, sale: Sale, awards: dict[Rule, int], sign: int) -> None:
        """Let caps, the stamp card and the levels count what a sale gives now (or, minus, gave before)."""
        for rule, key in self._counters(sale).items():
            self.used[key] += sign * (awards.get(rule, 0) if rule else sum(awards.values()))
        purse, money = self.purses[sale.member], self._money(sale)
        purse.money += sign * money
        if self.scheme.card:
            purse.stamps += sign * self.scheme.card.gives(sale.goods, money)

    def _money(self, sale: Sale) -> int:
        return sale.total - sale.refunded - (sale.paid - sale.part(sale.paid))

    def refund(
        self, key: Any, occurred: datetime, at: datetime, amount: int | None, lines: Parts
    ) -> tuple[int, int, int]:
        """Return what was taken back, what came back, and the money handed out."""
        sale = self.sales[key]
        demand(occurred <= at + TILL_AHEAD, "future_sale")
        demand(occurred >= sale.occurred, "refund_before_sale")
        counted = self._awards(sale) if sale.rooms else {}
        self._count(sale, counted, -1 if sale.rooms else 0)
        back = self._come_back(sale, amount, lines)
        before = sale.part(sale.paid)
        sale.refunded += back
        self._count(sale, self._awards(sale) if sale.rooms else {}, 1 if sale.rooms else 0)
        given = self._give_back(sale, at)
        taken, short = self._take_back(sale, at)
        demand(not short or self.scheme.shortfall != "refuse", "points_spent_already")
        money = back - (sale.part(sale.paid) - before)
        withheld = min(self.scheme.worth(short), money) if self.scheme.shortfall == "withhold" else 0
        return taken, given, money - withheld

    def _come_back(self, sale: Sale, amount: int | None, lines: Parts) -> int:
        left = sale.total - sale.refunded
        if not lines and amount is None:
            on_lines = sum(g.amount for g in sale.goods)
            demand(left or (not on_lines and any(g.quantity for g in sale.goods)), "nothing_to_refund")
            if left == on_lines:
                sale.goods = [Goods(g.sku, 0, 0, g.category) for g in sale.goods]
            return left
        parts = {place: part_of(sale.goods[place], *wanted) for place, wanted in lines.items()}
        demand(not lines or any(q or a for q, a in parts.values()), "nothing_to_refund")
        back = sum(a for _, a in parts.values()) if lines else amount or 0
        demand(back <= left, "refund_exceeds_sale")
        for place, (q, a) in parts.items():
            g = sale.goods[place]
            sale.goods[place] = Goods(g.sku, g.quantity - q, g.amount - a, g.category)
        return back

    def _give_back(self, sale: Sale, at: datetime) -> int:
        due = sale.part(sale.points) - sale.returned
        sale.returned += due
        purse, rest, days = self.purses[sale.member], due, self.scheme.grace_days
        purse.spent -= due
        while rest:
            lot, drawn = sale.draws.pop()
            back = min(drawn, rest)
            rest -= back
            sale.draws += [(lot, drawn - back)] * (drawn > back)
            if over := lot.is_over(at):
                purse.lapse(lot)
                if days:
                    lot.end = midnight_after(at.astimezone(ZONE).date() + timedelta(days=days))
            purse.put(lot, back)
            if over and not days:
                purse.lapse(lot)
        return due

    def _take_back(self, sale: Sale, at: datetime) -> tuple[int, int]:
        purse, taken, missing = self.purses[sale.member], 0, 0
        for rule, (lot, earned) in sale.lots.items():
            held = earned - sale.clawed[rule] - lot.lapsed - (lot.left if lot.is_over(at) else 0)
            wanted = max(held - self._awards(sale)[rule], 0)
            live = [each for each in purse.lots if not each.is_over(at)]
            others = reversed(purse.soonest_first([each for each in live if each is not lot]))
            found = purse.take([lot] * (lot in live) + list(others), wanted)
            short = wanted - sum(part for _, part in found)
            purse.debt += short if self.scheme.shortfall == "debt" else 0
            sale.clawed[rule] += wanted
            taken, missing = taken + wanted, missing + short
        return taken, missing

    def adjust(self, member: int, amount: int, at: datetime) -> None:
        purse = self.purses[member]
        if amount > 0:
            purse.credit(amount, start=at, end=None)
        else:
            demand(purse.spendable(at) >= -amount, "insufficient_balance")
            purse.take(purse.alive(at), -amount)

    def expire(self, at: datetime) -> int:
        due = [(purse, lot) for purse in self.purses.values() for lot in purse.lots if lot.left and lot.is_over(at)]
        for purse, lot in due:
            purse.lapse(lot)
        return len(due)


def part_of(goods: Goods, quantity: int | None, amount: int | None) -> tuple[int, int]:
    """How much of a line comes back, where only its quantity, only its amount, or nothing was said."""
    if quantity is None and amount is None:
        return goods.quantity, goods.amount
    if amount is None:
        amount = cut(goods.amount, quantity, goods.quantity)
    elif quantity is None:
        quantity = cut(goods.quantity, amount, goods.amount)
    demand(amount <= goods.amount and quantity <= goods.quantity, "refund_exceeds_sale")  # type: ignore[operator]
    return quantity, amount  # type: ignore[return-value]


def cut(whole: int, part: int | None, of: int) -> int:
    return min(floor(Fraction(whole * part, of)), whole) if part and of else 0


def demand(condition: object, code: str) -> None:
    if not condition:
        raise Refused(code)


class Oracle:
    """Keeps what happened, and nothing else."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.log: list[tuple[str, dict[str, Any]]] = []

    def world(self) -> World:
        world = World(self.scheme)
        for verb, said in self.log:
            getattr(world, verb)(**said)
        return world

    def do(self, verb: str, **said: Any) -> Any:
        answer = getattr(self.world(), verb)(**said)
        self.log.append((verb, said))
        return answer
