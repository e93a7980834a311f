"""A phone or an e-mail is somebody's when they read back the code that was sent to it; the team can undo it.

A code has six digits and lives for ten minutes and five tries, counted in the database under a lock, so that many
guesses at once are no more than one after another. It is kept as a keyed hash.
"""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.lock import lock_member
from regulars.members.models import AddressCode, Identifier, IdentifierKind, Member
from regulars.members.notes import write_note
from regulars.members.status import check_reason
from regulars.platform.sealing import keyed_hash

LIFE = timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES = 5
CODES_WITHIN = timedelta(hours=1)
ADDRESSES = (IdentifierKind.PHONE, IdentifierKind.EMAIL)


class NoAddress(Refusal):
    """The member has no phone or e-mail of this kind."""

    code = "no_address"

    def __init__(self, *, kind: str) -> None:
        self.kind = kind


class TooManyCodes(Refusal):
    """Five codes an hour are sent to one member, and no more."""

    code = "too_many_codes"

    def __init__(self, *, again_at: datetime) -> None:
        self.again_at = again_at


class WrongCode(Refusal):
    """Not the code that was sent last; `tries` are left for it."""

    code = "wrong_code"

    def __init__(self, *, tries: int) -> None:
        self.tries = tries


class NoLiveCode(Refusal):
    """No code is waiting: none was sent, it is over, or it was tried too often. Send another one."""

    code = "no_live_code"


class NotVerified(Refusal):
    """Nothing was verified, so there is nothing to undo."""

    code = "not_verified"


class CodeMade(msgspec.Struct, frozen=True, kw_only=True):
    """What to send, and where: `code` is shown and kept nowhere else."""

    kind: str
    value: str
    code: str
    ends_at: datetime


@transaction.atomic
def make_address_code(*, member_id: int, kind: IdentifierKind, at: datetime, by: Actor) -> CodeMade:
    """Make the code that is sent to a member's phone or e-mail; the one before it is worth nothing any more.

    Refuses: UnknownMember, NoAddress, TooManyCodes.
    """
    member = lock_member(member_id)
    address = _address(member, kind)
    codes = AddressCode.objects.filter(member=member, sent_at__gt=at - CODES_WITHIN).order_by("id")
    lately = list(codes.values_list("sent_at", flat=True)[:MOST_CODES])
    if len(lately) >= MOST_CODES:
        raise TooManyCodes(again_at=lately[0] + CODES_WITHIN)
    AddressCode.objects.filter(member=member, kind=kind, ends_at__gt=at).update(ends_at=at)
    code, ends_at = f"{secrets.randbelow(10**6):06}", at + LIFE
    AddressCode.objects.create(
        member=member,
        kind=kind,
        value=address.value,
        code_hash=_hash(member.pk, kind, address.value, code),
        sent_at=at,
        ends_at=ends_at,
    )
    _tell("address.code_sent", member, kind, at=at, by=by)
    return CodeMade(kind=kind.value, value=address.value, code=code, ends_at=ends_at)


def verify_address(*, member_id: int, kind: IdentifierKind, code: str, at: datetime, by: Actor) -> None:
    """Take the code that a member reads back: the phone or e-mail is theirs from now on.

    Call it outside any transaction: a wrong try is counted, and stays counted. Refuses: UnknownMember, NoAddress,
    NoLiveCode, WrongCode.
    """
    with transaction.atomic():
        refusal = _try(member_id, kind, code, at=at, by=by)
    if refusal is not None:
        raise refusal


@transaction.atomic
def undo_verification(*, member_id: int, kind: IdentifierKind, reason: str, at: datetime, by: Actor) -> None:
    """Say that a phone or e-mail is not known to be theirs after all; the reason stays with the member, as a note.

    Refuses: UnknownMember, NoAddress, NotVerified, ReasonNeeded.
    """
    reason = check_reason(reason, needed=True)
    member = lock_member(member_id)
    address = _address(member, kind)
    if address.verified_at is None:
        raise NotVerified()
    address.verified_at = None
    address.save(update_fields=["verified_at"])
    write_note(member_id=member.pk, text=reason, at=at, by=by)
    _tell("address.unverified", member, kind, at=at, by=by)


def _try(member_id: int, kind: IdentifierKind, code: str, *, at: datetime, by: Actor) -> Refusal | None:
    member = lock_member(member_id)
    address = _address(member, kind)
    waiting = AddressCode.objects.filter(member=member, kind=kind, value=address.value, ends_at__gt=at, used_at=None)
    sent = waiting.order_by("-id").first()
    if sent is None or sent.tries >= MOST_TRIES:
        return NoLiveCode()
    typed = "".join(code.split())
    if not compare_digest(sent.code_hash, _hash(member.pk, kind, address.value, typed)):
        sent.tries += 1
        sent.save(update_fields=["tries"])
        return WrongCode(tries=MOST_TRIES - sent.tries)
    sent.used_at = address.verified_at = at
    sent.save(update_fields=["used_at"])
    address.save(update_fields=["verified_at"])
    _tell("address.verified", member, kind, at=at, by=by)
    return None


def _address(member: Member, kind: IdentifierKind) -> Identifier:
    address = Identifier.objects.filter(member=member, kind=kind, is_main=True).first()
    if address is None or kind not in ADDRESSES:
        raise NoAddress(kind=kind.value)
    return address


def _hash(member_id: int, kind: str, value: str, code: str) -> str:
    return keyed_hash(f"{member_id}/{kind}/{value}/{code}", purpose="address codes")


def _tell(action: str, member: Member, kind: IdentifierKind, *, at: datetime, by: Actor) -> None:
    record_event(
        action=action,
        about="member",
        about_id=member.pk,
        member_id=member.pk,
        facts={"address": kind.value},
        at=at,
        by=by,
    )
