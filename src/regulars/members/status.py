"""Whether a member counts: joined, left, locked or blocked, and until when.

A locked member can look and earn, and cannot spend; a blocked one is not valid at any till; one who has left is bought
for like a guest, and earns nothing. Balances keep their dates through all of it.

Every reader asks for the status of a moment: a lock that has ended counts no more, whether or not the job that notes
its end has run (`status_at` here, `STATUS_AT` in SQL).
"""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import NewEvent, record_event, record_events
from regulars.core.actor import SYSTEM, Actor
from regulars.core.refusals import Refusal
from regulars.members.lock import lock_member
from regulars.members.models import Member, Status
from regulars.platform.rows import fetch

LONGEST_REASON = 200

STATUS_AT = """CASE
    WHEN member.status = 'active' AND member.left_at IS NULL THEN 'active'
    WHEN member.status = 'blocked' AND (member.status_until IS NULL OR member.status_until > %(at)s) THEN 'blocked'
    WHEN member.left_at IS NOT NULL THEN 'left'
    WHEN member.status_until <= %(at)s THEN 'active'
    ELSE member.status END"""
"""What counts of a row called `member` at a moment, in SQL: active, locked, blocked or left."""

JOINED_AT = "CASE WHEN member.left_at IS NULL THEN member.joined_at END"
"""Since when a row called `member` is a member, in SQL: NULL for guests and for who has left."""

KEEPER = """CASE WHEN member.merged_into_id IS NULL THEN member.id ELSE (
    WITH RECURSIVE now(id, next_id) AS (
        SELECT member.id, member.merged_into_id
        UNION ALL SELECT row.id, row.merged_into_id FROM members_member AS row JOIN now ON row.id = now.next_id)
    SELECT id FROM now WHERE next_id IS NULL) END"""
"""The id of the member that a row called `member` is now, in SQL: its own, unless it was merged into another."""

STANDING = f"SELECT {STATUS_AT} FROM members_member AS member WHERE id = %(member)s"  # noqa: S608  our own words

END = """
UPDATE members_member AS member SET status = 'active', status_reason = '', status_until = NULL
FROM (
    SELECT id, status FROM members_member
    WHERE status_until <= %(at)s ORDER BY status_until LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
) AS over
WHERE member.id = over.id
RETURNING member.id, over.status
"""


class ReasonNeeded(Refusal):
    """Locking, blocking and removing need a reason of 1 to 200 characters, for the colleague who is asked about it."""

    code = "reason_needed"

    def __init__(self) -> None:
        self.longest = LONGEST_REASON


class InvalidStatusEnd(Refusal):
    """A lock or block ends in the future, and an active member's status has no end."""

    code = "invalid_status_end"


def change_status(
    *, member_id: int, status: Status, reason: str, at: datetime, by: Actor, until: datetime | None = None
) -> None:
    """Lock, block or activate a member; `until` is when a lock or block ends by itself.

    Refuses: UnknownMember, ReasonNeeded (to activate, a reason is welcome and not needed), InvalidStatusEnd.
    """
    reason = check_reason(reason, needed=status is not Status.ACTIVE)
    if until is not None and (status is Status.ACTIVE or until <= at):
        raise InvalidStatusEnd()
    with transaction.atomic():
        member = lock_member(member_id)
        if (member.status, member.status_reason, member.status_until) == (status, reason, until):
            return
        facts = {"from": status_at(member, at=at), "to": status.value}
        if until is not None:
            facts["until"] = until.isoformat()
        member.status, member.status_reason, member.status_until = status, reason, until
        member.save(update_fields=["status", "status_reason", "status_until"])
        _tell("member.status_changed", member, facts=facts, at=at, by=by)


def end_statuses(*, at: datetime, limit: int = 1_000) -> int:
    """Note the end of up to `limit` locks and blocks that are over; how many they were."""
    with transaction.atomic():
        ended = fetch(END, {"at": at, "limit": limit})
        events = [
            NewEvent(
                action="member.status_changed",
                about="member",
                about_id=member_id,
                member_id=member_id,
                facts={"from": status, "to": Status.ACTIVE.value},
                by=SYSTEM,
            )
            for member_id, status in ended
        ]
        record_events(events, at=at)
    return len(ended)


def join_member(*, member_id: int, at: datetime, by: Actor) -> None:
    """Turn a guest into a member; who has left comes back, a member since the first time. Refuses: UnknownMember."""
    with transaction.atomic():
        member = lock_member(member_id)
        if member.joined_at is None:
            member.joined_at = at
            member.save(update_fields=["joined_at"])
            _tell("member.joined", member, facts={}, at=at, by=by)
        elif member.left_at is not None:
            member.left_at = None
            member.save(update_fields=["left_at"])
            _tell("member.came_back", member, facts={}, at=at, by=by)


def remove_member(*, member_id: int, reason: str, at: datetime, by: Actor) -> None:
    """Take a member out of the program: the person, the history and the balances stay, and nothing is earned or spent
    until they come back (`join_member`). Who is no member stays as they are.

    Refuses: UnknownMember, ReasonNeeded.
    """
    reason = check_reason(reason, needed=True)
    with transaction.atomic():
        member = lock_member(member_id)
        if member.joined_at is None or member.left_at is not None:
            return
        member.left_at, member.left_reason = at, reason
        member.save(update_fields=["left_at", "left_reason"])
        _tell("member.left", member, facts={}, at=at, by=by)


def standing_of(member_id: int, *, at: datetime) -> str | None:
    """What counts of a member now: active, locked, blocked or left; None if there is nobody."""
    found = fetch(STANDING, {"member": member_id, "at": at})
    return found[0][0] if found else None


def status_at(member: Member, *, at: datetime) -> str:
    """The lock or block that counts at this moment, or active."""
    return Status.ACTIVE.value if member.status_until is not None and member.status_until <= at else member.status


def check_reason(reason: str, *, needed: bool) -> str:
    """Return a reason with single spaces. Refuses: ReasonNeeded."""
    cleaned = " ".join(reason.split())
    if len(cleaned) > LONGEST_REASON or (needed and not cleaned):
        raise ReasonNeeded()
    return cleaned


def _tell(action: str, member: Member, *, facts: dict[str, str], at: datetime, by: Actor) -> None:
    record_event(action=action, about="member", about_id=member.pk, member_id=member.pk, facts=facts, at=at, by=by)
