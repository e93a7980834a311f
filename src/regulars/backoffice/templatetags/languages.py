"""The language of a page, and the ones it could be in."""

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context

from regulars.platform.tongues import tongue_now

register = template.Library()


@register.simple_tag
def tongue() -> str:
    """The page's language, as browsers know it; the merchant's word for a store is none of their business."""
    return tongue_now()


@register.inclusion_tag("backoffice/parts/languages.html", takes_context=True)
def languages(context: Context) -> dict[str, Any]:
    """Buttons, each in its own language."""
    return {
        "here": _here(context["request"]),
        "csrf_token": context.get("csrf_token"),
        "languages": settings.LANGUAGES,
        "now": tongue_now(),
    }


def _here(request: HttpRequest) -> str:
    """Where a choice leads: this page, or the one that its form was on, for many addresses only take forms. A question
    for leave that was answered came from another question, which no address shows.
    """
    if request.method != "POST":
        return request.get_full_path()
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.get_host() or any(name.startswith("leave-") for name in request.POST):
        return "/"
    return f"{came.path}?{came.query}" if came.query else came.path
