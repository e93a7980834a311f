"""API keys: made here, shown once, revoked here."""

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.key import KeyForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.periods import end_of_day
from regulars.core.refusals import Refusal
from regulars.staff.keys import create_key, revoke_key
from regulars.staff.models import ApiKey, Scope
from regulars.staff.rights import Right

AT_MOST = 200


@needs(Right.CHANGE_KEYS)
def keys(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    shown = list(_in_reach(office).select_related("store").order_by("-id")[:AT_MOST])
    for key in shown:
        key.state = _state(key, office.now)  # type: ignore[attr-defined]
        key.scope_words = [Scope(scope).label for scope in key.scopes]  # type: ignore[attr-defined]
    return render(request, "backoffice/keys.html", {"keys": shown})


@needs(Right.CHANGE_KEYS)
def new_key(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        until = typed["expires_at"]
        try:
            key, token = create_key(
                name=typed["name"],
                scopes=typed["scopes"],
                store=typed["store"],
                expires_at=end_of_day(until, office.zone) if until else None,
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            # Not a redirect: the secret is shown in this answer and kept nowhere.
            return render(request, "backoffice/key_made.html", {"key": key, "token": token})
    return render(request, "backoffice/new_key.html", {"form": form})


@needs(Right.CHANGE_KEYS)
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    office = office_of(request)
    key = get_object_or_404(_in_reach(office), pk=key_id)
    if request.method == "POST":
        revoke_key(key_id=key_id, at=office.now, by=office.actor)
        messages.success(request, _("Revoked: within seconds nothing gets in with this key."))
        return redirect("keys")
    return render(request, "backoffice/revoke_key.html", {"key": key})


def _in_reach(office: Office) -> QuerySet[ApiKey]:
    """The keys of the stores this person works in; keys for all stores are for those who work in all."""
    reach = office.reach_for(Right.CHANGE_KEYS)
    return ApiKey.objects.all() if reach.everything else ApiKey.objects.filter(store_id__in=reach.stores)


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "live"
