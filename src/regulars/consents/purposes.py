"""What a shop uses people's data for: purposes are made, changed and retired; what was decided about them stays."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.consents.models import ConsentNow, Policy, Purpose
from regulars.consents.refusals import InvalidPurpose, UnknownPolicy, UnknownPurpose
from regulars.core.actor import Actor
from regulars.core.consents import CHANNELS, Basis

CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
LONGEST_NAME = 64
LONGEST_ABOUT = 500


class KnownPurpose(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose that people are asked about."""

    id: int
    code: str
    name: str
    about: str
    basis: Basis
    channels: tuple[str, ...]
    policy_id: int | None
    at_signup: bool

    @property
    def is_asked(self) -> bool:
        """Whether a person decides about it at all."""
        return self.basis in (Basis.CONSENT, Basis.INTEREST)


class PurposeWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a purpose shall be; `policy` is a policy's code."""

    code: str
    name: str
    about: str
    basis: Basis
    channels: Sequence[str] = ()
    policy: str | None = None
    at_signup: bool = True


def load_purposes() -> dict[str, KnownPurpose]:
    """Read the purposes that are not retired, by code, in the order of the forms."""
    rows = Purpose.objects.filter(retired_at=None).order_by("place", "id")
    return {
        row.code: KnownPurpose(
            id=row.pk,
            code=row.code,
            name=row.name,
            about=row.about,
            basis=Basis(row.basis),
            channels=tuple(row.channels),
            policy_id=row.policy_id,
            at_signup=row.at_signup,
        )
        for row in rows
    }


@transaction.atomic
def save_purpose(wish: PurposeWish, *, at: datetime, by: Actor) -> Purpose:
    """Make a purpose, or change the one of this code; a retired one comes back. Refuses: InvalidPurpose,
    UnknownPolicy.

    The basis of a purpose that people have decided about stays as it is: their answers were to another question.
    """
    fields = _checked(wish)
    row = Purpose.objects.select_for_update().filter(code=wish.code).first()
    if row is None:
        row = Purpose.objects.create(code=wish.code, place=Purpose.objects.count(), **fields)
        _tell("purpose.made", row, at=at, by=by)
        return row
    if row.basis != wish.basis and ConsentNow.objects.filter(purpose=row).exists():
        raise InvalidPurpose(field="basis")
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, fields[name])
        row.save(update_fields=changed)
        _tell("purpose.changed", row, at=at, by=by, changed=changed)
    return row


@transaction.atomic
def retire_purpose(*, code: str, at: datetime, by: Actor) -> None:
    """Ask nobody about it any more, and do nothing for it. Refuses: UnknownPurpose."""
    row = Purpose.objects.select_for_update().filter(code=code, retired_at=None).first()
    if row is None:
        raise UnknownPurpose(purpose=code)
    row.retired_at = at
    row.save(update_fields=["retired_at"])
    _tell("purpose.retired", row, at=at, by=by)


def _checked(wish: PurposeWish) -> dict[str, object]:
    if not CODE.fullmatch(wish.code):
        raise InvalidPurpose(field="code")
    for field, text, longest in (("name", wish.name, LONGEST_NAME), ("about", wish.about, LONGEST_ABOUT)):
        if not text.strip() or len(text) > longest or "\x00" in text:
            raise InvalidPurpose(field=field)
    channels = [channel for channel in CHANNELS if channel in wish.channels]
    if len(channels) != len(set(wish.channels)):
        raise InvalidPurpose(field="channels")
    policy = None if wish.policy is None else Policy.objects.filter(code=wish.policy).first()
    if wish.policy is not None and policy is None:
        raise UnknownPolicy()
    return {
        "name": wish.name.strip(),
        "about": wish.about.strip(),
        "basis": Basis(wish.basis).value,
        "channels": channels,
        "policy_id": None if policy is None else policy.pk,
        "at_signup": wish.at_signup,
        "retired_at": None,
    }


def _tell(action: str, row: Purpose, *, at: datetime, by: Actor, changed: Sequence[str] = ()) -> None:
    facts: dict[str, object] = {"purpose": row.code, "basis": row.basis}
    if changed:
        facts["changed"] = sorted(name.removesuffix("_id") for name in changed)
    record_event(action=action, about="purpose", about_id=row.pk, facts=facts, at=at, by=by)
