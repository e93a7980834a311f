"""The language of a page, and the ones it could be in."""

from typing import Any

from django import template
from django.conf import settings
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
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "languages": settings.LANGUAGES,
        "now": tongue_now(),
    }
