"""Roles: what each may, those of the shop's own, and what a role needs to get in."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.people import RoleForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.rights_words import by_feature
from regulars.core.refusals import Refusal
from regulars.staff.models import OwnRole, Person, Role, RolePolicy
from regulars.staff.rights import Right
from regulars.staff.roles import (
    UnknownRole,
    ask_second_factor,
    change_own_role,
    create_role,
    remove_role,
    rights_in,
    role_names,
)


@needs(Right.SEE_PEOPLE)
def roles(request: HttpRequest) -> HttpResponse:
    people = dict(Person.objects.filter(is_active=True).values("role").annotate(n=Count("id")).values_list("role", "n"))
    own = {role.code: role.pk for role in OwnRole.objects.all()}
    second = set(RolePolicy.objects.filter(needs_second_factor=True).values_list("role", flat=True))
    context = {
        "roles": [
            {
                "code": code,
                "name": name,
                "id": own.get(code),
                "people": people.get(code, 0),
                "features": [each for each in by_feature(rights_in(code)) if each.is_any],
                "count": len(rights_in(code)),
                "second": code in second,
            }
            for code, name in role_names().items()
        ]
    }
    return render(request, "backoffice/team/roles.html", context)


@needs(Right.CHANGE_ROLES)
def new_role(request: HttpRequest) -> HttpResponse:
    """A role of the shop's own; `like` starts from another's rights."""
    office = office_of(request)
    form = RoleForm(request.POST or None, initial={"rights": _like(request.GET.get("like", ""))})
    if request.method == "POST" and form.is_valid():
        try:
            create_role(**form.cleaned_data, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("The role is made. Give it to people under Team."))
            return redirect("roles")
    return render(request, "backoffice/team/role.html", {"form": form, **_marked(form)})


@needs(Right.CHANGE_ROLES)
def role(request: HttpRequest, role_id: int) -> HttpResponse:
    office, found = office_of(request), _find(role_id)
    form = RoleForm(request.POST or None, initial={"name": found.name, "rights": found.rights})
    if request.method == "POST" and form.is_valid():
        try:
            change_own_role(role_id=role_id, **form.cleaned_data, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Saved: it holds for everybody of this role from now on."))
            return redirect("roles")
    people = Person.objects.filter(role=found.code, is_active=True).count()
    context = {"form": form, "role": found, "people": people, **_marked(form)}
    return render(request, "backoffice/team/role.html", context)


@needs(Right.CHANGE_ROLES)
def drop_role(request: HttpRequest, role_id: int) -> HttpResponse:
    office, found = office_of(request), _find(role_id)
    fault = ""
    if request.method == "POST":
        try:
            remove_role(role_id=role_id, at=office.now, by=office.actor)
        except Refusal as refusal:
            fault = words(refusal, office)
        else:
            messages.success(request, _("The role is removed."))
            return redirect("roles")
    return render(request, "backoffice/team/drop_role.html", {"role": found, "fault": fault})


@needs(Right.CHANGE_ROLES)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Let a role need a second factor, or no more."""
    office: Office = office_of(request)
    if request.method == "POST":
        is_needed = request.POST.get("needed") == "yes"
        try:
            ask_second_factor(role=request.POST.get("role", ""), is_needed=is_needed, at=office.now, by=office.actor)
        except UnknownRole:
            raise Http404 from None
        except Refusal as refusal:
            messages.error(request, words(refusal, office))
            return redirect("roles")
        said = _("From their next click on they set one up first.") if is_needed else _("It is not asked for any more.")
        messages.success(request, said)
    return redirect("roles")


def _find(role_id: int) -> OwnRole:
    found = OwnRole.objects.filter(pk=role_id).first()
    if found is None:
        raise Http404
    return found


def _like(code: str) -> list[str]:
    if code not in Role.values and not OwnRole.objects.filter(code=code).exists():
        return []
    return sorted(right.value for right in rights_in(code))


def _marked(form: RoleForm) -> dict[str, Any]:
    """The rights by feature, ticked as they are typed or stored."""
    ticked = form.data.getlist("rights") if form.is_bound else form.initial.get("rights", [])  # type: ignore[attr-defined]
    return {"features": by_feature(set(ticked))}
