"""Which language a page is in, and with which word for a store."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import get_language, get_supported_language_variant, override

from regulars.core.store_words import StoreWord

_WITH = "-x-"


def tag_of(language: str, word: str = StoreWord.STORE) -> str:
    """Return what is activated: "vi" for the usual word, "vi-x-branch" for another."""
    return language if word == StoreWord.STORE else f"{language}{_WITH}{word}"


def plain(tag: str) -> str:
    """Return the language alone, as pages and browsers call it: "vi-x-branch" is "vi"."""
    return tag.partition(_WITH)[0]


def tongue_now() -> str:
    """Return the language that is spoken now, without its word for a store."""
    return plain(get_language() or settings.LANGUAGE_CODE)


def nearest(language: str) -> str:
    """Return the language of ours that is nearest to one that somebody asked for; the usual one if none is near."""
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE


@contextmanager
def spoken(language: str, word: str = StoreWord.STORE) -> Iterator[None]:
    """Speak a person's language within; letters are written so."""
    with override(tag_of(nearest(language) if language else settings.LANGUAGE_CODE, word)):
        yield
