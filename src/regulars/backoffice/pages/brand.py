"""The merchant's colour and logo, which everybody may fetch: they stand on the page where people sign in.

Their addresses change with what they hold, so that a browser fetches each of them once.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from regulars.backoffice.office import office_of
from regulars.backoffice.sending import send_file
from regulars.brand.sheet import mark_of, sheet_of
from regulars.files.keep import FileGone
from regulars.files.models import KeptFile

FOR_A_YEAR = "public, max-age=31536000, immutable"


def sheet(request: HttpRequest, mark: str) -> HttpResponse:
    """The colour's style sheet. An old page that asks for an earlier one gets today's, and may not keep it."""
    accent = office_of(request).looks.accent
    answer = HttpResponse(sheet_of(accent), content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = FOR_A_YEAR if mark == mark_of(accent) else "no-store"
    return answer


def picture(request: HttpRequest, place: str) -> HttpResponse:
    """The logo; only the present one has an address."""
    logo = office_of(request).looks.logo
    if logo is None or logo.place != place:
        raise Http404
    try:
        answer = send_file(get_object_or_404(KeptFile, pk=logo.id))
    except FileGone:
        raise Http404 from None
    answer["Cache-Control"] = FOR_A_YEAR
    return answer
