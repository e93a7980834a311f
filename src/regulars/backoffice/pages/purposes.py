"""What people's data is used for: purposes are added, changed and retired."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.privacy import PurposeForm
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in
from regulars.consents.models import ConsentNow, Policy
from regulars.consents.purposes import KnownPurpose, PurposeWish, load_purposes, retire_purpose, save_purpose
from regulars.core.consents import Basis
from regulars.core.refusals import Refusal
from regulars.staff.rights import Right


@needs(Right.CHANGE_PRIVACY)
def new_purpose(request: HttpRequest) -> HttpResponse:
    initial = {"basis": Basis.CONSENT.value, "at_signup": True}
    form = PurposeForm(request.POST or None, policies=_policies(), initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["code"] in load_purposes():
            form.add_error("code", _("Another purpose has this code."))
        elif answer := _save(request, form):
            return answer
    return render(request, "backoffice/purpose.html", {"form": form, "purpose": None})


@needs(Right.CHANGE_PRIVACY)
def edit_purpose(request: HttpRequest, code: str) -> HttpResponse:
    purpose = _find(code)
    policies = dict(Policy.objects.values_list("pk", "code"))
    initial: dict[str, Any] = {
        "name": purpose.name,
        "code": purpose.code,
        "about": purpose.about,
        "basis": purpose.basis.value,
        "channels": list(purpose.channels),
        "policy": policies.get(purpose.policy_id or 0, ""),
        "at_signup": purpose.at_signup,
    }
    form = PurposeForm(request.POST or None, policies=_policies(), initial=initial)
    form.fields["code"].disabled = True
    is_decided = ConsentNow.objects.filter(purpose_id=purpose.id).exists()
    form.fields["basis"].disabled = is_decided
    if request.method == "POST" and form.is_valid() and (answer := _save(request, form)):
        return answer
    return render(request, "backoffice/purpose.html", {"form": form, "purpose": purpose, "is_decided": is_decided})


@needs(Right.CHANGE_PRIVACY)
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Ask nobody about it any more, after a page that says what becomes of it."""
    office, purpose = office_of(request), _find(code)
    if request.method == "POST":
        retire_purpose(code=code, at=office.now, by=office.actor)
        messages.success(request, _("Nobody is asked about “%(name)s” any more.") % {"name": purpose.name})
        return redirect("privacy")
    return render(request, "backoffice/retire_purpose.html", {"purpose": purpose})


def _save(request: HttpRequest, form: PurposeForm) -> HttpResponse | None:
    office = office_of(request)
    typed = form.cleaned_data | {"basis": Basis(form.cleaned_data["basis"])}
    try:
        saved = save_purpose(PurposeWish(**typed), at=office.now, by=office.actor)
    except Refusal as refusal:
        show_in(form, refusal)
        return None
    messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
    return redirect("privacy")


def _find(code: str) -> KnownPurpose:
    purpose = load_purposes().get(code)
    if purpose is None:
        raise Http404
    return purpose


def _policies() -> list[tuple[str, str]]:
    return list(Policy.objects.order_by("id").values_list("code", "name"))
