"""Everything that the interface says is said in every language, with the same blanks to fill."""

import re
from collections import Counter

import pytest

from regulars.config.languages.catalogues import LANGUAGES, key_of, missing, path_of, read, said_in
from regulars.config.languages.collect import collect

MESSAGES = collect()

BLANKS = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|</?\w+[^>]*>")
"""What a translation has as the English has it: placeholders of both kinds, and tags."""

EDGES = re.compile(r"^\s*|\s*$")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_in_english(language):
    assert [key_of(message) for message in missing(language, MESSAGES)] == [], "run `make languages` and translate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_nobody_says(language):
    said = {key_of(message) for message in MESSAGES}

    assert [key_of(message) for message in read(language) if message.id and key_of(message) not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_blanks_of_the_english(language):
    wrong = []
    for message in read(language):
        english = message.id if isinstance(message.id, str) else message.id[-1]
        said = said_in(message)
        if english and said and Counter(BLANKS.findall(english)) != Counter(BLANKS.findall(said)):
            wrong.append((english, said))

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_sure_and_in_plain_characters(language):
    text = path_of(language).read_text()

    assert "#, fuzzy" not in text and ", fuzzy" not in text
    assert not re.search("[\ufffd\u200b\u00ad\u202a-\u202e]", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_begins_or_ends_a_sentence_does_so_everywhere(language):
    """Lines and spaces around a message are part of how it is put together."""
    for message in read(language):
        english = message.id if isinstance(message.id, str) else message.id[0]
        said = said_in(message)
        if said and english.strip(" ,;.") != "":
            assert english.count("\n") == said.count("\n"), (english, said)
            assert english.startswith("\n") == said.startswith("\n"), (english, said)
            assert english.endswith("\n") == said.endswith("\n"), (english, said)
