"""What is served: each language's .po compiled, and once more for each word that a merchant may have for its stores.

A language with a word is a language of its own, tagged as RFC 5646 (2.2.7) lets anybody: "vi-x-branch". Its catalogue
is whole, so that ours go before those of others, as everywhere; English needs only the messages that differ.
"""

import gettext
from importlib.util import find_spec
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from django.utils.translation import to_locale

from regulars.config.languages.catalogues import LANGUAGES, LOCALE, empty, key_of, read, said_in
from regulars.config.languages.collect import collect
from regulars.config.languages.nouns import has_store, say_in, say_in_english
from regulars.core.store_words import StoreWord
from regulars.platform.tongues import tag_of

OTHERS = ("django.conf", "django.contrib.auth", "allauth")
"""Whose messages a page may show beside ours."""


def build() -> int:
    """Compile everything; return how many catalogues there are."""
    made = 0
    english = collect()
    for word in StoreWord:
        if word is not StoreWord.STORE:
            made += _write(tag_of("en", word), _in_english(english, word))
        for language in LANGUAGES:
            made += _write(tag_of(language, word), _in(language, word))
    return made


def _write(tag: str, catalog: Catalog) -> int:
    path = LOCALE / to_locale(tag) / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        write_mo(file, catalog)
    beside.replace(path)  # a server that starts meanwhile reads the one or the other
    return 1


def _in_english(messages: Catalog, word: StoreWord) -> Catalog:
    catalog = Catalog(locale="en", charset="utf-8", fuzzy=False)
    for message in messages:
        texts = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        said = tuple(say_in_english(text, word) for text in texts)
        if message.id and said != texts:
            catalog.add(message.id, said[0] if len(said) == 1 else said, context=message.context)
    return catalog


def _in(language: str, word: StoreWord) -> Catalog:
    catalog = empty(language)
    if word is not StoreWord.STORE and "-" in language:
        _borrow(catalog, LANGUAGES[language])
    for message in read(language):
        text = said_in(message)
        if not message.id or not text:
            continue
        if word is not StoreWord.STORE and has_store(key_of(message)[0]):
            text = say_in(language, text, word)
        string = text if isinstance(message.id, str) else (text,)
        # A message that was borrowed is ours now.
        catalog.delete(key_of(message)[0], message.context)
        catalog.add(message.id, string, context=message.context)
    return catalog


def _borrow(catalog: Catalog, locale: str) -> None:
    """Put the messages of Django and its companions in: gettext looks from "vi_X-branch" further to "vi", but from
    "zh_Hans-x-branch" to "zh", which nobody has.
    """
    for package in OTHERS:
        spec = find_spec(package)
        folders = spec.submodule_search_locations if spec else None
        path = Path(next(iter(folders))) / "locale" / locale / "LC_MESSAGES" / "django.mo" if folders else None
        if path is None or not path.exists():
            continue
        with path.open("rb") as file:
            known: dict[str | tuple[str, int], str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for key, text in known.items():
            said, is_plural = (key[0], True) if isinstance(key, tuple) else (key, False)
            context, _, said = said.rpartition("\x04")
            if said and text:
                catalog.delete(said, context or None)
                catalog.add(
                    (said, said) if is_plural else said, (text,) if is_plural else text, context=context or None
                )
