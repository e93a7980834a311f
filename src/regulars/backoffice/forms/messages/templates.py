"""A template as somebody writes it: what it is for, and a text for each channel and language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.messages_words import CHANNELS, WRITTEN_IN, name_of_channel, name_of_language
from regulars.core.messages.texts import LONGEST_BODY, LONGEST_SUBJECT
from regulars.messages.models import ChannelKind
from regulars.messages.templates import LONGEST_NAME, LONGEST_NOTE, WrittenText

PREFIX = re.compile(r"t(\d{1,3})-channel")
MOST = 60
SIGNS = 400
"""So many more signs than fit are taken in, to say that it is too long."""


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, help_text=_("For the team: members never see it."))


class AboutForm(NameForm):
    """What a new template is called and for; the latter is never changed."""

    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,31}$",
        label=_("Code"),
        max_length=32,
        help_text=_("For other systems: small letters, digits and underscores."),
    )
    use = forms.ChoiceField(
        label=_("What it is for"),
        help_text=_("It decides whose leave is needed, and cannot be changed later."),
    )

    def __init__(self, *args: Any, purposes: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["use"].choices = [  # type: ignore[attr-defined]
            ("service", _("Part of the program: everybody gets it")),
            *((f"purpose:{code}", name) for code, name in purposes),
            ("code", _("Codes that prove an address or a person")),
        ]

    def kind(self) -> dict[str, str]:
        kind, _colon, purpose = self.cleaned_data["use"].partition(":")
        return {"kind": kind, "purpose": purpose}


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What is new"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("For the team: it stands beside the version."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class TextForm(forms.Form):
    """One text. It may be empty while it is written."""

    channel = forms.ChoiceField(choices=list(CHANNELS.items()), widget=forms.HiddenInput)
    language = forms.RegexField(r"^[a-z]{2,3}(-[a-z0-9]{1,8})*$", max_length=8, widget=forms.HiddenInput)
    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        max_length=LONGEST_SUBJECT + SIGNS,
        widget=forms.TextInput({"autocomplete": "off", "data-inserts": True}),
    )
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST_BODY + SIGNS,
        widget=forms.Textarea({"rows": 9, "data-inserts": True}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, number: int, initial: Any = None) -> None:
        super().__init__(data, prefix=f"t{number}", initial=initial)
        self.number = number
        channel, language = str(self["channel"].value()), str(self["language"].value())
        self.is_email = channel == ChannelKind.EMAIL
        self.name = f"{name_of_channel(channel)} · {name_of_language(language)}"
        for field in ("subject", "body"):
            self.fields[field].widget.attrs["lang"] = language

    @property
    def key(self) -> tuple[str, str]:
        return str(self["channel"].value()), str(self["language"].value())

    def written(self) -> WrittenText:
        channel, language = self.key
        return WrittenText(
            channel=channel,
            language=language,
            subject=str(self["subject"].value() or "") if self.is_email else "",
            body=str(self["body"].value() or ""),
        )


class Texts:
    """All texts of a template while they are written; `shown` is the one that is open."""

    def __init__(self, forms: Sequence[TextForm], shown: int | None = None) -> None:
        self.forms = list(forms)
        numbers = [form.number for form in self.forms]
        self.shown = shown if shown in numbers else next(iter(numbers), None)

    @property
    def open(self) -> TextForm | None:
        return next((form for form in self.forms if form.number == self.shown), None)

    def is_valid(self) -> bool:
        """Every text fits its fields; `forms` then say what else is wrong."""
        sound = [form.is_valid() for form in self.forms]  # each of them, so that every fault is told
        return bool(sound) and all(sound)

    def free(self) -> list[tuple[str, str]]:
        """The languages a text can be added in."""
        return [(code, name_of_language(code)) for code in WRITTEN_IN]


def show_texts(texts: Iterable[WrittenText]) -> Texts:
    """Texts that are kept, to be changed."""
    return Texts(
        [
            TextForm(
                number=place,
                initial={
                    "channel": text.channel,
                    "language": text.language,
                    "subject": text.subject,
                    "body": text.body,
                },
            )
            for place, text in enumerate(texts)
        ]
    )


def read_texts(data: Mapping[str, Any]) -> Texts:
    """Texts as they were typed, one added or taken out where a button asked for it."""
    numbers = sorted(int(found[1]) for name in data if (found := PREFIX.fullmatch(name)))[:MOST]
    do = str(data.get("do", ""))
    if do.startswith("drop:"):
        numbers = [number for number in numbers if str(number) != do.removeprefix("drop:")]
    forms = [TextForm(data, number=number) for number in numbers]
    shown = str(data.get("at", ""))
    texts = Texts(forms, int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 4 else None)
    if do == "add" and len(forms) < MOST:
        _add(texts, channel=str(data.get("add-channel", "")), language=str(data.get("add-language", "")))
    return texts


def _add(texts: Texts, *, channel: str, language: str) -> None:
    """Open a new text, which begins as the one that is open says; or the one that is there already."""
    if channel not in CHANNELS or language not in WRITTEN_IN:
        return
    for form in texts.forms:
        if form.key == (channel, language):
            texts.shown = form.number
            return
    before = texts.open.written() if texts.open else None
    number = max((form.number for form in texts.forms), default=-1) + 1
    begun = {"channel": channel, "language": language}
    if before is not None:
        begun |= {"subject": before.subject, "body": before.body}
    texts.forms.append(TextForm({f"t{number}-{name}": value for name, value in begun.items()}, number=number))
    texts.shown = number


class TestForm(forms.Form):
    """Which text goes to which address of the team's own."""

    text = forms.ChoiceField(label=_("Text"))
    to = forms.CharField(
        label=_("Send it to"),
        max_length=254,
        help_text=_("An address of your own. The variables say their examples."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    key = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, texts: Iterable[WrittenText], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].choices = [  # type: ignore[attr-defined]
            (f"{text.channel}:{text.language}", f"{name_of_channel(text.channel)} · {name_of_language(text.language)}")
            for text in texts
        ]
