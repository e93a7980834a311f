"""Every action leaves one row: the activity page reads it, and the relay sends it on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.audit.origin import origin_now
from regulars.core.actor import Actor
from regulars.platform.rows import encode_rows, run

INSERT = """
INSERT INTO audit_event (recorded_at, actor, action, about, about_id, member_id, store_id, origin, facts)
SELECT %(at)s, event.actor, event.action, event.about, event.about_id, event.member_id, event.store_id, %(origin)s,
       event.facts
FROM json_to_recordset(%(events)s::json) AS event(
    actor text, action text, about text, about_id bigint, member_id bigint, store_id bigint, facts jsonb)
"""


class NewEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What to record: `action` is `thing.done`, `about` and `about_id` name the row it was done to.

    `store_id` is the store it happened in or to. `facts` are numbers, codes and names of fields; never a person's data,
    because events outlive the person. Whoever let the actor do it is kept with them, as `approver`.
    """

    action: str
    about: str
    about_id: int
    by: Actor
    member_id: int | None = None
    store_id: int | None = None
    facts: dict[str, Any] = {}


def record_events(events: Sequence[NewEvent], *, at: datetime) -> None:
    """Write the events in the caller's transaction, in their order, with one statement for any number."""
    if not events:
        return
    rows = [
        {
            "actor": event.by.tag,
            "action": event.action,
            "about": event.about,
            "about_id": event.about_id,
            "member_id": event.member_id,
            "store_id": event.store_id,
            "facts": event.facts | {"approver": event.by.approver} if event.by.approver else event.facts,
        }
        for event in events
    ]
    run(INSERT, {"at": at, "origin": origin_now(), "events": encode_rows(rows)})


def record_event(
    *,
    action: str,
    about: str,
    about_id: int,
    at: datetime,
    by: Actor,
    member_id: int | None = None,
    store_id: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Write one event in the caller's transaction."""
    event = NewEvent(
        action=action,
        about=about,
        about_id=about_id,
        by=by,
        member_id=member_id,
        store_id=store_id,
        facts=facts or {},
    )
    record_events([event], at=at)
