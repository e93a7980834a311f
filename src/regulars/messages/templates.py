"""Prepared messages: made, changed by a new version, retired. What was sent keeps the version it was sent by."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.consents.purposes import load_purposes
from regulars.core.actor import Actor
from regulars.core.messages.texts import Fault, find_faults
from regulars.members.identity import UnknownLanguage, clean_language
from regulars.messages.models import ChannelKind, Template, TemplateKind, TemplateText, TemplateVersion
from regulars.messages.refusals import InvalidTemplate, InvalidText, NoText, TemplateTaken, UnknownTemplate
from regulars.programs.book import NoProgram, load_book

CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
LONGEST_NAME = 64
LONGEST_NOTE = 200
MOST_TEXTS = 60
"""Four channels in fifteen languages."""


class WrittenText(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it is written: `channel` is email, sms, whatsapp or push; only an e-mail has a subject."""

    channel: str
    language: str
    body: str
    subject: str = ""


class ReadVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version with its texts, in the order they were given in."""

    id: int
    number: int
    created_at: datetime
    created_by: str
    texts: tuple[WrittenText, ...]
    note: str = ""

    @property
    def channels(self) -> list[str]:
        """The channels it has texts for, in the order of the list."""
        return [kind for kind in ChannelKind.values if any(text.channel == kind for text in self.texts)]


class ReadTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """`live` is the version that is sent now."""

    id: int
    code: str
    name: str
    kind: str
    purpose: str
    retired_at: datetime | None
    live: ReadVersion


@transaction.atomic
def create_template(
    *,
    code: str,
    name: str,
    kind: str,
    texts: Sequence[WrittenText],
    at: datetime,
    by: Actor,
    purpose: str = "",
) -> int:
    """Make a template with its first version, and return its id. `kind` is service, purpose or code; only the second
    has a `purpose`, by its code. Neither is ever changed: what was sent was allowed by them.

    Refuses: InvalidTemplate, TemplateTaken, InvalidText.
    """
    if not CODE.fullmatch(code):
        raise InvalidTemplate(field="code")
    if kind not in TemplateKind.values:
        raise InvalidTemplate(field="kind")
    if (kind == TemplateKind.PURPOSE) != bool(purpose) or (purpose and purpose not in load_purposes()):
        raise InvalidTemplate(field="purpose")
    name, clean = _clean_name(name), clean_texts(texts, is_code=kind == TemplateKind.CODE)
    row, is_new = Template.objects.get_or_create(
        code=code,
        defaults={"name": name, "kind": kind, "purpose": purpose, "created_at": at, "created_by": by.tag},
    )
    if not is_new:
        raise TemplateTaken(template=code)
    _write_version(row, 1, clean, at=at, by=by)
    _tell("template.made", row, {}, at=at, by=by)
    return row.pk


@transaction.atomic
def rename_template(template_id: int, *, name: str, at: datetime, by: Actor) -> None:
    """Refuses: UnknownTemplate, InvalidTemplate."""
    row, name = _lock(template_id), _clean_name(name)
    if row.name != name:
        row.name = name
        row.save(update_fields=["name"])
        _tell("template.renamed", row, {}, at=at, by=by)


@transaction.atomic
def publish_version(template_id: int, *, texts: Sequence[WrittenText], at: datetime, by: Actor, note: str = "") -> int:
    """Let a template say this from now on, and return the version's id. The same texts again are no new version. `note`
    says what is new, to the team.

    What waits already goes as it was written. Refuses: UnknownTemplate, InvalidTemplate, InvalidText.
    """
    if len(note) > LONGEST_NOTE:
        raise InvalidTemplate(field="note")
    row = _lock(template_id)
    clean = clean_texts(texts, is_code=row.kind == TemplateKind.CODE)
    live = read_version(TemplateVersion.objects.filter(template=row).latest("number").pk)
    if live.texts == clean:
        return live.id
    version = _write_version(row, live.number + 1, clean, note=note.strip(), at=at, by=by)
    _tell("template.version_published", row, {"version": version.number}, at=at, by=by)
    return version.pk


@transaction.atomic
def retire_template(template_id: int, *, at: datetime, by: Actor) -> None:
    """Send it no more; what it said stays. Refuses: UnknownTemplate."""
    row = _lock(template_id)
    if row.retired_at is None:
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        _tell("template.retired", row, {}, at=at, by=by)


@transaction.atomic
def bring_template_back(template_id: int, *, at: datetime, by: Actor) -> None:
    """Refuses: UnknownTemplate."""
    row = _lock(template_id)
    if row.retired_at is not None:
        row.retired_at = None
        row.save(update_fields=["retired_at"])
        _tell("template.brought_back", row, {}, at=at, by=by)


def list_templates(*, with_retired: bool = False) -> list[ReadTemplate]:
    """Every template with its live version, by name; those that are retired last."""
    live = TemplateVersion.objects.order_by("template_id", "-number").distinct("template_id")
    versions = {version.template_id: _read(version) for version in live.prefetch_related("texts")}
    rows = Template.objects.all() if with_retired else Template.objects.filter(retired_at=None)
    found = [_template(row, versions[row.pk]) for row in rows.order_by("name", "id")]
    return sorted(found, key=lambda each: each.retired_at is not None)


def read_template(template_id: int) -> ReadTemplate:
    """Refuses: UnknownTemplate."""
    return _found(Template.objects.filter(pk=template_id).first())


def find_template(code: str) -> ReadTemplate:
    """Return a template that is in use by its code. Refuses: UnknownTemplate."""
    return _found(Template.objects.filter(code=code, retired_at=None).first())


def find_sendable(code: str, *, channel: str) -> ReadTemplate:
    """Return a template that is in use and has a text for a channel; those for codes are sent by themselves. Refuses:
    UnknownTemplate, NoText.
    """
    found = find_template(code)
    if found.kind == TemplateKind.CODE:
        raise UnknownTemplate()
    if channel not in found.live.channels:
        raise NoText(channel=channel)
    return found


def list_versions(template_id: int) -> list[ReadVersion]:
    """Every version of a template, the newest first."""
    rows = TemplateVersion.objects.filter(template=template_id).order_by("-number")
    return [_read(row) for row in rows.prefetch_related("texts")]


def read_version(version_id: int) -> ReadVersion:
    """Refuses: UnknownTemplate."""
    row = TemplateVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise UnknownTemplate()
    return _read(row)


def clean_texts(texts: Sequence[WrittenText], *, is_code: bool) -> tuple[WrittenText, ...]:
    """Return the texts as they are kept; "", which is nothing, is left out by the caller. Refuses: InvalidTemplate,
    InvalidText.
    """
    if not 1 <= len(texts) <= MOST_TEXTS:
        raise InvalidTemplate(field="texts")
    clean: dict[tuple[str, str], WrittenText] = {}
    units = known_units()
    for text in texts:
        kept = _clean_text(text)
        parts: list[tuple[Literal["subject", "body"], str]] = [("body", kept.body)]
        if kept.channel == ChannelKind.EMAIL:
            parts.insert(0, ("subject", kept.subject))
        for part, written in parts:
            faults: list[Fault] = find_faults(written, kind=part, is_code=is_code, units=units)
            if faults:
                raise InvalidText(channel=kept.channel, language=kept.language, part=part, faults=faults)
        if (kept.channel, kept.language) in clean:
            raise InvalidTemplate(field="language")
        clean[kept.channel, kept.language] = kept
    return tuple(clean.values())


def known_units() -> list[str] | None:
    """The units a text may name; None where there is no program yet. They are those of every version that is there, so
    that a text outlives a draft.
    """
    try:
        return list(load_book().units)
    except NoProgram:
        return None


def _clean_text(text: WrittenText) -> WrittenText:
    if text.channel not in ChannelKind.values:
        raise InvalidTemplate(field="channel")
    try:
        language = clean_language(text.language)
    except UnknownLanguage:
        language = ""
    if not language:
        raise InvalidTemplate(field="language")
    return WrittenText(
        channel=text.channel,
        language=language,
        subject=text.subject.strip() if text.channel == ChannelKind.EMAIL else "",
        body=text.body.replace("\r\n", "\n").replace("\r", "\n").strip(),
    )


def _write_version(
    row: Template, number: int, texts: Sequence[WrittenText], *, at: datetime, by: Actor, note: str = ""
) -> TemplateVersion:
    version = TemplateVersion.objects.create(template=row, number=number, note=note, created_at=at, created_by=by.tag)
    TemplateText.objects.bulk_create(
        TemplateText(version=version, place=place, **msgspec.structs.asdict(text)) for place, text in enumerate(texts)
    )
    return version


def _clean_name(name: str) -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= LONGEST_NAME or not clean.isprintable():
        raise InvalidTemplate(field="name")
    return clean


def _lock(template_id: int) -> Template:
    row = Template.objects.select_for_update().filter(pk=template_id).first()
    if row is None:
        raise UnknownTemplate()
    return row


def _found(row: Template | None) -> ReadTemplate:
    if row is None:
        raise UnknownTemplate()
    return _template(row, _read(TemplateVersion.objects.filter(template=row).latest("number")))


def _template(row: Template, live: ReadVersion) -> ReadTemplate:
    return ReadTemplate(
        id=row.pk,
        code=row.code,
        name=row.name,
        kind=row.kind,
        purpose=row.purpose,
        retired_at=row.retired_at,
        live=live,
    )


def _read(row: TemplateVersion) -> ReadVersion:
    texts = sorted(row.texts.all(), key=lambda text: text.place)
    return ReadVersion(
        id=row.pk,
        number=row.number,
        created_at=row.created_at,
        created_by=row.created_by,
        note=row.note,
        texts=tuple(
            WrittenText(channel=text.channel, language=text.language, subject=text.subject, body=text.body)
            for text in texts
        ),
    )


def _tell(action: str, row: Template, more: dict[str, int], *, at: datetime, by: Actor) -> None:
    facts = {"template": row.code, **more}
    record_event(action=action, about="template", about_id=row.pk, facts=facts, at=at, by=by)
