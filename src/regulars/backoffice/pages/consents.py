"""What one member allows: where they stand, every decision that led there, and a new one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs, say_no_permission
from regulars.backoffice.consent_words import CHANNEL_NAMES
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.privacy import ConsentForm
from regulars.backoffice.keyset import Page, read_id_key
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.care.blocks import kin_of
from regulars.consents.models import Source
from regulars.consents.purposes import load_purposes
from regulars.consents.read import Said, consents_of, history_of
from regulars.consents.record import NewConsent, record_consent
from regulars.core.periods import start_of_day
from regulars.core.refusals import Refusal
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

PAGE = 30


@needs(Right.SEE_MEMBERS)
def consents(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    asked = [(each.code, each.name) for each in load_purposes().values() if each.is_asked]
    initial = {"source": Source.COUNTER, "purpose": request.GET.get("purpose", "")}
    form = ConsentForm(request.POST or None, purposes=asked, initial=initial)
    if request.method == "POST":
        if not office.can(Right.CHANGE_CONSENTS):
            return say_no_permission(request)
        if form.is_valid() and (answer := _note(request, form, member_id, office)):
            return answer
    page = _history(member_id, request.GET.get("before", ""))
    context = {
        "member": member,
        "form": form if asked and office.can(Right.CHANGE_CONSENTS) and member.erased_at is None else None,
        "states": show_consents(member_id, office),
        "page": page,
        "sources": dict(Source.choices),
        "channels": CHANNEL_NAMES,
        "names": name_actors({each.actor for each in page.rows}),
    }
    return render(request, "backoffice/consents.html", context)


def show_consents(member_id: int, office: Office) -> list[dict[str, Any]]:
    """Each purpose with its channels in words, as the member page and the page of consents show them."""
    return [
        {
            "state": state,
            "channels": [(CHANNEL_NAMES[each.channel], each) for each in state.channels[1:]],
            "has_no": any(each.decision and not each.decision.is_given for each in state.channels),
        }
        for state in consents_of(member_id, at=office.now)
    ]


def _note(request: HttpRequest, form: ConsentForm, member_id: int, office: Office) -> HttpResponse | None:
    typed = form.cleaned_data
    said_on = typed["given_on"]
    new = NewConsent(
        member_id=member_id,
        purpose=typed["purpose"],
        channel=typed["channel"],
        is_given=typed["decision"] == "yes",
        source=Source(typed["source"]),
        given_at=min(start_of_day(said_on, office.zone), office.now) if said_on else None,
    )
    try:
        noted = record_consent(new, at=office.now, by=office.actor)
    except Refusal as refusal:
        show_in(form, refusal)
        return None
    if noted.consent_id is None:
        messages.info(request, _("They had said so already: nothing has changed."))
    elif noted.counts:
        messages.success(request, _("Noted."))
    else:
        messages.info(request, _("Noted in the history: what they said later still counts."))
    return redirect("consents", member_id)


def _history(member_id: int, before: str) -> Page[Said]:
    last = read_id_key(before)
    found = history_of(kin_of(member_id), before=last, limit=PAGE + 1)
    return Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else None, last is None)
