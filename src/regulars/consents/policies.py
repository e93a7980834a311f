"""The texts a shop publishes about people's data: in versions that never change, each in the languages people read."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.consents.models import Policy, PolicyText, PolicyVersion
from regulars.consents.purposes import CODE, LONGEST_NAME
from regulars.consents.refusals import InvalidPolicy, UnknownPolicy
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.files.keep import keep_file
from regulars.files.models import Purpose as FilePurpose
from regulars.members.identity import clean_language
from regulars.platform.rows import fetch

LONGEST_TITLE = 120
LONGEST_BODY = 100_000
MOST_LANGUAGES = 20

VERSIONS = "SELECT policy_id, id, number, effective_at FROM consents_policyversion ORDER BY policy_id, number"


class Upload(msgspec.Struct, frozen=True):
    """A file that somebody chose."""

    name: str
    content: Any


class NewText(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in one language: its words, or a file (PDF or text)."""

    language: str
    title: str
    body: str = ""
    upload: Upload | None = None


@transaction.atomic
def make_policy(*, code: str, name: str, at: datetime, by: Actor) -> Policy:
    """Make a policy without any version. Refuses: InvalidPolicy."""
    name = " ".join(name.split())
    if not CODE.fullmatch(code) or Policy.objects.filter(code=code).exists():
        raise InvalidPolicy(field="code")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidPolicy(field="name")
    policy = Policy.objects.create(code=code, name=name, created_at=at)
    record_event(action="policy.made", about="policy", about_id=policy.pk, facts={"policy": code}, at=at, by=by)
    return policy


@transaction.atomic
def publish_version(
    *, policy: str, texts: Sequence[NewText], at: datetime, by: Actor, effective_at: datetime | None = None
) -> PolicyVersion:
    """Publish the next version of a policy, in force from `effective_at` (None: now) on. Consents that were given
    under earlier ones keep saying so. Refuses: UnknownPolicy, InvalidPolicy, and what `keep_file` refuses.
    """
    row = Policy.objects.select_for_update().filter(code=policy).first()
    if row is None:
        raise UnknownPolicy()
    if not 1 <= len(texts) <= MOST_LANGUAGES:
        raise InvalidPolicy(field="texts")
    last = PolicyVersion.objects.filter(policy=row).order_by("-number").first()
    effective_at = effective_at or at
    if effective_at < at or (last is not None and effective_at < last.effective_at):
        raise InvalidPolicy(field="effective_at")
    version = PolicyVersion.objects.create(
        policy=row,
        number=last.number + 1 if last else 1,
        effective_at=effective_at,
        published_at=at,
        published_by=by.tag,
    )
    for text in texts:
        _add(version, text, at=at, by=by)
    facts = {"policy": row.code, "version": version.number, "languages": sorted(text.language for text in texts)}
    record_event(action="policy.published", about="policy", about_id=row.pk, facts=facts, at=at, by=by)
    return version


@transaction.atomic
def add_translation(*, version_id: int, text: NewText, at: datetime, by: Actor) -> PolicyText:
    """Say a published version in one more language. Refuses: UnknownPolicy, InvalidPolicy."""
    version = PolicyVersion.objects.select_for_update(of=("self",)).filter(pk=version_id).first()
    if version is None:
        raise UnknownPolicy()
    added = _add(version, text, at=at, by=by)
    facts = {"version": version.number, "language": added.language}
    record_event(action="policy.translated", about="policy", about_id=version.policy_id, facts=facts, at=at, by=by)
    return added


def load_versions() -> dict[int, list[tuple[int, int, datetime]]]:
    """Every policy's versions as (id, number, effective_at), oldest first, by policy id."""
    versions: dict[int, list[tuple[int, int, datetime]]] = {}
    for policy_id, row_id, number, effective_at in fetch(VERSIONS, {}):
        versions.setdefault(policy_id, []).append((row_id, number, effective_at))
    return versions


def current_version(policy_id: int, *, at: datetime) -> PolicyVersion | None:
    """The version that holds at a moment; None where none does yet."""
    return PolicyVersion.objects.filter(policy_id=policy_id, effective_at__lte=at).order_by("-number").first()


def text_for(version: PolicyVersion, language: str) -> PolicyText | None:
    """The version in this language, or else in the first one it was written in."""
    texts = list(PolicyText.objects.filter(version=version).order_by("id"))
    return next((text for text in texts if text.language == language), texts[0] if texts else None)


def _add(version: PolicyVersion, text: NewText, *, at: datetime, by: Actor) -> PolicyText:
    try:
        language = clean_language(text.language)
    except Refusal:
        raise InvalidPolicy(field="language") from None
    title = " ".join(text.title.split())
    if not language or PolicyText.objects.filter(version=version, language=language).exists():
        raise InvalidPolicy(field="language")
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise InvalidPolicy(field="title")
    body = text.body.strip()
    if (not body and text.upload is None) or len(body) > LONGEST_BODY or "\x00" in body:
        raise InvalidPolicy(field="body")
    file_id = None
    if text.upload is not None:
        content: IO[bytes] = text.upload.content
        file_id = keep_file(content, name=text.upload.name, purpose=FilePurpose.POLICY, at=at, by=by).pk
    return PolicyText.objects.create(version=version, language=language, title=title, body=body, file_id=file_id)
