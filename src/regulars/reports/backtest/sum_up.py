"""Counts become rows that people read: by unit and month, rule, cap, condition, card, reward and level."""

from collections.abc import Iterable
from typing import Literal

from regulars.core.checkout import worth_minor
from regulars.core.compiled import Compiled
from regulars.core.limits import Limit
from regulars.reports.backtest.counts import NEVER, OPENING, Counts, HeldBack, RuleCounts, UnitCounts
from regulars.reports.backtest.probe import conditions_of
from regulars.reports.backtest.result import (
    CapRow,
    CardRow,
    ConditionRow,
    Due,
    LevelRow,
    Month,
    MoveRow,
    RewardRow,
    RuleRow,
    SideResult,
)


def sum_up(label: str, program: Compiled, counts: Counts, *, months: list[str]) -> SideResult:
    """Return the rows of one side; `months` are those of the period, oldest first."""
    by_month = [row for unit in program.units for row in _months(program, unit, counts, months)]
    totals = tuple(
        _total(program, unit, counts, [row for row in by_month if row.unit == unit]) for unit in program.units
    )
    rewards = tuple(
        RewardRow(
            reward=code,
            name=program.rewards[code].name,
            given=given,
            cost_minor=given * program.rewards[code].cost_minor,
        )
        for code, given in sorted(counts.rewards.items())
    )
    units_minor = sum(total.cost_minor for total in totals)
    rewards_minor = sum(reward.cost_minor for reward in rewards)
    return SideResult(
        label=label,
        cost_minor=units_minor + rewards_minor,
        units_minor=units_minor,
        rewards_minor=rewards_minor,
        liability_minor=sum(total.liability_minor for total in totals),
        totals=totals,
        months=tuple(by_month),
        due=tuple(_due(program, counts)),
        rules=tuple(_rules(program, counts)),
        caps=tuple(_caps(program, counts)),
        conditions=tuple(_conditions(program, counts)),
        cards=tuple(_cards(program, counts)),
        rewards=rewards,
        levels=tuple(_levels(program, counts)),
        moves=tuple(_moves(counts)),
    )


def _months(program: Compiled, unit: str, counts: Counts, months: list[str]) -> Iterable[Month]:
    counted = counts.units.get(unit, {})
    held = _gain(counted.get(OPENING, UnitCounts()))
    for month in months:
        of_month = counted.get(month, UnitCounts())
        held += _gain(of_month)
        yield _row(program, unit, month, of_month, held)


def _gain(counted: UnitCounts) -> int:
    """What all balances moved by together."""
    return counted.awarded + counted.rewarded - counted.taken_back - counted.spent - counted.expired


def _row(program: Compiled, unit: str, month: str, counted: UnitCounts, held: int) -> Month:
    terms = program.units[unit]
    given = counted.awarded + counted.rewarded - counted.taken_back
    return Month(
        unit=unit,
        month=month,
        sales=counted.sales,
        desired=counted.desired,
        awarded=counted.awarded,
        held_back=counted.desired - counted.awarded,
        rewarded=counted.rewarded,
        taken_back=counted.taken_back,
        spent=counted.spent,
        short=counted.short,
        expired=counted.expired,
        outstanding=held,
        cost_minor=worth_minor(given, terms),
        liability_minor=worth_minor(held, terms),
    )


def _total(program: Compiled, unit: str, counts: Counts, rows: list[Month]) -> Month:
    """The whole period; rounded once."""
    summed = UnitCounts()
    for name in summed.__struct_fields__:
        setattr(summed, name, sum(getattr(row, name) for row in rows))
    return _row(program, unit, "", summed, rows[-1].outstanding if rows else 0)


def _due(program: Compiled, counts: Counts) -> Iterable[Due]:
    for unit, months in counts.due.items():
        for month in sorted(months, key=lambda month: (month == NEVER, month)):
            amount = months[month]
            yield Due(unit=unit, month=month, amount=amount, liability_minor=worth_minor(amount, program.units[unit]))


def _rules(program: Compiled, counts: Counts) -> Iterable[RuleRow]:
    """Every rule of sales, also one that gave nothing: that is what its owner must see."""
    for rule in program.rule_at.values():
        counted = counts.rules.get(rule.code, RuleCounts())
        yield RuleRow(
            rule=rule.code,
            name=rule.terms.name,
            unit=rule.unit,
            sales=counted.sales,
            desired=counted.desired,
            awarded=counted.awarded,
            held_back=counted.desired - counted.awarded,
            taken_back=counted.taken_back,
            cost_minor=worth_minor(counted.awarded - counted.taken_back, program.units[rule.unit]),
        )


def _caps(program: Compiled, counts: Counts) -> Iterable[CapRow]:
    told = set()
    for limit, unit in _limits(program):
        if limit.id in told:
            continue
        told.add(limit.id)
        held = counts.caps.get(limit.id, HeldBack())
        kind, _, owner = limit.id.partition(":")
        of = limit.period if limit.period == "balance" or limit.period == "card" else KINDS[kind]
        yield CapRow(
            of=of,
            owner=owner.partition("/")[0],
            unit=unit,
            per=limit.scope,
            period=limit.period,
            days=limit.days,
            limit=limit.limit,
            sales=held.sales,
            held_back=held.units,
            cost_minor=worth_minor(held.units, program.units[unit]),
        )


KINDS: dict[str, Literal["rule", "unit", "budget"]] = {"r": "rule", "u": "unit", "b": "budget"}


def _limits(program: Compiled) -> Iterable[tuple[Limit, str]]:
    for unit in program.sale_units:
        for rule in (*unit.rules, *unit.multipliers):
            yield from ((limit, rule.unit) for limit in rule.limits)
        yield from ((limit, unit.unit.code) for limit in unit.limits)


def _conditions(program: Compiled, counts: Counts) -> Iterable[ConditionRow]:
    for rule, name in conditions_of(program):
        held = counts.conditions.get(f"{rule}/{name}", HeldBack())
        unit = program.units[program.rules[rule].unit]
        yield ConditionRow(
            rule=rule, condition=name, sales=held.sales, held_back=held.units, cost_minor=worth_minor(held.units, unit)
        )


def _cards(program: Compiled, counts: Counts) -> Iterable[CardRow]:
    for code, card in program.cards.items():
        counted = counts.rules.get(code, RuleCounts())
        yield CardRow(card=code, name=card.name, stamps=counted.awarded, full=counts.full.get(code, 0))


def _levels(program: Compiled, counts: Counts) -> Iterable[LevelRow]:
    moves = list(_moves(counts))
    for tier_set in program.tier_sets:
        ranks = {"": -1} | {level.code: rank for rank, level in enumerate(tier_set.levels)}
        names = {"": ""} | {level.code: level.name for level in tier_set.levels}
        own = [move for move in moves if move.tier_set == tier_set.code]
        for code, rank in ranks.items():
            yield LevelRow(
                tier_set=tier_set.code,
                level=code,
                name=names[code],
                members=counts.levels.get(f"{tier_set.code}/{code}", 0),
                reached=sum(move.members for move in own if ranks[move.before] < rank <= ranks[move.after]),
                lost=sum(move.members for move in own if ranks[move.after] < rank <= ranks[move.before]),
            )


def _moves(counts: Counts) -> Iterable[MoveRow]:
    for key in sorted(counts.moves):
        month, tier_set, before, after, cause = key.split("/")
        yield MoveRow(
            month=month, tier_set=tier_set, before=before, after=after, cause=cause, members=counts.moves[key]
        )
