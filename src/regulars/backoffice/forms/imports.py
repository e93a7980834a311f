"""What file, what its columns mean, and how it is brought in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.core.cells import DateOrder
from regulars.core.importing import Mode, Terms
from regulars.imports.lines import Field
from regulars.imports.models import ImportRun
from regulars.imports.records import Reading
from regulars.imports.subjects import reading_of, terms_of

MODES = (
    (Mode.CREATE_AND_UPDATE.value, _("Add new members, and update those who are there (recommended)")),
    (Mode.UPDATE.value, _("Only update: a line of somebody unknown is an error")),
    (Mode.CREATE_ONLY.value, _("Only add: a line of somebody who is there is an error")),
)
MATCHING = (
    ("external_id", _("External id")),
    ("card", _("Card number")),
    ("phone", _("Phone")),
    ("email", _("E-mail")),
)
DATES = (
    (DateOrder.YEAR_FIRST.value, _("2026-03-31")),
    (DateOrder.DAY_FIRST.value, _("31/03/2026, the day first")),
    (DateOrder.MONTH_FIRST.value, _("03/31/2026, the month first")),
)
ENCODINGS = (("utf-8-sig", _("UTF-8")), ("cp1252", _("Windows, Western European")), ("utf-16", _("UTF-16")))
DELIMITERS = ((",", _("Comma ,")), (";", _("Semicolon ;")), ("\t", _("Tab")), ("|", _("Bar |")))
JOINS = (("yes", _("Members, who have joined")), ("no", _("Guests, until they join")))


class FileForm(forms.Form):
    """A file, and what its lines are."""

    subject = forms.ChoiceField(label=_("What is in it"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX. The first line names the columns; any names will do."),
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,.xlsx,text/csv"}),
        allow_empty_file=True,
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=200, help_text=_("For your colleagues."))

    def __init__(self, *args: Any, subjects: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = subjects  # type: ignore[attr-defined]
        self.fields["subject"].initial = subjects[0][0]


class ColumnsForm(forms.Form):
    """What each column means, and how members are found and made."""

    mode = forms.ChoiceField(label=_("What the file may do"), choices=MODES, widget=forms.RadioSelect)
    first = forms.ChoiceField(label=_("Find members by"), choices=MATCHING)
    second = forms.ChoiceField(label=_("then by"), choices=[("", _("nothing else")), *MATCHING], required=False)
    third = forms.ChoiceField(label=_("then by"), choices=[("", _("nothing else")), *MATCHING], required=False)
    fourth = forms.ChoiceField(label=_("then by"), choices=[("", _("nothing else")), *MATCHING], required=False)
    joins = forms.ChoiceField(label=_("Who is new is added as"), choices=JOINS)
    dates = forms.ChoiceField(label=_("Days are written"), choices=DATES)
    encoding = forms.ChoiceField(label=_("Letters are"), choices=ENCODINGS)
    delimiter = forms.ChoiceField(label=_("Between cells stands"), choices=DELIMITERS)

    def __init__(self, given: Any, *, run: ImportRun, known: Sequence[Field]) -> None:
        terms, reading = terms_of(run), reading_of(run)
        order = dict(zip(("first", "second", "third", "fourth"), terms.order, strict=False))
        initial = {"mode": terms.mode, "joins": "yes" if terms.joins else "no", **order}
        initial |= {"dates": reading.dates, "encoding": reading.encoding, "delimiter": reading.delimiter}
        super().__init__(given, initial=initial)
        choices = [("", _("Not read")), *[(field.code, field.label) for field in known]]
        for place, heading in enumerate(run.headings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading or _("(no name)"), choices=choices, required=False, initial=run.fields[place]
            )
        self.width = len(run.headings)
        if run.subject != "members":
            for name in ("mode", "joins"):
                self.fields[name].required = False

    def chosen(self) -> list[str]:
        return [self.cleaned_data[f"column_{place}"] for place in range(self.width)]

    def terms(self) -> Terms:
        typed = self.cleaned_data
        order = dict.fromkeys(typed[name] for name in ("first", "second", "third", "fourth") if typed[name])
        mode = Mode(typed["mode"]) if typed["mode"] else Mode.UPDATE
        return Terms(mode=mode, order=tuple(order), joins=typed["joins"] != "no")

    def reading(self) -> Reading:
        typed = self.cleaned_data
        return Reading(encoding=typed["encoding"], delimiter=typed["delimiter"], dates=DateOrder(typed["dates"]))
