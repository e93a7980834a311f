"""The team: who belongs to it, and somebody new."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.people import NewPersonForm
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.people import last_seen, people_in_reach, say_stores
from regulars.backoffice.refusals import show_in
from regulars.backoffice.sign_in import send_invitation
from regulars.core.refusals import Refusal
from regulars.staff.models import Person, PersonState
from regulars.staff.people import create_person
from regulars.staff.rights import Right, rights_of
from regulars.staff.roles import rights_in, role_names
from regulars.stores.models import Store


@needs(Right.SEE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Newest first; by name, role, store and state."""
    office, asked = office_of(request), request.GET
    rows = _filter(people_in_reach(office), asked)
    page = page_by_id(rows, before=asked.get("before", ""))
    roles, stores, seen = role_names(), say_stores(page.rows), last_seen(page.rows)
    context = {
        "page": page,
        "people": [
            {
                "person": each,
                "role": roles.get(each.role, each.role),
                "stores": stores[each.pk],
                "seen": seen.get(each.pk),
            }
            for each in page.rows
        ],
        "roles": roles.items(),
        "states": PersonState.choices,
        "is_filtered": any(asked.get(name) for name in ("q", "role", "store", "state")),
    }
    return render(request, "backoffice/team/people.html", context)


@needs(Right.CHANGE_PEOPLE)
def new_person(request: HttpRequest) -> HttpResponse:
    """Add somebody, with an invitation or a first password."""
    office = office_of(request)
    form = NewPersonForm(request.POST or None, roles=roles_to_give(office))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            person = create_person(
                email=typed["email"],
                role=typed["role"],
                first_name=typed["first_name"],
                last_name=typed["last_name"],
                password=typed["password"] if typed["enter_by"] == "password" else None,
                stores=form.wanted_stores,
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _welcome(request, person, is_invited=typed["enter_by"] == "invitation"))
            return redirect("person", person.pk)
    return render(request, "backoffice/team/new_person.html", {"form": form})


def roles_to_give(office: Office) -> list[tuple[str, str]]:
    """The roles that hold no more than the person who gives them, the least first among the built-in ones."""
    held = rights_of(office.person)
    return [(code, name) for code, name in role_names().items() if rights_in(code) <= held]


def _welcome(request: HttpRequest, person: Person, *, is_invited: bool) -> str:
    if not is_invited:
        return _("%(name)s is added, and signs in with the password you chose.") % {"name": person}
    send_invitation(request, person)
    return _("%(name)s is added. The invitation is on its way to %(email)s.") % {
        "name": person,
        "email": person.email,
    }


def _filter(rows: Any, asked: Any) -> Any:
    for word in asked.get("q", "")[:100].split():
        rows = rows.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    if asked.get("role"):
        rows = rows.filter(role=asked["role"][:32])
    if asked.get("state") in PersonState.values:
        rows = rows.filter(state=asked["state"])
    if asked.get("store"):
        store = Store.objects.filter(code=asked["store"][:32]).first()
        worked = Person.stores.through.objects.filter(store=store).values("person_id")
        rows = rows.filter(Q(all_stores=True) | Q(pk__in=worked)) if store else rows.none()
    return rows
