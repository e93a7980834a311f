"""A back-test's tables: rules, caps, conditions, levels, cards, rewards, later expiry; both programs side by side."""

from collections.abc import Callable, Sequence
from datetime import date

import msgspec
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.amounts import say_amount, say_change
from regulars.backoffice.levels import CAUSES
from regulars.backoffice.wording import money, number
from regulars.brand.dates import say_month
from regulars.core.describe.limits import describe_bound
from regulars.core.phrases import write_amount
from regulars.core.program.document import ProgramDocument
from regulars.core.program.units import Unit
from regulars.reports.backtest.result import LevelRow, Result, RuleRow, SideResult

NONE = "\N{EN DASH}"
CONDITIONS: dict[str, Text] = {
    "dates": gettext_lazy("the dates it is in force"),
    "hours": gettext_lazy("days and hours"),
    "stores": gettext_lazy("stores"),
    "channels": gettext_lazy("channels"),
    "min_spend": gettext_lazy("minimum spend"),
    "tenders": gettext_lazy("how the sale is paid"),
    "purchase": gettext_lazy("which purchase it is"),
    "tiers": gettext_lazy("levels"),
    "tags": gettext_lazy("tags of members"),
    "segments": gettext_lazy("segments"),
    "cool_down": gettext_lazy("the rest between two visits"),
}


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table: what it is about, then the cells of both programs."""

    name: str
    note: str
    cells: Sequence[str]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Pair]


def write_sheets(result: Result, unit: Callable[[str], Unit], documents: Sequence[ProgramDocument]) -> list[Sheet]:
    """Every table that has rows; `documents` name what the result knows by code."""
    return [sheet for sheet in Tables(result, unit, documents).sheets() if sheet.rows]


class Tables:
    def __init__(self, result: Result, unit: Callable[[str], Unit], documents: Sequence[ProgramDocument]) -> None:
        self.currency = result.currency
        self.draft = result.draft
        self.against = result.against
        self.unit = unit
        self.budgets = {budget.code: budget.name for document in documents for budget in document.budgets}
        self.tier_sets = {each.code: each.name for document in documents for each in document.tier_sets}

    def sheets(self) -> list[Sheet]:
        return [self._rules(), self._caps(), self._conditions(), self._levels(), self._moves(), *self._gifts()]

    def _rules(self) -> Sheet:
        sides = [{(row.rule, row.unit): row for row in side.rules} for side in self._sides()]
        keys = dict.fromkeys(key for side in sides for key in side)
        return Sheet(
            title=_("Rules"),
            about=_("What each rule gave after its caps, and what refunds took back of it."),
            columns=[*self._heads(), _("held back"), _("taken back"), _("cost")],
            rows=[self._rule(key[0], self.unit(key[1]), [side.get(key) for side in sides]) for key in keys],
        )

    def _rule(self, code: str, unit: Unit, sides: list[RuleRow | None]) -> Pair:
        draft = sides[0]
        given = [row.awarded if row else 0 for row in sides]
        cells = [say_amount(row.awarded, unit) if row else NONE for row in sides]
        if self.against is not None:
            cells.append(say_change(given[0] - given[1], unit))
        cells.append(write_amount(draft.held_back, unit) if draft and draft.held_back else NONE)
        cells.append(write_amount(draft.taken_back, unit) if draft and draft.taken_back else NONE)
        cells.append(self.money(draft.cost_minor) if draft else NONE)
        name = next((row.name for row in sides if row and row.name), code)
        return Pair(name=name, note=_("%(n)s sales") % {"n": number(draft.sales if draft else 0)}, cells=cells)

    def _caps(self) -> Sheet:
        rows = [
            Pair(
                name=self._owner(row.of, row.owner),
                note=describe_bound(row.limit, per=row.per, period=row.period, days=row.days, unit=self.unit(row.unit)),
                cells=[
                    number(row.sales),
                    say_amount(row.held_back, self.unit(row.unit)),
                    self.money(row.cost_minor),
                ],
            )
            for row in self.draft.caps
        ]
        return Sheet(
            title=_("Caps"),
            about=_("What each cap of the draft held back."),
            columns=[_("sales"), _("held back"), _("worth")],
            rows=rows,
        )

    def _conditions(self) -> Sheet:
        names = {row.rule: row.name for row in self.draft.rules}
        rows = [
            Pair(
                name=names.get(row.rule, row.rule),
                note=str(CONDITIONS.get(row.condition, row.condition.replace("_", " "))),
                cells=[
                    number(row.sales),
                    say_amount(row.held_back, self._unit_of_rule(row.rule)),
                    self.money(row.cost_minor),
                ],
            )
            for row in self.draft.conditions
        ]
        return Sheet(
            title=_("Conditions"),
            about=_("What each condition alone keeps from its rule: without it, the rule would give so much more."),
            columns=[_("sales"), _("would give more"), _("worth")],
            rows=rows,
        )

    def _levels(self) -> Sheet:
        other = {(row.tier_set, row.level): row for row in (self.against.levels if self.against else ())}
        return Sheet(
            title=_("Levels"),
            about=_("Where members stand at the end."),
            columns=[_("members at the end"), *([_("against")] if self.against else []), _("reached"), _("lost")],
            rows=[self._level(row, other.get((row.tier_set, row.level))) for row in self.draft.levels],
        )

    def _level(self, row: LevelRow, other: LevelRow | None) -> Pair:
        against = [number(other.members) if other else NONE] if self.against else []
        return Pair(
            name=row.name or row.level or _("No level"),
            note=self.tier_sets.get(row.tier_set, row.tier_set),
            cells=[number(row.members), *against, number(row.reached), number(row.lost)],
        )

    def _moves(self) -> Sheet:
        names = {(row.tier_set, row.level): row.name for row in self.draft.levels}
        rows = [
            Pair(
                name=f"{names.get((row.tier_set, row.before)) or row.before or _('No level')} → "
                f"{names.get((row.tier_set, row.after)) or row.after or _('No level')}",
                note=str(CAUSES.get(row.cause, row.cause)),
                cells=[say_month(date.fromisoformat(f"{row.month}-01")), number(row.members)],
            )
            for row in self.draft.moves
        ]
        return Sheet(
            title=_("Level moves"),
            about=_("How the draft moves members, by month."),
            columns=[_("month"), _("members")],
            rows=rows,
        )

    def _gifts(self) -> list[Sheet]:
        cards = [Pair(name=row.name, note="", cells=[number(row.stamps), number(row.full)]) for row in self.draft.cards]
        rewards = [
            Pair(name=row.name, note="", cells=[number(row.given), self.money(row.cost_minor)])
            for row in self.draft.rewards
        ]
        due = [
            Pair(
                name=_("never") if row.month == "never" else say_month(date.fromisoformat(f"{row.month}-01")),
                note=self.unit(row.unit).name.plural,
                cells=[say_amount(row.amount, self.unit(row.unit)), self.money(row.liability_minor)],
            )
            for row in self.draft.due
        ]
        return [
            Sheet(title=_("Stamp cards"), about="", columns=[_("stamps"), _("full cards")], rows=cards),
            Sheet(
                title=_("Rewards"),
                about=_("What full cards and new levels gave."),
                columns=[_("given"), _("cost")],
                rows=rewards,
            ),
            Sheet(
                title=_("Expected expiry"),
                about=_("What ends after the period, if nobody spends it."),
                columns=[_("amount"), _("worth")],
                rows=due,
            ),
        ]

    def _heads(self) -> list[str]:
        return [_("draft"), _("against"), _("change")] if self.against else [_("given")]

    def _owner(self, of: str, code: str) -> str:
        if of == "rule":
            return next((row.name for row in self.draft.rules if row.rule == code), code)
        if of in ("unit", "balance"):
            return _("all %(unit)s") % {"unit": self.unit(code).name.plural}
        if of == "budget":
            return _("Budget “%(name)s”") % {"name": self.budgets.get(code, code)}
        return next((row.name for row in self.draft.cards if row.card == code), code)

    def _unit_of_rule(self, rule: str) -> Unit:
        return self.unit(next((row.unit for row in self.draft.rules if row.rule == rule), "points"))

    def _sides(self) -> list[SideResult]:
        return [side for side in (self.draft, self.against) if side is not None]

    def money(self, minor: int) -> str:
        return money(minor, self.currency)
