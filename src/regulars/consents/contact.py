"""Whether somebody may be written to: asked here by everything that sends, for one person or for many at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

import msgspec

from regulars.core.consents import Basis, Decision, is_allowed
from regulars.members.status import KEEPER
from regulars.platform.rows import fetch

type Why = Literal[
    "consent", "basis", "no_consent", "withdrawn", "left", "erasing", "gone", "unknown_purpose", "unknown_channel"
]

# What was said about this channel counts before what was said about the purpose as a whole. Each look-up is one probe.
ASK = f"""
SELECT wanted.id, member.id, member.erased_at IS NOT NULL, member.left_at IS NOT NULL,
       EXISTS (SELECT FROM consents_erasure WHERE member_id = member.id AND state = 'waiting'),
       decided.is_given, decided.given_at, decided.consent_id, decided.version_id
FROM unnest(%(members)s::bigint[]) AS wanted(id)
JOIN LATERAL (
    SELECT * FROM members_member WHERE id = (SELECT {KEEPER} FROM members_member AS member WHERE id = wanted.id) LIMIT 1
) AS member ON true
LEFT JOIN LATERAL (
    SELECT * FROM consents_consentnow
    WHERE member_id = member.id AND purpose_id = %(purpose)s AND channel IN (%(channel)s, '')
    ORDER BY channel DESC LIMIT 1
) AS decided ON true
"""  # noqa: S608  our own words

PURPOSE = "SELECT id, basis, channels FROM consents_purpose WHERE code = %(code)s AND retired_at IS NULL"

PROMISED = frozenset({Basis.CONTRACT, Basis.LAW})
"""What is done by contract or law goes on when somebody leaves, or waits to be erased."""


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one person may be written to, and `why` (or why not). `consent_id` is the decision that said so,
    `version_id` the policy it was said under, `member_id` the member they are now.
    """

    is_allowed: bool
    why: Why
    member_id: int | None = None
    consent_id: int | None = None
    version_id: int | None = None
    given_at: datetime | None = None


def look_up_permissions(member_ids: Collection[int], *, purpose: str, channel: str) -> dict[int, Permission]:
    """Tell by id whether these members may be written to, and why, with two statements: for a purpose (its code), over
    a channel: email, sms, whatsapp, push, phone or post.

    A purpose or channel that the shop does not have is a no, and so is anybody who was erased. Of who was merged the
    member they are now is asked.
    """
    known = fetch(PURPOSE, {"code": purpose})
    if not known:
        return dict.fromkeys(member_ids, Permission(is_allowed=False, why="unknown_purpose"))
    [(purpose_id, basis, channels)] = known
    if channels and channel not in channels:
        return dict.fromkeys(member_ids, Permission(is_allowed=False, why="unknown_channel"))
    permissions = dict.fromkeys(member_ids, Permission(is_allowed=False, why="gone"))
    asked = {"members": list(permissions), "purpose": purpose_id, "channel": channel}
    for wanted, *facts in fetch(ASK, asked):
        permissions[wanted] = _judge(Basis(basis), *facts)
    return permissions


def _judge(
    basis: Basis,
    member_id: int,
    is_erased: bool,
    has_left: bool,
    is_going: bool,
    is_given: bool | None,
    given_at: datetime | None,
    consent_id: int | None,
    version_id: int | None,
) -> Permission:
    decision = None
    if is_given is not None and given_at is not None:
        decision = Decision(is_given=is_given, given_at=given_at)
    why: Why
    if is_erased:
        why = "gone"
    elif has_left and basis not in PROMISED:
        why = "left"
    elif is_going and basis not in PROMISED:
        why = "erasing"
    elif not is_allowed(basis, decision):
        why = "no_consent" if decision is None else "withdrawn"
    else:
        why = "consent" if basis is Basis.CONSENT else "basis"
    return Permission(
        is_allowed=why in ("consent", "basis"),
        why=why,
        member_id=member_id,
        consent_id=consent_id,
        version_id=version_id,
        given_at=given_at,
    )
