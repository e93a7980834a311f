"""What may be typed about purposes, policies, consents, erasures and holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.consent_words import BASES, CHANNEL_NAMES
from regulars.consents.models import Asker, Settling, Source
from regulars.consents.policies import LONGEST_BODY, LONGEST_TITLE
from regulars.consents.purposes import LONGEST_ABOUT, LONGEST_NAME
from regulars.core.consents import CHANNELS, WHOLE

LANGUAGES = [("en", _("English")), ("vi", _("Vietnamese")), ("ms", _("Malay")), ("zh", _("Chinese"))]
REASON_HELP = _("For colleagues who are asked about it later. It goes when the member's data goes.")


class TermsForm(forms.Form):
    answer_days = forms.IntegerField(
        label=_("Days to answer a request"), min_value=1, max_value=90, help_text=_("What the law gives you.")
    )
    cool_off_days = forms.IntegerField(
        label=_("Days before an erasure is done"),
        min_value=0,
        max_value=90,
        help_text=_("So long it can be withdrawn. Erasures that wait already keep their day."),
    )
    age_of_consent = forms.IntegerField(
        label=_("Age from which people consent themselves"),
        min_value=0,
        max_value=21,
        help_text=_("A yes of somebody younger is not taken, where the birth date is known."),
    )
    languages = forms.CharField(
        label=_("Languages a policy must have"),
        required=False,
        max_length=100,
        help_text=_("Two letters each, with commas: ms, en. Versions that lack one are marked."),
    )
    inactive_months = forms.IntegerField(
        label=_("Erase who was not seen for so many months"),
        required=False,
        min_value=6,
        max_value=240,
        help_text=_("Empty: nobody is erased for being away. Nobody with a balance ever is."),
    )
    keeps_marks = forms.BooleanField(
        label=_("Keep a keyed hash of an erased member's phone and e-mail"),
        required=False,
        help_text=_("Only if you need it against fraud. Nobody can read them; the same person joining again is told."),
    )


class PurposeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, widget=forms.TextInput({"autofocus": True}))
    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,31}$",
        label=_("Code"),
        max_length=32,
        help_text=_("For messages and other systems: small letters, digits and underscores."),
    )
    about = forms.CharField(
        label=_("What the member reads"), max_length=LONGEST_ABOUT, widget=forms.Textarea({"rows": 3})
    )
    basis = forms.ChoiceField(label=_("By what right"), choices=list(BASES.items()), widget=forms.RadioSelect)
    channels = forms.MultipleChoiceField(
        label=_("Ways to decide about one by one"),
        required=False,
        choices=[(channel, CHANNEL_NAMES[channel]) for channel in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
    )
    policy = forms.ChoiceField(label=_("Explained in"), required=False)
    at_signup = forms.BooleanField(label=_("Ask when somebody joins"), required=False)

    def __init__(self, *args: Any, policies: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["policy"].choices = [("", _("No policy")), *policies]  # type: ignore[attr-defined]

    def clean_policy(self) -> str | None:
        return self.cleaned_data["policy"] or None


class PolicyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, widget=forms.TextInput({"autofocus": True}))
    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,31}$", label=_("Code"), max_length=32, help_text=_("Small letters, digits and underscores.")
    )


class TextForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    body = forms.CharField(
        label=_("Text"), required=False, max_length=LONGEST_BODY, widget=forms.Textarea({"rows": 12})
    )
    upload = forms.FileField(
        label=_("Or a file"), required=False, help_text=_("PDF or text, at most 10 MB."), max_length=200
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if not typed.get("body", "").strip() and not typed.get("upload"):
            self.add_error("body", _("Write the text, or choose a file."))
        return typed


class VersionForm(TextForm):
    effective_on = forms.DateField(
        label=_("In force from"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("Empty: at once. It never changes afterwards; other languages are added."),
    )


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(label=_("What for"))
    channel = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[(WHOLE, _("Every way")), *((channel, CHANNEL_NAMES[channel]) for channel in CHANNELS)],
    )
    decision = forms.ChoiceField(
        label=_("They said"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    source = forms.ChoiceField(
        label=_("How do you know"),
        choices=[choice for choice in Source.choices if choice[0] not in (Source.IMPORT, Source.MERGE)],
    )
    given_on = forms.DateField(
        label=_("When they said so"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("Empty: now. What was said last counts, whenever it is noted."),
    )

    def __init__(self, *args: Any, purposes: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]


class EraseForm(forms.Form):
    asker = forms.ChoiceField(
        label=_("Who wants it"),
        choices=[choice for choice in Asker.choices if choice[0] != Asker.AGE],
        widget=forms.RadioSelect,
        initial=Asker.MEMBER,
    )
    settling = forms.ChoiceField(
        label=_("The balance"), choices=Settling.choices, widget=forms.RadioSelect, initial=Settling.FORFEIT
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200, help_text=REASON_HELP)
    sure = forms.BooleanField(label=_("I understand that this cannot be undone once it is done"))


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=REASON_HELP, widget=forms.TextInput({"autofocus": True})
    )
    until_on = forms.DateField(
        label=_("Until the end of"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("Empty: until somebody lifts it."),
    )
