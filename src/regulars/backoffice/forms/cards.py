"""What the team types about cards: kinds, batches, and what happens to one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.amounts import TooMuch, read_amount, words_of
from regulars.backoffice.forms.customer import key_field
from regulars.backoffice.forms.member import ProfileForm
from regulars.backoffice.wording import number
from regulars.cards.batches import MOST_AT_ONCE, NewBatch
from regulars.cards.listed import LARGEST_LIST
from regulars.cards.sheets import MOST_ON_ONE
from regulars.cards.types import LONGEST_DAYS, PIN_DIGITS, CardTerms, Rank
from regulars.core.card_numbers import InvalidPattern, Pattern
from regulars.core.phrases import write_amount
from regulars.core.program.units import Unit


def card_reason(*, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        required=required,
        max_length=200,
        help_text=_("For colleagues who are asked about it later. The member does not see it."),
    )


class NewCardForm(forms.Form):
    card = forms.CharField(label=_("Card number"), max_length=80, widget=forms.TextInput({"autofocus": True}))
    card_type = forms.ChoiceField(label=_("Kind of card"), required=False)

    def __init__(self, *args: Any, types: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if types:
            self.fields["card_type"].choices = [("", _("No kind in particular")), *types]  # type: ignore[attr-defined]
        else:
            del self.fields["card_type"]


class WhyForm(forms.Form):
    reason = card_reason()


class UnblockForm(forms.Form):
    reason = card_reason(required=False)


class ReplaceForm(forms.Form):
    card = forms.CharField(
        label=_("Number of the new card"), max_length=80, widget=forms.TextInput({"autofocus": True})
    )
    is_lost = forms.BooleanField(
        label=_("The old card is lost: no till accepts it any more"),
        required=False,
    )
    reason = card_reason()


class RankForm(forms.Form):
    rank = forms.ChoiceField(label=_("Rank"), widget=forms.RadioSelect)
    reason = card_reason()

    def __init__(self, *args: Any, ranks: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rank"].choices = ranks  # type: ignore[attr-defined]


class ActivateForm(forms.Form):
    member = forms.CharField(
        label=_("Member"),
        max_length=254,
        help_text=_("A phone, an e-mail, another card, an external id or the member's number."),
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )


class NewcomerForm(ProfileForm):
    """Whoever joins with the card they hold."""


class CardTypeForm(forms.Form):
    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,31}$",
        label=_("Code"),
        max_length=32,
        help_text=_("Small letters, digits and dashes: what files and other systems call it. It stays."),
        error_messages={"invalid": _("Small letters, digits and dashes only.")},
    )
    name = forms.CharField(label=_("Name"), max_length=64, widget=forms.TextInput({"autofocus": True}))
    pin_digits = forms.TypedChoiceField(
        label=_("PIN under a scratch field"),
        coerce=int,
        initial=6,
        choices=[
            (digits, _("No PIN: only the team activates") if digits == 0 else _("%(n)d digits") % {"n": digits})
            for digits in PIN_DIGITS
        ],
    )
    earns_before = forms.BooleanField(label=_("It earns before it is activated"), required=False, initial=True)
    unused_days = forms.IntegerField(
        label=_("It dies after so many days without a purchase"),
        required=False,
        min_value=1,
        max_value=LONGEST_DAYS,
        help_text=_("As long as nobody has activated it. Empty: never."),
    )
    ranks = forms.CharField(
        label=_("Ranks"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One in each line, the first one first: “gold Gold card”. Cards begin with the first."),
    )
    tier_set = forms.ChoiceField(label=_("Rank by level"), required=False)

    def __init__(
        self, *args: Any, units: Sequence[Unit], tier_sets: Sequence[tuple[str, str]], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = {f"most-{unit.code}": unit for unit in units}
        for field, unit in self.units.items():
            self.fields[field] = forms.CharField(
                label=_("It holds at most, %(unit)s") % {"unit": words_of(unit).plural},
                required=False,
                max_length=30,
                widget=forms.TextInput({"inputmode": "numeric"}),
            )
        if tier_sets:
            own = ("", _("No: ranks are given by hand"))
            self.fields["tier_set"].choices = [own, *tier_sets]  # type: ignore[attr-defined]
        else:
            del self.fields["tier_set"]
        if not is_new:
            del self.fields["code"]

    @property
    def bounds(self) -> list[forms.BoundField]:
        return [self[field] for field in self.units]

    def clean_ranks(self) -> list[Rank]:
        ranks = []
        for line in self.cleaned_data["ranks"].splitlines():
            code, _space, name = line.strip().partition(" ")
            if code:
                ranks.append(Rank(code.lower(), name.strip() or code))
        return ranks

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        most = {}
        for field, unit in self.units.items():
            if text := typed.get(field, "").strip():
                try:
                    most[unit.code] = read_amount(text, unit)
                except TooMuch:
                    self.add_error(field, _("This is too much."))
                except ValueError:
                    self.add_error(field, _("Give a number the unit has."))
        typed["most_before"] = most
        return typed

    def terms(self) -> CardTerms:
        typed = self.cleaned_data
        return CardTerms(
            name=typed["name"],
            pin_digits=typed["pin_digits"],
            earns_before=typed["earns_before"],
            most_before=typed["most_before"],
            unused_days=typed["unused_days"],
            ranks=tuple(typed["ranks"]),
            tier_set=typed.get("tier_set", ""),
        )


def type_initial(terms: CardTerms, units: Sequence[Unit]) -> Mapping[str, Any]:
    """Show a kind of card in the form as it would be typed."""
    most = {
        f"most-{unit.code}": write_amount(terms.most_before[unit.code], unit)
        for unit in units
        if unit.code in terms.most_before
    }
    return {
        "name": terms.name,
        "pin_digits": terms.pin_digits,
        "earns_before": terms.earns_before,
        "unused_days": terms.unused_days,
        "ranks": "\n".join(f"{rank.code} {rank.name}" for rank in terms.ranks),
        "tier_set": terms.tier_set,
        **most,
    }


WHY = {
    "empty": _("Nothing of it changes from card to card. Put *, # or @ where numbers differ."),
    "too_long": _("A number has at most 64 signs."),
    "character": _("Only capitals, digits and dashes stand for themselves, besides *, #, @ and ?."),
    "check_place": _("The check digit ? comes last."),
    "check_digits": _("Letters have no check digit. Leave out the ?, or the letters."),
    "too_few": _("Numbers could be guessed: there is room for %(possible)s cards. Use more # or @."),
    "ends": _("The running number ends after %(possible)s cards. Use more *."),
}
"""What is wrong with a pattern, and what to do about it."""


def why_not(refusal: InvalidPattern) -> str:
    return str(WHY[refusal.why]) % {"possible": number(refusal.possible)}


class BatchForm(forms.Form):
    type = forms.ChoiceField(label=_("Kind of card"))
    name = forms.CharField(
        label=_("Name"), max_length=64, help_text=_("What you will know these cards by: “Summer fair 2027”.")
    )
    source = forms.ChoiceField(
        label=_("Numbers"),
        widget=forms.RadioSelect,
        initial="pattern",
        choices=[
            ("pattern", _("Made by a pattern, to be printed")),
            ("list", _("From a list of cards that are printed already")),
        ],
    )
    pattern = forms.CharField(
        label=_("Pattern"),
        required=False,
        max_length=64,
        initial="9001-****-##?",
        help_text=_("* running number, # random digit, @ random letter, ? check digit at the end; the rest stays."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    check_digit = forms.ChoiceField(
        label=_("Check digit"),
        initial="luhn",
        choices=[("luhn", _("Luhn, as on bank cards")), ("ean", _("EAN, as on goods"))],
    )
    count = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=MOST_AT_ONCE, initial=100)
    start = forms.IntegerField(label=_("Running number from"), required=False, min_value=0, max_value=10**15, initial=1)
    numbers = forms.FileField(
        label=_("List (CSV)"),
        required=False,
        help_text=_("A number in each row and, after it, the PIN if there is one. At most 16 MB."),
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
    )
    key = key_field()

    def __init__(self, *args: Any, types: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = types  # type: ignore[attr-defined]
        if len(types) == 1:
            self.fields["type"].initial = types[0][0]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("source") == "list":
            upload = typed.get("numbers")
            if upload is None:
                self.add_error("numbers", _("Choose the file."))
            elif upload.size > LARGEST_LIST:
                self.add_error("numbers", _("The file is too large."))
        else:
            for field in ("pattern", "count"):
                if not typed.get(field) and field not in self.errors:
                    self.add_error(field, _("Fill this in."))
        return typed

    def asked(self) -> NewBatch:
        typed = self.cleaned_data
        if typed["source"] == "list":
            return NewBatch(type=typed["type"], name=typed["name"], numbers=typed["numbers"].read())
        return NewBatch(
            type=typed["type"],
            name=typed["name"],
            pattern=Pattern(text="".join(typed["pattern"].split()).upper(), check_digit=typed["check_digit"]),
            count=typed["count"],
            start=typed["start"] if typed["start"] is not None else 1,
        )


class PatternForm(forms.Form):
    """What the first numbers are shown of, while they are typed."""

    pattern = forms.CharField(max_length=100)
    check_digit = forms.ChoiceField(choices=[("luhn", ""), ("ean", "")])
    count = forms.IntegerField(min_value=1, max_value=MOST_AT_ONCE)
    start = forms.IntegerField(min_value=0, max_value=10**15, required=False)

    def asked(self) -> Pattern:
        typed = self.cleaned_data
        return Pattern(text="".join(typed["pattern"].split()).upper(), check_digit=typed["check_digit"])


class PrintForm(forms.Form):
    first = forms.IntegerField(label=_("From the card"), min_value=1, max_value=MOST_AT_ONCE, initial=1)
    count = forms.IntegerField(label=_("Cards"), min_value=1, max_value=MOST_ON_ONE, initial=100)
