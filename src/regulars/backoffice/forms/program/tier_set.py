"""Tiers as their designer asks for them: the ladder, what counts, over which time, how levels are kept and lost."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.fields import MoneyField
from regulars.backoffice.forms.program.choosing import OneOf, SomeOf, StepsField
from regulars.backoffice.forms.program.naming import CODE, NamedForm, free_code
from regulars.backoffice.forms.program.part import RowForm
from regulars.core.program.tier_sets import Level, TierSet

METRICS = [
    ("points", _("units earned")),
    ("spend", _("money spent")),
    ("visits", _("visits")),
    ("balance", _("the balance")),
]
WINDOWS = [
    ("calendar_year", _("this calendar year")),
    ("calendar_quarter", _("this quarter")),
    ("rolling", _("the last months")),
    ("membership_year", _("the membership year")),
    ("since_entry", _("since the level was reached")),
    ("lifetime", _("all time")),
]
KEPT = [
    ("end_of_next_period", _("the end of the next period")),
    ("months", _("some months later")),
    ("forever", _("for ever")),
]


class LevelRow(RowForm):
    """One step of the ladder. Its code, once it has one, stays: members stand on it."""

    key = "name"

    name = forms.CharField(label=_("Level"), max_length=128, required=False)
    code = forms.RegexField(CODE, max_length=32, required=False, widget=forms.HiddenInput)
    threshold = StepsField(label=_("From"), least=0, initial=0)
    rewards = SomeOf(label=_("Gives, when it is reached"), source="rewards")
    benefits = forms.CharField(
        label=_("What members are told they have"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("One a line."),
    )

    @classmethod
    def show_row(cls, piece: Any) -> dict[str, Any]:
        return {
            "name": piece.name,
            "code": piece.code,
            "threshold": piece.threshold,
            "rewards": list(piece.rewards),
            "benefits": "\n".join(piece.benefits),
        }

    def read_row(self) -> dict[str, Any]:
        typed = self.cleaned_data
        told = [line.strip() for line in typed["benefits"].splitlines() if line.strip()]
        return {
            "code": typed["code"] or free_code(typed["name"]),
            "name": typed["name"],
            "threshold": typed["threshold"],
            "rewards": typed["rewards"],
            "benefits": told,
        }


class TierSetForm(NamedForm):
    part = TierSet
    rows = {"levels": LevelRow}

    metric__of = forms.ChoiceField(label=_("What counts"), choices=METRICS, initial="spend", widget=forms.RadioSelect)
    metric__unit = OneOf(label=_("Of the unit"), source="units", initial="points")
    metric__count_pending = forms.BooleanField(label=_("Also what is still pending"), required=False)
    window__over = forms.ChoiceField(label=_("Over"), choices=WINDOWS, initial="calendar_year")
    window__months = forms.IntegerField(label=_("Months"), min_value=1, max_value=120, required=False)
    upgrade = forms.ChoiceField(
        label=_("A level is reached"),
        choices=[("now", _("at once")), ("next_period", _("when the next period begins"))],
        initial="now",
    )
    kept__until = forms.ChoiceField(label=_("and kept until"), choices=KEPT, initial="end_of_next_period")
    kept__months = forms.IntegerField(label=_("Months"), min_value=1, max_value=120, required=False)
    review = forms.ChoiceField(
        label=_("Then, whoever has too little"),
        choices=[
            ("one_step", _("drops one level")),
            ("replace", _("gets the level that fits")),
            ("keep", _("keeps the level")),
        ],
        initial="one_step",
        widget=forms.RadioSelect,
    )
    grace_days = forms.IntegerField(
        label=_("Days of grace before that"), min_value=0, max_value=3660, required=False, initial=0
    )
    on_refund = forms.ChoiceField(
        label=_("A refund that takes a member below the level"),
        choices=[("review", _("is looked at when the level ends")), ("now", _("takes the level at once"))],
        initial="review",
        widget=forms.RadioSelect,
    )

    def decimals(self) -> int:
        """Thresholds are in money, in the unit's steps, or in visits."""
        of = self.data.get(self.add_prefix("metric__of")) if self.is_bound else self.initial.get("metric__of", "spend")
        if of == "spend":
            money = MoneyField()
            money.use(self.setting.currency)
            return money.digits
        return self.decimals_of("metric__unit") if of in ("points", "balance") else 0

    def nicknames(self, name: str) -> tuple[str, ...]:
        return {"window": ("window__over",), "kept": ("kept__until",), "metric": ("metric__of",)}.get(name, ())

    def begin_with(self, name: str) -> Sequence[Any]:
        unit = 10 ** self.decimals()
        return [
            Level(code="silver", name=str(_("Silver")), threshold=500 * unit),
            Level(code="gold", name=str(_("Gold")), threshold=1_000 * unit),
        ]

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        for choice, needs, months in (
            ("window__over", "rolling", "window__months"),
            ("kept__until", "months", "kept__months"),
        ):
            if typed[choice] != needs:
                typed[months] = None
            elif not typed.get(months):
                self.add_error(months, _("Say how many."))
        if not self._filled("levels"):
            self.add_error(None, _("Tiers have at least one level: name it, and say from where on it is reached."))
        return typed

    def keep_rows(self, flat: dict[str, Any]) -> dict[str, Any]:
        """Levels go by their thresholds; a new one whose name makes a code that is taken gets the next."""
        codes: list[str] = []
        elsewhere = {
            level.code
            for each in self.setting.document.tier_sets
            if each.code != self.kept_code
            for level in each.levels
        }
        for row, typed in zip(self._filled("levels"), flat["levels"], strict=True):
            if not row.cleaned_data["code"]:
                typed["code"] = free_code(typed["name"], [*codes, *elsewhere])
            codes.append(typed["code"])
        return flat
