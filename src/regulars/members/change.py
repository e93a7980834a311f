"""What a shop may change about a member, one write and one line in the trail at a time.

The trail names the fields that changed and never their values: those are personal, and live with the members only.
"""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.attributes import Given, hold_definitions, write_values
from regulars.members.claims import find_holders
from regulars.members.identity import (
    Duplicate,
    check_birth_on,
    clean_identifier,
    clean_language,
    clean_name,
    home_store_id,
    name_keys,
)
from regulars.members.lock import lock_member
from regulars.members.models import Identifier, IdentifierKind, Member
from regulars.platform.again import looks_again
from regulars.programs.book import load_book

IDENTIFIERS = (IdentifierKind.EXTERNAL_ID, IdentifierKind.PHONE, IdentifierKind.EMAIL)


class MemberChanges(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What to change: a field or attribute that is left out stays as it is, None empties it."""

    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    birth_on: date | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    external_id: str | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET
    home_store: str | UnsetType | None = UNSET
    attributes: dict[str, Any] = {}


@looks_again
def change_member(*, member_id: int, changes: MemberChanges, at: datetime, by: Actor) -> frozenset[str]:
    """Change what is named in `changes`, and return the names of the fields that are different now.

    Refuses: UnknownMember, Duplicate, InvalidName, InvalidBirthDate, InvalidPhone, InvalidEmail, InvalidExternalId,
    UnknownLanguage, UnknownStore, UnknownAttribute, InvalidValue, ValueNeeded, ValueTaken.
    """
    country = load_book().program.country
    member = lock_member(member_id)
    changed = _change_fields(member, changes, at=at) | _change_identifiers(member, changes, country=country)
    if changes.attributes:
        changed |= _change_attributes(member, changes.attributes)
    if changed:
        record_event(
            action="member.changed",
            about="member",
            about_id=member.pk,
            member_id=member.pk,
            facts={"changed": sorted(changed)},
            at=at,
            by=by,
        )
    return changed


def _change_fields(member: Member, changes: MemberChanges, *, at: datetime) -> frozenset[str]:
    wanted: dict[str, Any] = {}
    if changes.first_name is not UNSET:
        wanted["first_name"] = clean_name(changes.first_name or "", field="first_name")
    if changes.last_name is not UNSET:
        wanted["last_name"] = clean_name(changes.last_name or "", field="last_name")
    if changes.birth_on is not UNSET:
        wanted["birth_on"] = None if changes.birth_on is None else check_birth_on(changes.birth_on, at=at)
    if changes.language is not UNSET:
        wanted["language"] = clean_language(changes.language or "")
    if changes.home_store is not UNSET:
        wanted["home_store_id"] = home_store_id(changes.home_store) if changes.home_store else None
    changed = [field for field, value in wanted.items() if getattr(member, field) != value]
    if changed:
        for field in changed:
            setattr(member, field, wanted[field])
        member.name_key, member.surname_key = name_keys(member.first_name, member.last_name)
        member.save(update_fields=[*changed, "name_key", "surname_key"])
    return frozenset(field.removesuffix("_id") for field in changed)


def _change_attributes(member: Member, given: Given) -> frozenset[str]:
    outcome = write_values({member.pk: given}, hold_definitions())[member.pk]
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _change_identifiers(member: Member, changes: MemberChanges, *, country: str) -> frozenset[str]:
    wanted: dict[str, str | None] = {}
    for kind in IDENTIFIERS:
        text: str | UnsetType | None = getattr(changes, kind.value)
        if text is not UNSET:
            wanted[kind.value] = clean_identifier(kind, text, country=country) if text else None
    if not wanted:
        return frozenset()
    held = dict(Identifier.objects.filter(member=member, is_main=True).values_list("kind", "value"))
    changed = {kind: value for kind, value in wanted.items() if held.get(kind) != value}
    for (taken, _), holder in find_holders({(name, value) for name, value in changed.items() if value}).items():
        assert holder is not None, "only a card may be nobody's"
        if holder != member.pk:
            raise Duplicate(kind=taken, member_id=holder)
    for name, value in changed.items():
        if value is None:
            Identifier.objects.filter(member=member, kind=name, is_main=True).delete()
        else:
            _become_main(member, name, value)
    return frozenset(changed)


def _become_main(member: Member, kind: str, value: str) -> None:
    """Put an identifier in the place of the main one; one that came with a merged member is known already."""
    others = Identifier.objects.filter(member=member, kind=kind, value=value, is_main=False)
    verified_at = others.values_list("verified_at", flat=True).first()
    others.delete()
    Identifier.objects.update_or_create(
        member=member, kind=kind, is_main=True, defaults={"value": value, "verified_at": verified_at}
    )
