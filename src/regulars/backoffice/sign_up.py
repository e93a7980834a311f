"""What somebody who joins at the counter is asked about their data, and what they answer."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.backoffice.office import Office
from regulars.backoffice.wording import exact
from regulars.care.marks import erased_before
from regulars.consents.models import Source
from regulars.consents.purposes import load_purposes
from regulars.consents.record import NewConsent, record_consents

FIELD = "consents"


def ask_consents(form: forms.Form) -> None:
    """Add the purposes that people are asked about when they join; what is not ticked was not asked."""
    asked = [each for each in load_purposes().values() if each.is_asked and each.at_signup]
    if asked:
        form.fields[FIELD] = forms.MultipleChoiceField(
            label=_("They say yes to"),
            required=False,
            choices=[(each.code, f"{each.name}: {each.about}") for each in asked],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Ask each one. What is not ticked can be asked later."),
        )


def note_consents(form: forms.Form, member_id: int, office: Office) -> None:
    """Write down each yes, in the transaction that enrols them. Refuses: TooYoung."""
    new = [
        NewConsent(member_id=member_id, purpose=code, is_given=True, source=Source.COUNTER)
        for code in form.cleaned_data.get(FIELD, ())
    ]
    for outcome in record_consents(new, at=office.now, by=office.actor) if new else ():
        if isinstance(outcome, Exception):
            raise outcome


def warn_of_marks(request: HttpRequest, member_id: int, office: Office) -> None:
    """Say that somebody with this phone or e-mail was erased, where the shop keeps marks against fraud."""
    if erased_at := erased_before(member_id):
        said = _("Somebody with this phone or e-mail was a member before, and was erased on %(day)s.")
        messages.warning(request, said % {"day": exact(erased_at, office.zone)})
