"""At the door of every page: which browser this is, and whether the role asks for a second factor first."""

from collections.abc import Callable

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.audit.origin import asked_from, say_origin
from regulars.backoffice.office import office_of
from regulars.staff.second_factor import lacks_second_factor
from regulars.staff.sign_ins import SEEN_EVERY, note_sign_in

OPEN = "/accounts/"
"""Where a second factor is set up, and people sign in and out."""


class TeamDoor:
    """Notes the browser once a minute; whoever needs a second factor and has none can do nothing else before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.path.startswith(OPEN):
            return self.get_response(request)
        _note(request)
        if lacks_second_factor(office_of(request).person):
            messages.warning(request, _("Your role needs a second factor. Set it up, then go on."))
            return redirect("mfa_activate_totp")
        with asked_from(say_origin(request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""))):
            return self.get_response(request)


def _note(request: HttpRequest) -> None:
    key = request.session.session_key
    if key and cache.add(f"seen/{key}", 1, timeout=int(SEEN_EVERY.total_seconds())):
        note_sign_in(
            person_id=office_of(request).person.pk,
            session_key=key,
            address=request.META.get("REMOTE_ADDR") or None,
            device=request.headers.get("User-Agent", ""),
            at=timezone.now(),
        )
