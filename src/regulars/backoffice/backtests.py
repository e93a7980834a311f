"""A back-test's result as the page tells it: the draft beside what it is compared with, in the units' own words."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from django.utils.translation import gettext as _

from regulars.backoffice.amounts import unknown_unit
from regulars.backoffice.backtest_sheets import Sheet, write_sheets
from regulars.backoffice.chart import Chart, draw_bars
from regulars.backoffice.wording import MINUS, money, number
from regulars.brand.dates import say_month
from regulars.core.compiled import stamps_unit
from regulars.core.phrases import write_amount
from regulars.core.program.document import ProgramDocument
from regulars.core.program.units import Unit
from regulars.reports.backtest.result import MemberChange, Month, Result, SideResult


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the draft, and what it is without it; `change` is empty where nothing is compared."""

    title: str
    draft: str
    against: str
    change: str
    note: str = ""


class Mover(msgspec.Struct, frozen=True, kw_only=True):
    member_id: int
    name: str
    against: str
    draft: str
    change: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    figures: Sequence[Figure]
    charts: Sequence[Chart]
    sheets: Sequence[Sheet]
    winners: Sequence[Mover]
    losers: Sequence[Mover]


def show_result(result: Result, documents: Sequence[ProgramDocument], names: dict[int, str]) -> Shown:
    """`documents` name the units, budgets and levels; `names` the members who gain and lose most."""
    teller = Teller(result, documents)
    compared = result.comparison
    return Shown(
        figures=teller.figures(),
        charts=teller.charts(),
        sheets=write_sheets(result, teller.unit, documents),
        winners=[teller.mover(each, names) for each in (compared.winners if compared else ())],
        losers=[teller.mover(each, names) for each in (compared.losers if compared else ())],
    )


class Teller:
    """Knows the units and the currency of one result."""

    def __init__(self, result: Result, documents: Iterable[ProgramDocument]) -> None:
        self.result = result
        self.draft = result.draft
        self.against = result.against
        self.units: dict[str, Unit] = {}
        for document in documents:
            self.units |= {card.code: stamps_unit(card) for card in document.stamp_cards}
            self.units |= {unit.code: unit for unit in document.units}

    def unit(self, code: str) -> Unit:
        return self.units.get(code) or unknown_unit(code)

    def money(self, minor: int) -> str:
        return money(minor, self.result.currency)

    def figures(self) -> list[Figure]:
        rows = [self._money_figure(_("Cost"), "cost_minor", _("what was given is worth, units and rewards"))]
        rows.append(self._money_figure(_("Liability"), "liability_minor", _("what members hold at the end is worth")))
        before = {each.unit: each for each in self.against.totals} if self.against else {}
        rows += [self._given(total, before.pop(total.unit, None)) for total in self.draft.totals]
        rows += [self._given(_nothing(total), total) for total in before.values()]
        if self.result.comparison:
            compared = self.result.comparison
            rows.append(
                Figure(
                    title=_("Members"),
                    draft=_("%(up)s gain, %(down)s lose") % {"up": number(compared.up), "down": number(compared.down)},
                    against="",
                    change="",
                    note=_("%(same)s get the same") % {"same": number(compared.same)},
                )
            )
        return rows

    def _money_figure(self, title: str, field: str, note: str) -> Figure:
        value = getattr(self.draft, field)
        other = getattr(self.against, field) if self.against else None
        return Figure(
            title=title,
            draft=self.money(value),
            against="" if other is None else self.money(other),
            change="" if other is None else change_of(value, other),
            note=note,
        )

    def _given(self, total: Month, other: Month | None) -> Figure:
        unit = self.unit(total.unit)
        held = _("%(n)s held back by caps") % {"n": write_amount(total.held_back, unit)} if total.held_back else ""
        return Figure(
            title=_("Given: %(unit)s") % {"unit": unit.name.plural},
            draft=write_amount(total.awarded + total.rewarded, unit),
            against="" if self.against is None else write_amount(other.awarded + other.rewarded if other else 0, unit),
            change=""
            if self.against is None
            else change_of(total.awarded + total.rewarded, other.awarded + other.rewarded if other else 0),
            note=held,
        )

    def charts(self) -> list[Chart]:
        """What each unit gave by month, the draft beside the other; then what it cost."""
        names = [_("draft")] if self.against is None else [_("draft"), _("against")]
        drawn = []
        for code in dict.fromkeys(month.unit for side in self._sides() for month in side.months):
            unit = self.unit(code)
            values = [self._by_month(side, code, "awarded") for side in self._sides()]
            drawn.append(
                draw_bars(
                    _("%(unit)s by month") % {"unit": unit.name.plural.capitalize()},
                    _together(values),
                    names=names,
                    say=lambda amount, unit=unit: write_amount(amount, unit),  # type: ignore[misc]
                    say_day=say_month,
                    say_end=say_month,
                )
            )
        costs = [self._by_month(side, None, "cost_minor") for side in self._sides()]
        drawn.append(
            draw_bars(
                _("Cost of units by month"),
                _together(costs),
                names=names,
                say=self.money,
                say_day=say_month,
                say_end=say_month,
            )
        )
        return drawn

    def _by_month(self, side: SideResult, code: str | None, field: str) -> dict[date, int]:
        found: dict[date, int] = {}
        for month in side.months:
            if code is None or month.unit == code:
                day = date.fromisoformat(f"{month.month}-01")
                found[day] = found.get(day, 0) + getattr(month, field)
        return found

    def mover(self, each: MemberChange, names: dict[int, str]) -> Mover:
        change = each.draft_minor - each.against_minor
        return Mover(
            member_id=each.member_id,
            name=names.get(each.member_id, f"#{each.member_id}"),
            against=self.money(each.against_minor),
            draft=self.money(each.draft_minor),
            change=("+" if change > 0 else "") + self.money(change),
        )

    def _sides(self) -> list[SideResult]:
        return [side for side in (self.draft, self.against) if side is not None]


def change_of(value: int, other: int) -> str:
    """The change in hundredths; in words where there was nothing before."""
    if value == other:
        return "±0 %"
    if other == 0:
        return _("new")
    percent = 100 * (value - other) / other
    return f"{percent:+,.1f} %".replace("-", MINUS)


def _nothing(total: Month) -> Month:
    zeros = {name: 0 for name in total.__struct_fields__ if name not in ("unit", "month")}
    return msgspec.structs.replace(total, **zeros)


def _together(series: Sequence[dict[date, int]]) -> list[tuple[date, tuple[int, ...]]]:
    days = sorted({day for values in series for day in values})
    return [(day, tuple(values.get(day, 0) for values in series)) for day in days]
