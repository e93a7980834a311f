"""One program's year: sales in the order of time through the engine that serves tills, and what comes of them counted.

Nothing is read or written here. Members are kept in memory only as long as they are asked for.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from regulars.core.checkout import worth_minor
from regulars.core.compiled import Compiled, CompiledRule
from regulars.core.earning import Award
from regulars.core.life import Life, life_of
from regulars.core.lots import Draw
from regulars.core.paid import unearning_minor
from regulars.core.program.caps import CapScope
from regulars.core.settling import Earning, MemberState, StoreSide, climber, settle
from regulars.core.tallies import Tally
from regulars.core.tiers import Move, bring_up, level_of
from regulars.core.when import Purchase
from regulars.reports.backtest.belonging import Membership
from regulars.reports.backtest.counts import NEVER, OPENING, Counts, HeldBack, MemberCounts, RuleCounts
from regulars.reports.backtest.probe import Probe
from regulars.reports.backtest.purse import Purse
from regulars.reports.backtest.recorded import Recorded
from regulars.reports.backtest.returns import Bought, Returns, Undone, undo

NOBODY: dict[CapScope, Tally] = {}
ALONE: Mapping[int, Membership] = {}
"""Nobody wears a tag or belongs anywhere."""

AN_INSTANT = timedelta(microseconds=1)


class Player(msgspec.Struct, kw_only=True):
    """A member as the replayed program knows them. `has_bought` in the period; `got` is what it brought, by unit, and
    `rewards_minor` what its rewards cost. `given` are the rewards of levels, each once per period of the tier set.
    """

    member_id: int
    state: MemberState
    has_bought: bool = False
    purses: dict[str, Purse] = msgspec.field(default_factory=dict)
    got: dict[str, int] = msgspec.field(default_factory=dict)
    rewards_minor: int = 0
    given: set[tuple[str, str, str]] = msgspec.field(default_factory=set)


class Replay:
    """One side of a back-test. Take the sales of a member, or of everybody, in the order of time; then finish."""

    def __init__(
        self,
        program: Compiled,
        *,
        starts_at: datetime,
        ends_at: datetime,
        belonging: Mapping[int, Membership] = ALONE,
    ) -> None:
        self.program = program
        self._belonging = belonging
        self.counts = Counts()
        self._starts_at, self._ends_at = starts_at, ends_at
        self._players: dict[int, Player] = {}
        self._shared: dict[tuple[CapScope, str], Tally] = {}
        self._probe = Probe(program)
        self._months: dict[tuple[int, int], str] = {}
        self._returns = Returns()
        self._lives: dict[tuple[int, int], Life] = {}

    def take(self, sale: Recorded) -> Earning:
        """Replay one sale."""
        at = sale.occurred_at
        player = self._players.get(sale.member_id) or self._meet(sale)
        month = self._month(at)
        player.has_bought = player.has_bought or bool(month)
        self._take_returns(at)
        self._lapse(player, at)
        drawn = self._spend(player, sale, month)
        purchase = purchase_of(sale, self.program)
        local = at.astimezone(sale.store.zone) if self.program.needs.minute else at
        earning = settle(
            self.program,
            purchase,
            player.state,
            shared=self._shared_by(purchase) if self.program.needs.shared else NOBODY,
            store=StoreSide(sale.store.tags, local),
            versions=self._the_version,
        )
        own = self._count_awards(player, earning.awards, at, month)
        if sale.refunds:
            self._returns.note(Bought(sale=sale, purchase=purchase, facts=earning.facts, own=own, draws=drawn))
        if earning.stamped:
            self._count_stamps(player, earning, at, month)
        if earning.moves:
            self._count_moves(player, earning.moves)
        if month and self._probe:
            self._probe.ask(purchase, earning.facts, self.counts)
        return earning

    def finish(self) -> list[MemberCounts]:
        """End the period for everybody taken so far, and forget them; return what each got who bought in it."""
        self._take_returns(self._ends_at - AN_INSTANT)
        self._returns.forget()
        for player in self._players.values():
            self._end(player)
        ended = [self._sum(player) for player in self._players.values() if player.has_bought]
        self._players.clear()
        return ended

    def _the_version(self, version: int) -> Compiled:
        return self.program

    def _meet(self, sale: Recorded) -> Player:
        state = MemberState(tally=Tally(), joined_at=sale.joined_at)
        if membership := self._belonging.get(sale.member_id):
            state.tags, state.segments = membership.tags, membership.segments
        player = self._players[sale.member_id] = Player(member_id=sale.member_id, state=state)
        return player

    def _month(self, at: datetime) -> str:
        """Return the month of the program's time zone, or that it is before the period."""
        if at < self._starts_at:
            return OPENING
        day = at.astimezone(self.program.zone)
        key = (day.year, day.month)
        if key not in self._months:
            self._months[key] = f"{day:%Y-%m}"
        return self._months[key]

    def _shared_by(self, purchase: Purchase) -> dict[CapScope, Tally]:
        named: dict[CapScope, str] = {
            "card": purchase.card,
            "cashier": purchase.cashier,
            "store": purchase.store,
            "program": "program",
        }
        return {
            scope: self._shared.setdefault((scope, named[scope]), Tally())
            for scope in self.program.needs.shared
            if named[scope]
        }

    def _lapse(self, player: Player, at: datetime) -> None:
        """End what nights would have ended meanwhile, in the month of its last day."""
        for unit, purse in player.purses.items():
            if purse.ends_at is not None and purse.ends_at <= at:
                for ended_at, amount in purse.lapse(at=at):
                    self.counts.unit(unit, self._month(ended_at - AN_INSTANT)).expired += amount
                    player.state.balances[unit] -= amount

    def _spend(self, player: Player, sale: Recorded, month: str) -> dict[str, list[Draw]]:
        """What the sale was paid with in units leaves the lots, as far as this program would have filled them."""
        drawn: dict[str, list[Draw]] = {}
        for tender in sale.tenders:
            if tender.type != "points" or not tender.points or tender.unit not in self.program.units:
                continue
            purse = player.purses.get(tender.unit)
            draws = drawn[tender.unit] = purse.spend(tender.points, at=sale.occurred_at) if purse else []
            found = sum(each.amount for each in draws)
            counted = self.counts.unit(tender.unit, month)
            counted.spent += found
            counted.short += tender.points - found
            if found:
                player.state.balances[tender.unit] -= found
        for purse in player.purses.values():
            purse.live_on(at=sale.occurred_at, zone=self.program.zone)
        return drawn

    def _take_returns(self, at: datetime) -> None:
        """Let everything take effect that came back by `at`, each at its own moment."""
        while (due := self._returns.due(at)) is not None:
            moment, member_id, bought, returned = due
            player, month = self._players[member_id], self._month(moment)
            self._lapse(player, moment)
            undone = undo(
                self.program,
                bought,
                returned,
                member=player.state,
                purses=player.purses,
                shared=self._shared_by(bought.purchase),
                at=moment,
            )
            self._count_undone(player, undone, month)

    def _count_undone(self, player: Player, undone: Undone, month: str) -> None:
        for unit, amount in undone.reversed.items():
            self.counts.unit(unit, month).spent -= amount
        for unit, amount in undone.taken.items():
            self.counts.unit(unit, month).taken_back += amount
            if month:
                player.got[unit] = player.got.get(unit, 0) - amount
        if month:
            for code, amount in undone.by_rule.items():
                self.counts.rules.setdefault(code, RuleCounts()).taken_back += amount
        for card, unstamped in undone.unstamped.items():
            reopened = sum(full.size for full in unstamped.reopened)
            self.counts.unit(card, month).spent -= reopened
            if month:
                self.counts.full[card] = self.counts.full.get(card, 0) - len(unstamped.reopened)
                for mark in unstamped.undone:
                    self._withdraw(player, mark.reward)
        self._count_moves(player, undone.moves)

    def _withdraw(self, player: Player, code: str) -> None:
        """A reward is not given after all, since what brought it came back: nobody has used it, in a replay."""
        reward = self.program.rewards.get(code)
        if reward is not None:
            self.counts.rewards[code] = self.counts.rewards.get(code, 0) - 1
            player.rewards_minor -= reward.cost_minor

    def _count_awards(self, player: Player, awards: list[Award], at: datetime, month: str) -> dict[str, int]:
        """Count what rules gave, and put it into lots; return the lot of each entry that rules share."""
        counted_units = set()
        own: dict[str, int] = {}
        for award in awards:
            rule, awarded = award.rule, award.awarded
            counted = self.counts.unit(rule.unit, month)
            counted.desired += award.desired
            counted.awarded += awarded
            if rule.unit not in counted_units:
                counted_units.add(rule.unit)
                counted.sales += 1
            if month:
                self._count_rule(player, award)
            if awarded:
                purse = self._purse(player, rule.unit)
                own[rule.part] = purse.give(awarded, self._life(rule, at), at=at, zone=self.program.zone)
        return own

    def _life(self, rule: CompiledRule, at: datetime) -> Life:
        """Return how long a credit lives; what waits for nothing lives alike all day."""
        if rule.pending is not None:
            return life_of(rule.expiry, rule.pending, given_at=at, zone=self.program.zone)
        key = (rule.place, at.astimezone(self.program.zone).toordinal())
        if key not in self._lives:
            self._lives[key] = life_of(rule.expiry, None, given_at=at, zone=self.program.zone)
        return self._lives[key]

    def _count_rule(self, player: Player, award: Award) -> None:
        rule, awarded = award.rule, award.awarded
        counts = self.counts.rules.get(rule.code)
        if counts is None:
            counts = self.counts.rules[rule.code] = RuleCounts()
        counts.sales += 1
        counts.desired += award.desired
        counts.awarded += awarded
        player.got[rule.unit] = player.got.get(rule.unit, 0) + awarded
        before = award.desired
        for place, bite in enumerate(award.bites, 1):
            after = awarded if place == len(award.bites) else bite.room
            held = self.counts.caps.setdefault(bite.id, HeldBack())
            held.sales += 1
            held.units += before - after
            before = after

    def _count_stamps(self, player: Player, earning: Earning, at: datetime, month: str) -> None:
        for code, stamped in earning.stamped.items():
            for full in stamped.full:
                self._purse(player, code).spend(full.size, at=at)
                self.counts.unit(code, month).spent += full.size
                if month:
                    self.counts.full[code] = self.counts.full.get(code, 0) + 1
            for mark in stamped.marks:
                self._reward(player, mark.reward, at, month)

    def _count_moves(self, player: Player, moves: list[Move]) -> None:
        """Count changes of level in the month they took effect: reviews may have been due long before the sale."""
        for move in moves:
            month = self._month(move.at)
            if month:
                key = "/".join((month, move.tier_set, move.before or "", move.after or "", move.cause))
                self.counts.moves[key] = self.counts.moves.get(key, 0) + 1
            for reward in move.rewards:
                once = (move.tier_set, reward, move.period.isoformat())
                if once not in player.given:
                    player.given.add(once)
                    self._reward(player, reward, move.at, month)
            for reward in move.lost:
                once = (move.tier_set, reward, move.period.isoformat())
                if once in player.given:
                    player.given.remove(once)
                    if month:
                        self._withdraw(player, reward)

    def _reward(self, player: Player, code: str, at: datetime, month: str) -> None:
        """Give a reward: what it costs is counted, and the units it pays are put in."""
        reward = self.program.rewards.get(code)
        if reward is None:
            return
        if month:
            self.counts.rewards[code] = self.counts.rewards.get(code, 0) + 1
            player.rewards_minor += reward.cost_minor
        unit, amount = reward.gives.unit, reward.gives.amount
        if reward.kind in ("points", "credit") and unit is not None and unit in self.program.units and amount:
            terms = self.program.units[unit]
            self.counts.unit(unit, month).rewarded += amount
            life = life_of(terms.expiry, terms.pending, given_at=at, zone=self.program.zone)
            self._purse(player, unit).give(amount, life, at=at, zone=self.program.zone)
            player.state.balances[unit] = player.state.balances.get(unit, 0) + amount
            if month:
                player.got[unit] = player.got.get(unit, 0) + amount

    def _end(self, player: Player) -> None:
        self._lapse(player, self._ends_at)
        if player.state.standings:
            climbing = climber(self.program, player.state)
            self._count_moves(player, bring_up(self.program.tier_sets, climbing, at=self._ends_at))
        for unit, purse in player.purses.items():
            due = self.counts.due.setdefault(unit, {})
            for lot in purse.lots:
                if lot.remaining:
                    month = NEVER if lot.expires_at is None else self._month(lot.expires_at - AN_INSTANT)
                    due[month] = due.get(month, 0) + lot.remaining
        for tier_set in self.program.tier_sets if player.has_bought else ():
            standing = player.state.standings.get(tier_set.code)
            level = level_of(tier_set, standing, at=self._ends_at) if standing else None
            key = f"{tier_set.code}/{level or ''}"
            self.counts.levels[key] = self.counts.levels.get(key, 0) + 1

    def _sum(self, player: Player) -> MemberCounts:
        worth = sum(worth_minor(amount, self.program.units[unit]) for unit, amount in player.got.items())
        return MemberCounts(player.member_id, worth + player.rewards_minor, sum(player.got.values()))

    def _purse(self, player: Player, unit: str) -> Purse:
        purse = player.purses.get(unit)
        if purse is None:
            purse = player.purses[unit] = Purse()
        return purse


def purchase_of(sale: Recorded, program: Compiled) -> Purchase:
    """Return a recorded sale as rules look at it."""
    unearning = unearning_minor(sale.tenders, sale.points_minor, program.policies)
    return Purchase(
        occurred_at=sale.occurred_at,
        store=sale.store.code,
        lines=sale.lines,
        total_minor=sale.total_minor,
        money_minor=sale.total_minor - unearning,
        channel=sale.channel,
        tenders=tuple([tender.type for tender in sale.tenders]),
        card="" if sale.card_id is None else str(sale.card_id),
        cashier=sale.cashier,
    )
