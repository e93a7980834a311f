"""Events that nobody has to tell: a member signs up, a member has a birthday."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from regulars.audit.relay import Relayed
from regulars.core.compiled import Compiled
from regulars.core.identifiers import MemberHandle
from regulars.core.periods import end_of_day, start_of_day
from regulars.core.program.rules import EventRule
from regulars.platform.rows import fetch
from regulars.programs.book import Book, NoProgram, load_book
from regulars.sales.event_batch import NewMemberEvent
from regulars.sales.member_events import record_member_events

SIGN_UP = "sign_up"
BIRTHDAY = "birthday"

LOOK_BACK_DAYS = 7
"""A night that was missed is made good for a week."""

# Who was born on one of these days of the year, has joined by the end of it, and has not had it yet, nor has had it as
# the member who became part of them.
BORN = """
SELECT member.id
FROM members_member AS member
WHERE member.joined_at < %(until)s AND member.left_at IS NULL AND member.merged_into_id IS NULL
  AND (member.status <> ALL(%(shut_out)s) OR member.status_until <= %(at)s)
  AND to_char(member.birth_on, 'MM-DD') = ANY(%(days)s::text[])
  AND NOT EXISTS (SELECT FROM points_memberevent AS had
                  WHERE had.external_id = member.id || '/' || %(year)s AND had.event = 'birthday')
  AND NOT EXISTS (SELECT FROM care_merge AS merge
                  JOIN points_memberevent AS had
                    ON had.external_id = merge.source_id || '/' || %(year)s AND had.event = 'birthday'
                  WHERE merge.keeper_id = member.id AND merge.undone_at IS NULL)
ORDER BY member.id
LIMIT %(limit)s
"""


def record_sign_ups(events: Sequence[Relayed], *, at: datetime) -> int:
    """Record the sign-up of everybody who joined, from the outbox, where the program had a rule for it by then.

    Once for each member, however often the outbox is read; returns how many were told.
    """
    joined = [each for each in events if each.action in ("member.enrolled", "member.joined") and each.member_id]
    if not joined:
        return 0
    try:
        book = load_book()
    except NoProgram:
        return 0
    told = [
        NewMemberEvent(
            event=SIGN_UP,
            external_id=str(each.member_id),
            member=MemberHandle(id=str(each.member_id)),
            occurred_at=each.recorded_at,
        )
        for each in joined
        if earns_by(SIGN_UP, book.compiled_at(each.recorded_at))
    ]
    if told:
        record_member_events(told, at=at, is_history=True)
    return len(told)


def record_birthdays(*, at: datetime, limit: int = 1_000) -> int:
    """Record the birthdays of today and of the week before it, each once for a member and year; how many.

    Zero means that all are recorded; at most `limit` at once. Born on 29 February, one has it on the 28th where the
    year has no other. Days are those of the program's time zone.
    """
    book = load_book()
    today = at.astimezone(book.zone).date()
    for back in range(LOOK_BACK_DAYS + 1):
        on = today - timedelta(days=back)
        if told := _birthdays_on(on, book=book, at=at, limit=limit):
            record_member_events(told, at=at, is_history=True)
            return len(told)
    return 0


def earns_by(event: str, program: Compiled) -> bool:
    """Tell whether a version has a rule for this event."""
    return any(isinstance(rule.terms, EventRule) and rule.terms.event == event for rule in program.events)


def _birthdays_on(on: date, *, book: Book, at: datetime, limit: int) -> list[NewMemberEvent]:
    occurred_at = start_of_day(on, book.zone)
    if not earns_by(BIRTHDAY, book.compiled_at(occurred_at)):
        return []
    rows = fetch(
        BORN,
        {
            "until": end_of_day(on, book.zone),
            "at": at,
            "shut_out": ["blocked"] if book.compiled_at(at).policies.locked_members_earn else ["blocked", "locked"],
            "days": _days_of_year(on),
            "year": on.year,
            "limit": limit,
        },
    )
    return [
        NewMemberEvent(
            event=BIRTHDAY,
            external_id=f"{member}/{on.year}",
            member=MemberHandle(id=str(member)),
            occurred_at=occurred_at,
        )
        for (member,) in rows
    ]


def _days_of_year(on: date) -> list[str]:
    days = [f"{on:%m-%d}"]
    if days == ["02-28"] and (on + timedelta(days=1)).day == 1:
        days.append("02-29")
    return days
