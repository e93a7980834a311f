"""One person of the team: everything about them, and what changes their name, role, stores and grants."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.audit.models import Event
from regulars.backoffice.access import needs
from regulars.backoffice.deeds import say_event
from regulars.backoffice.forms.people import GrantForm, NameForm, PersonRoleForm, WhereForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.team.people import roles_to_give
from regulars.backoffice.people import count_through, grants_of, may_decide_over, person_or_404, say_stores
from regulars.backoffice.refusals import show_in
from regulars.backoffice.rights_words import by_feature, say_rights
from regulars.core.refusals import Refusal
from regulars.staff.actors import name_actors
from regulars.staff.grants import give_grant, take_grant
from regulars.staff.models import Grant, Person, Pin
from regulars.staff.people import change_role, change_stores, rename_person
from regulars.staff.rights import Right, rights_of
from regulars.staff.roles import UnknownRole, rights_in, role_names
from regulars.staff.sign_ins import list_sign_ins
from regulars.stores.models import Store


@needs(Right.SEE_PEOPLE)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    office = office_of(request)
    found = person_or_404(office, person_id)
    events = list(Event.objects.filter(about="person", about_id=person_id).order_by("-id")[:10])
    changes = list(found.state_changes.order_by("-id")[:20])
    rights = rights_of(_as_active(found))
    context = {
        "person": found,
        "role": role_names().get(found.role, found.role),
        "stores": say_stores([found])[found.pk],
        "may_change": may_decide_over(office, found),
        "features": [each for each in by_feature(rights) if each.is_any],
        "count": len(rights),
        "grants": grants_of(found),
        "sign_ins": list_sign_ins(person_id, at=office.now),
        "pin": Pin.objects.filter(person_id=person_id).first(),
        "has_second_factor": Authenticator.objects.filter(user_id=person_id).exists(),
        "events": [{"event": event, **say_event(event, office)} for event in events],
        "names": name_actors({*(event.actor for event in events), *(each.actor for each in changes)}),
        "changes": changes,
    }
    return render(request, "backoffice/team/person.html", context)


@needs(Right.CHANGE_PEOPLE)
def name(request: HttpRequest, person_id: int) -> HttpResponse:
    office = office_of(request)
    found = _to_change(office, person_id)
    form = NameForm(request.POST or None, initial={"first_name": found.first_name, "last_name": found.last_name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_person(person_id=person_id, **form.cleaned_data, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Saved."))
            return redirect("person", person_id)
    return render(request, "backoffice/team/person_name.html", {"person": found, "form": form})


@needs(Right.CHANGE_PEOPLE)
def role(request: HttpRequest, person_id: int) -> HttpResponse:
    """Another role; what they gain and lose by it is shown first."""
    office = office_of(request)
    found = _to_change(office, person_id)
    form = PersonRoleForm(request.POST or None, roles=roles_to_give(office), initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            change_role(person_id=person_id, role=form.cleaned_data["role"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("The role is changed, from this moment on."))
            return redirect("person", person_id)
    context = {"person": found, "form": form, **_difference(found, form.data.get("role", found.role))}
    return render(request, "backoffice/team/person_role.html", context)


@needs(Right.CHANGE_PEOPLE)
def role_preview(request: HttpRequest, person_id: int) -> HttpResponse:
    found = _to_change(office_of(request), person_id)
    return render(request, "backoffice/team/role_preview.html", _difference(found, request.GET.get("role", "")))


@needs(Right.CHANGE_PEOPLE)
def stores(request: HttpRequest, person_id: int) -> HttpResponse:
    office = office_of(request)
    found = _to_change(office, person_id)
    now = list(found.stores.order_by("code").values_list("code", flat=True))
    initial = {"where": "all" if found.all_stores else "some", "stores": now}
    form = WhereForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_stores(person_id=person_id, stores=form.wanted_stores, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Saved: it holds from their next click on."))
            return redirect("person", person_id)
    return render(request, "backoffice/team/person_stores.html", {"person": found, "form": form, **_known_stores()})


@needs(Right.CHANGE_PEOPLE)
def new_grant(request: HttpRequest, person_id: int) -> HttpResponse:
    office = office_of(request)
    found = _to_change(office, person_id)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            give_grant(
                person_id=person_id,
                feature=typed["feature"],
                level=typed["level"],
                inherits=typed["inherits"],
                stores=form.wanted_stores,
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Given: it holds from their next click on."))
            return redirect("person", person_id)
    return render(request, "backoffice/team/new_grant.html", {"person": found, "form": form, **_known_stores()})


@needs(Right.CHANGE_PEOPLE)
def drop_grant(request: HttpRequest, person_id: int, grant_id: int) -> HttpResponse:
    """Take a grant back, from this person alone or from everybody who has it through them."""
    office = office_of(request)
    found = _to_change(office, person_id)
    grant = Grant.objects.filter(pk=grant_id, person=found).first()
    if grant is None:
        raise Http404
    if request.method == "POST":
        gone = take_grant(grant_id=grant_id, cascades="cascades" in request.POST, at=office.now, by=office.actor)
        said = ngettext("Taken back from %(n)s person.", "Taken back from %(n)s people.", gone) % {"n": gone}
        messages.success(request, said)
        return redirect("person", person_id)
    shown = next(each for each in grants_of(found) if each.id == grant_id)
    context = {"person": found, "grant": shown, "reaches": count_through(grant)}
    return render(request, "backoffice/team/drop_grant.html", context)


def _to_change(office: Office, person_id: int) -> Person:
    """Somebody this person may decide over, or themselves: the verbs refuse what is too much."""
    return person_or_404(office, person_id)


def _difference(found: Person, code: str) -> dict[str, Any]:
    """What another role would give and take."""
    try:
        after, before = rights_in(code), rights_in(found.role)
    except UnknownRole:
        return {"gained": [], "lost": []}
    return {"gained": say_rights(after - before), "lost": say_rights(before - after)}


def _as_active(found: Person) -> Person:
    """The same person as if they could get in: what they may is shown while they are locked, too."""
    return Person(pk=found.pk, role=found.role, is_superuser=found.is_superuser, all_stores=found.all_stores)


def _known_stores() -> dict[str, Any]:
    return {"codes": list(Store.objects.filter(is_open=True).order_by("code").values_list("code", "name")[:200])}
