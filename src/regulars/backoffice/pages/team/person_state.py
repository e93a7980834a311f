"""Keep a person out, let them in again, let them go; sign them out, and take their PIN away."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.audiences.views import hand_over_views
from regulars.backoffice.access import needs
from regulars.backoffice.forms.people import LeaveForm, LockForm, ReasonForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.people import may_decide_over, person_or_404
from regulars.backoffice.refusals import show_in
from regulars.backoffice.sign_in import send_invitation
from regulars.core.periods import end_of_day
from regulars.core.refusals import Refusal
from regulars.staff.models import Person
from regulars.staff.pins import remove_pin
from regulars.staff.rights import Right
from regulars.staff.sign_ins import end_sign_ins, list_sign_ins
from regulars.staff.states import deactivate_person, let_in_again, lock_person


@needs(Right.CHANGE_PEOPLE)
def lock(request: HttpRequest, person_id: int) -> HttpResponse:
    office, found = _find(request, person_id)
    form = LockForm(request.POST or None)
    form.fields["until"].use(office.now.astimezone(office.zone).date())  # type: ignore[attr-defined]

    def do() -> str:
        day = form.cleaned_data["until"]
        until = end_of_day(day, office.zone) if day else None
        reason = form.cleaned_data["reason"]
        lock_person(person_id=person_id, reason=reason, until=until, at=office.now, by=office.actor)
        return _("%(name)s is locked and signed out everywhere.") % {"name": found}

    browsers = len(list_sign_ins(person_id, at=office.now))
    return _decide(request, found, form, "backoffice/team/lock_person.html", do, browsers=browsers)


@needs(Right.CHANGE_PEOPLE)
def let_in(request: HttpRequest, person_id: int) -> HttpResponse:
    office, found = _find(request, person_id)
    form = ReasonForm(request.POST or None)

    def do() -> str:
        let_in_again(person_id=person_id, reason=form.cleaned_data["reason"], at=office.now, by=office.actor)
        return _("%(name)s can sign in again.") % {"name": found}

    return _decide(request, found, form, "backoffice/team/let_in.html", do)


@needs(Right.CHANGE_PEOPLE)
def let_go(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody leaves for good."""
    office, found = _find(request, person_id)
    form = LeaveForm(request.POST or None, besides=person_id)

    def do() -> str:
        successor: Person | None = form.cleaned_data["successor"]
        with transaction.atomic():
            deactivate_person(
                person_id=person_id,
                reason=form.cleaned_data["reason"],
                successor_id=successor.pk if successor else None,
                at=office.now,
                by=office.actor,
            )
            if successor is not None:
                hand_over_views(owner=found, to=successor)
        return _("%(name)s has left: no way in, and the name stays in the history.") % {"name": found}

    return _decide(request, found, form, "backoffice/team/let_go.html", do)


@needs(Right.CHANGE_PEOPLE)
def sign_out(request: HttpRequest, person_id: int) -> HttpResponse:
    """One browser, or all of them."""
    office, found = _find(request, person_id)
    if request.method == "POST" and _may(office, found):
        only = request.POST.get("browser", "")
        ended = end_sign_ins(
            person_id=person_id,
            only=int(only) if only.isascii() and only.isdigit() and len(only) < 19 else None,
            at=office.now,
            by=office.actor,
        )
        said = ngettext("%(n)s browser is signed out.", "%(n)s browsers are signed out.", ended) % {"n": ended}
        messages.success(request, said)
    return redirect("person", person_id)


@needs(Right.CHANGE_PEOPLE)
def drop_pin(request: HttpRequest, person_id: int) -> HttpResponse:
    """For a PIN that was forgotten or locked: they set a new one themselves."""
    office, found = _find(request, person_id)
    if request.method == "POST" and _may(office, found):
        remove_pin(person_id=person_id, at=office.now, by=office.actor)
        messages.success(
            request, _("The PIN is removed. %(name)s sets a new one under their own name.") % {"name": found}
        )
    return redirect("person", person_id)


@needs(Right.CHANGE_PEOPLE)
def invite(request: HttpRequest, person_id: int) -> HttpResponse:
    """Send the link to choose a password once more."""
    office, found = _find(request, person_id)
    if request.method == "POST" and found.is_active and _may(office, found):
        send_invitation(request, found)
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": found.email})
    return redirect("person", person_id)


def _find(request: HttpRequest, person_id: int) -> tuple[Office, Person]:
    office = office_of(request)
    return office, person_or_404(office, person_id)


def _may(office: Office, found: Person) -> bool:
    return found.pk == office.person.pk or may_decide_over(office, found)


def _decide(
    request: HttpRequest, found: Person, form: forms.Form, template: str, do: Callable[[], str], **context: Any
) -> HttpResponse:
    """Show the form, or do what it asks and say so."""
    office = office_of(request)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, do())
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            return redirect("person", found.pk)
    return render(request, template, {"person": found, "form": form, **context})
