"""Choosing the language of the pages: who is signed in chooses for themselves, everybody else for this browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from regulars.backoffice.office import office_of
from regulars.staff.language import choose_language


@require_POST
def speak(request: HttpRequest) -> HttpResponse:
    """Speak this language from now on, on the page that was open. "" is whatever the browser asks for."""
    language = request.POST.get("language", "")
    answer = redirect(_back(request))
    if language and language not in dict(settings.LANGUAGES):
        return answer
    if request.user.is_authenticated:
        office = office_of(request)
        choose_language(person_id=office.person.pk, language=language, at=timezone.now(), by=office.actor)
    if language:
        # The pages before sign-in have it too: a browser at a counter is mostly one person's.
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
            httponly=True,
        )
    else:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    return answer


def _back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return there if is_ours else "/"
