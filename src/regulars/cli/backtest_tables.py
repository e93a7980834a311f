"""A back-test on the terminal: the large numbers side by side, then tables of rules, caps, conditions and levels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from regulars.core.money import minor_digits

if TYPE_CHECKING:
    from regulars.reports.backtest.result import Month, Result, SideResult


def tell(result: "Result") -> None:
    """Print what people want to know first, then the rest."""
    sides = [side for side in (result.draft, result.against) if side is not None]
    typer.echo(
        f"\n{result.since:%d %b %Y} to {result.last:%d %b %Y}: {result.sales:,} sales of {result.members:,} members, "
        f"{money(result.total_minor, result)} {result.currency}; replayed in {result.seconds:.1f} s\n"
    )
    print_table(["", *(side.label for side in sides), *(["change"] if result.against else [])], large(result))
    if result.comparison:
        up, down, same = result.comparison.up, result.comparison.down, result.comparison.same
        typer.echo(f"\n{up:,} members would get more, {down:,} less, {same:,} the same.")
    for heading, head, rows in tables(result):
        if rows:
            typer.echo(f"\n{typer.style(heading, bold=True)}")
            print_table(head, rows)


def large(result: "Result") -> list[list[str]]:
    """The big numbers, the draft's and the other's beside each other."""
    draft, other = result.draft, result.against
    rows = [
        _money_row("cost", draft.cost_minor, other.cost_minor if other else None, result),
        _money_row("  of it rewards", draft.rewards_minor, other.rewards_minor if other else None, result),
        _money_row("liability at the end", draft.liability_minor, other.liability_minor if other else None, result),
    ]
    units = {total.unit: None for side in (draft, other) if side for total in side.totals}
    for unit in units:
        mine, theirs = _of(draft, unit), other and _of(other, unit)
        for what in ("awarded", "held_back", "spent", "expired", "outstanding"):
            amounts = [getattr(total, what) if total else 0 for total in (mine, theirs)]
            if any(amounts):
                words = what.replace("_", " ")
                rows.append(_row(f"{unit} {words}", amounts[0], None if other is None else amounts[1]))
    return rows


def tables(result: "Result") -> list[tuple[str, list[str], list[list[str]]]]:
    """The tables of the draft."""
    draft = result.draft
    return [
        (
            "By month",
            ["month", "unit", "awarded", "held back", "spent", "expired", "outstanding"],
            [
                [m.month, m.unit, *_numbers(m.awarded, m.held_back, m.spent, m.expired, m.outstanding)]
                for m in draft.months
                if m.awarded or m.outstanding
            ],
        ),
        (
            "Rules",
            ["rule", "unit", "sales", "awarded", "held back", "cost"],
            [
                [r.rule, r.unit, *_numbers(r.sales, r.awarded, r.held_back), money(r.cost_minor, result)]
                for r in draft.rules
            ],
        ),
        (
            "Caps",
            ["of", "per", "period", "limit", "sales", "held back"],
            [
                [f"{c.of} {c.owner}", c.per, c.period, *_numbers(c.limit, c.sales, c.held_back)]
                for c in draft.caps
                if c.of not in ("balance", "card") or c.held_back
            ],
        ),
        (
            "Conditions: what each alone keeps back, before caps",
            ["rule", "condition", "sales", "held back"],
            [[c.rule, c.condition, *_numbers(c.sales, c.held_back)] for c in draft.conditions],
        ),
        (
            "Levels",
            ["set", "level", "members", "reached", "lost"],
            [
                [row.tier_set, row.level or "none", *_numbers(row.members, row.reached, row.lost)]
                for row in draft.levels
            ],
        ),
        (
            "Rewards given by cards and levels",
            ["reward", "given", "cost"],
            [[r.reward, f"{r.given:,}", money(r.cost_minor, result)] for r in draft.rewards],
        ),
        (
            "What ends after the period, if nobody spends it",
            ["month", "unit", "amount"],
            [[d.month, d.unit, f"{d.amount:,}"] for d in draft.due],
        ),
    ]


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns as wide as they must be; numbers stand to the right."""
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if _is_number(rows, place) else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo(f"  {'  '.join(cells)}".rstrip())


def money(minor: int, result: "Result") -> str:
    """Write an amount without its currency."""
    digits = minor_digits(result.currency)
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole:,}.{rest:0{digits}d}" if digits else f"{sign}{whole:,}"


def _money_row(what: str, mine: int, theirs: int | None, result: "Result") -> list[str]:
    row = [what, money(mine, result)]
    if theirs is not None:
        change = mine - theirs
        row += [money(theirs, result), f"{'+' if change > 0 else ''}{money(change, result)}"]
    return row


def _row(what: str, mine: int, theirs: int | None) -> list[str]:
    return [what, f"{mine:,}"] if theirs is None else [what, f"{mine:,}", f"{theirs:,}", f"{mine - theirs:+,}"]


def _of(side: "SideResult", unit: str) -> "Month | None":
    return next((total for total in side.totals if total.unit == unit), None)


def _numbers(*amounts: int) -> list[str]:
    return [f"{amount:,}" for amount in amounts]


def _is_number(rows: Sequence[Sequence[str]], place: int) -> bool:
    return bool(rows) and all(row[place][:1] in "+-0123456789" and "-" not in row[place][1:] for row in rows)
