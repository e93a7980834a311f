"""What a shop may change about a member, one write and one line in the trail at a time.

The trail names the fields that changed and never their values: those are personal, and live with the members only.
"""

from datetime import date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from msgspec import UNSET, UnsetType

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.claims import find_holders
from regulars.members.identity import Duplicate, check_birth_on, clean_identifier, clean_name, name_keys
from regulars.members.models import Identifier, IdentifierKind, Member, Status
from regulars.programs.book import load_book

LONGEST_REASON = 200
IDENTIFIERS = (IdentifierKind.EXTERNAL_ID, IdentifierKind.PHONE, IdentifierKind.EMAIL)


class UnknownMember(Refusal):
    """No member of this merchant has this id."""

    code = "member_not_found"


class ReasonNeeded(Refusal):
    """Locking and blocking need a reason of 1 to 200 characters, for the colleague who is asked about it later."""

    code = "reason_needed"

    def __init__(self) -> None:
        self.longest = LONGEST_REASON


class MemberChanges(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What to change: a field that is left out stays as it is, None empties it."""

    first_name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    birth_on: date | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    external_id: str | UnsetType | None = UNSET


def change_member(*, member_id: int, changes: MemberChanges, at: datetime, by: Actor) -> frozenset[str]:
    """Change what is named in `changes`, and return the names of the fields that are different now.

    Refuses: UnknownMember, Duplicate, InvalidName, InvalidBirthDate, InvalidPhone, InvalidEmail, InvalidExternalId.
    """
    country = load_book().program.country
    try:
        with transaction.atomic():
            return _change(member_id, changes, country=country, at=at, by=by)
    except IntegrityError:
        # Another transaction took the identifier since we looked; its commit is visible now, so look again.
        with transaction.atomic():
            return _change(member_id, changes, country=country, at=at, by=by)


def change_status(*, member_id: int, status: Status, reason: str, at: datetime, by: Actor) -> None:
    """Lock, block or activate a member.

    A locked member can look and earn, and cannot spend; a blocked one is not valid at any till. Balances keep their
    dates. Refuses: UnknownMember, ReasonNeeded (to activate, a reason is welcome and not needed).
    """
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON or (not reason and status is not Status.ACTIVE):
        raise ReasonNeeded()
    with transaction.atomic():
        member = lock_member(member_id)
        if (member.status, member.status_reason) == (status, reason):
            return
        facts = {"from": member.status, "to": status.value}
        member.status, member.status_reason = status, reason
        member.save(update_fields=["status", "status_reason"])
        record_event(
            action="member.status_changed",
            about="member",
            about_id=member_id,
            member_id=member_id,
            facts=facts,
            at=at,
            by=by,
        )


def join_member(*, member_id: int, at: datetime, by: Actor) -> None:
    """Turn a guest into a member; one who has joined already stays as they are. Refuses: UnknownMember."""
    with transaction.atomic():
        member = lock_member(member_id)
        if member.joined_at is None:
            member.joined_at = at
            member.save(update_fields=["joined_at"])
            record_event(action="member.joined", about="member", about_id=member_id, member_id=member_id, at=at, by=by)


def lock_member(member_id: int) -> Member:
    """Return the member, locked until the transaction ends. Refuses: UnknownMember."""
    member = Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()
    if member is None:
        raise UnknownMember()
    return member


def _change(member_id: int, changes: MemberChanges, *, country: str, at: datetime, by: Actor) -> frozenset[str]:
    member = lock_member(member_id)
    changed = _change_fields(member, changes, at=at) | _change_identifiers(member, changes, country=country)
    if changed:
        record_event(
            action="member.changed",
            about="member",
            about_id=member_id,
            member_id=member_id,
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
    changed = frozenset(field for field, value in wanted.items() if getattr(member, field) != value)
    if changed:
        for field, value in wanted.items():
            setattr(member, field, value)
        member.name_key, member.surname_key = name_keys(member.first_name, member.last_name)
        member.save(update_fields=[*changed, "name_key", "surname_key"])
    return changed


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
        raise Duplicate(kind=taken, member_id=holder)
    for name, value in changed.items():
        if value is None:
            Identifier.objects.filter(member=member, kind=name, is_main=True).delete()
        else:
            Identifier.objects.update_or_create(
                member=member, kind=name, is_main=True, defaults={"value": value, "verified_at": None}
            )
    return frozenset(changed)
