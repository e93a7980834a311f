"""The .po files: one to a language, with every message of the interface and nothing else."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po, write_po

from regulars.config.languages.collect import ROOT, collect

LOCALE = ROOT / "locale"
LANGUAGES = {"vi": "vi", "ms": "ms", "zh-hans": "zh_Hans"}
"""The languages that are translated into, by tag, with the name of their folder."""

Key = tuple[str, str | None]
"""What a message is known by: its (singular) text and its context."""


def empty(language: str, **said: str) -> Catalog:
    """Return a catalogue of a language; ours have one form for every number."""
    catalog = Catalog(locale=LANGUAGES[language], charset="utf-8", fuzzy=False, **said)
    catalog.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    return catalog


def path_of(language: str) -> Path:
    return LOCALE / LANGUAGES[language] / "LC_MESSAGES" / "django.po"


def key_of(message: Message) -> Key:
    return (message.id if isinstance(message.id, str) else message.id[0]), message.context


def read(language: str) -> Catalog:
    """Read a language's .po file; an empty catalogue where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGES[language], abort_invalid=True)


def update(language: str, messages: Catalog, given: dict[Key, str] | None = None) -> Catalog:
    """Return the language's catalogue for `messages`: what is translated stays so, what is `given` is put in, and what
    nothing says any more is gone.
    """
    old = read(language)
    name = old.locale.english_name if old.locale else language
    new = empty(language, header_comment=f"# What Regulars says, in {name}.")
    for message in messages:
        if not message.id:
            continue
        before = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        text = said_in(before) if before else ""
        text = (given or {}).get(key_of(message), text)
        string = text if isinstance(message.id, str) else (text,)
        new.add(
            message.id,
            string,
            locations=message.locations,
            context=message.context,
            auto_comments=message.auto_comments,
        )
    return new


def said_in(message: Message) -> str:
    """A message's translation."""
    return message.string if isinstance(message.string, str) else (message.string[0] if message.string else "")


def write(language: str, catalog: Catalog) -> None:
    """Write the .po file so that a change of one message changes one place of it: sorted, without lines and dates."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, include_lineno=False, omit_header=True)
    text = path.read_text()
    header = (
        f"{catalog.header_comment}\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {LANGUAGES[language]}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    path.write_text(header + text)


def missing(language: str, messages: Catalog | None = None) -> Iterator[Message]:
    """What the interface says and the language has no words for."""
    known = read(language)
    for message in messages if messages is not None else collect():
        if message.id:
            held = known.get(key_of(message)[0], message.context)
            if held is None or not said_in(held):
                yield message
