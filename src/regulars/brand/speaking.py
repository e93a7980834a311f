"""Core's sentences in the language of the page or letter they stand in, with its numbers and the merchant's days."""

from datetime import date

from django.utils.formats import date_format, get_format
from django.utils.translation import get_language, gettext, ngettext, pgettext

from regulars.brand.dates import day_in_figures, say_day
from regulars.platform.tongues import tongue_now

_WITH_NAMED_MONTHS = ("en", "ms")


class DjangosTongue:
    """Says everything as Django's translations do. Separators are kept by language: every number asks for them."""

    def __init__(self) -> None:
        self._separators: dict[str | None, tuple[str, str]] = {}

    def language(self) -> str:
        return tongue_now()

    def gettext(self, message: str) -> str:
        return gettext(message)

    def pgettext(self, context: str, message: str) -> str:
        return pgettext(context, message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return ngettext(singular, plural, number)

    def separators(self) -> tuple[str, str]:
        language = get_language()
        known = self._separators.get(language)
        if known is None:
            known = self._separators[language] = get_format("THOUSAND_SEPARATOR"), get_format("DECIMAL_SEPARATOR")
        return known

    def day(self, on: date) -> str:
        return say_day(on)

    def long_day(self, on: date) -> str:
        if tongue_now() in _WITH_NAMED_MONTHS:
            return day_in_figures(on) or date_format(on, "j F Y")
        return say_day(on)
