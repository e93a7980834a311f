"""Every message there was, as people look at them, and what may still be done about one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.members.models import Member
from regulars.messages.models import Delivery, DeliveryState, Trigger
from regulars.messages.refusals import DeliveryOver, UnknownDelivery
from regulars.platform.rows import LARGEST_ID, fetch

AGAIN = frozenset({"no_channel"})
"""What was held back for this says what it would, and can be sent after all."""

SELECT = """
SELECT delivery.id, delivery.member_id, trim(member.first_name || ' ' || member.last_name), template.id, template.name,
       template.code, version.number, template.purpose, delivery.batch_id, delivery.channel, delivery.language,
       delivery.address, delivery.subject, delivery.body, delivery.trigger, delivery.why, delivery.consent_id,
       delivery.policy_version_id, delivery.state, delivery.reason, delivery.tries, delivery.next_at, delivery.sent_at,
       delivery.error, delivery.created_at, delivery.created_by, coalesce(channel.way, ''), coalesce(channel.shown, '')
FROM ({page}) AS page
JOIN messaging_delivery AS delivery ON delivery.id = page.id
JOIN messaging_templateversion AS version ON version.id = delivery.version_id
JOIN messaging_template AS template ON template.id = version.template_id
LEFT JOIN messaging_channel AS channel ON channel.id = delivery.sent_over_id
LEFT JOIN members_member AS member ON member.id = delivery.member_id
ORDER BY page.place
"""

PAGE = """
SELECT id, row_number() OVER () AS place FROM (
    SELECT id FROM messaging_delivery WHERE id < %(before)s AND {where} ORDER BY id DESC LIMIT %(limit)s) AS newest
"""

# Days are read along their own index: in the order of ids, an old day would come after everything that is newer.
PAGE_OF_DAYS = """
SELECT id, row_number() OVER () AS place FROM (
    SELECT id FROM messaging_delivery WHERE {where} AND (created_at, id) < (
        coalesce((SELECT created_at FROM messaging_delivery WHERE id = %(before)s), 'infinity'), %(before)s)
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s) AS newest
"""


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `way` and `over` say what it went over, "" for the installation's own mail."""

    id: int
    member_id: int | None
    member_name: str | None
    template_id: int
    template: str
    template_code: str
    version: int
    purpose: str
    batch_id: int | None
    channel: str
    language: str
    address: str
    subject: str
    body: str
    trigger: str
    why: str
    consent_id: int | None
    policy_version_id: int | None
    state: str
    reason: str
    tries: int
    next_at: datetime | None
    sent_at: datetime | None
    error: str
    created_at: datetime
    created_by: str
    way: str
    over: str

    @property
    def can_retry(self) -> bool:
        return _may_retry(self)

    @property
    def can_cancel(self) -> bool:
        return self.state in (DeliveryState.WAITING, DeliveryState.STOPPED)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages; what is empty asks for all. [since, until) is when they were put down."""

    state: str = ""
    channel: str = ""
    trigger: str = ""
    since: datetime | None = None
    until: datetime | None = None
    member_id: int | None = None
    batch_id: int | None = None
    version_ids: Sequence[int] = ()


FILTERS = {
    "state": "state = %(state)s",
    "channel": "channel = %(channel)s",
    "trigger": "trigger = %(trigger)s",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
    "member_id": "member_id = %(member_id)s",
    "batch_id": "batch_id = %(batch_id)s",
    "version_ids": "version_id = ANY(%(version_ids)s::bigint[])",
}
"""How each field of `Filter` narrows the list."""


def list_deliveries(asked: Filter, *, before: int | None = None, limit: int = 50) -> list[DeliveryRow]:
    """Messages, newest first; `before` is the last id of the page before. Each filter has an index of its own."""
    where = ["true"]
    params: dict[str, Any] = {"before": LARGEST_ID if before is None else before, "limit": limit}
    for name, sql in FILTERS.items():
        if value := getattr(asked, name):
            where.append(sql)
            params[name] = list(value) if name == "version_ids" else value  # a tuple would be taken for a row
    page = PAGE if asked.since is None and asked.until is None else PAGE_OF_DAYS
    return _rows(page.format(where=" AND ".join(where)), params)


def deliveries_of(member_id: int, *, before: int | None = None, limit: int = 20) -> list[DeliveryRow]:
    """A member's messages, newest first."""
    return list_deliveries(Filter(member_id=member_id), before=before, limit=limit)


def read_delivery(delivery_id: int) -> DeliveryRow:
    """Refuses: UnknownDelivery."""
    found = _rows("SELECT %(id)s::bigint AS id, 1 AS place", {"id": delivery_id})
    if not found:
        raise UnknownDelivery()
    return found[0]


@transaction.atomic
def retry_delivery(delivery_id: int, *, at: datetime, by: Actor) -> None:
    """Send a message after all that has failed, or that had no channel; whether it may go is asked again when it goes.

    Refuses: UnknownDelivery, DeliveryOver.
    """
    row = _lock(delivery_id)
    if not _may_retry(row):
        raise DeliveryOver(state=row.state)
    row.state, row.reason, row.tries, row.next_at, row.error = DeliveryState.WAITING, "", 0, at, ""
    row.save(update_fields=["state", "reason", "tries", "next_at", "error"])
    _tell("message.retried", row, at=at, by=by)


@transaction.atomic
def cancel_delivery(delivery_id: int, *, at: datetime, by: Actor) -> None:
    """Never send a message that waits. Refuses: UnknownDelivery, DeliveryOver."""
    row = _lock(delivery_id)
    if row.state not in (DeliveryState.WAITING, DeliveryState.STOPPED):
        raise DeliveryOver(state=row.state)
    row.state, row.sealed = DeliveryState.CANCELLED, None
    row.save(update_fields=["state", "sealed"])
    _tell("message.cancelled", row, at=at, by=by)


def _rows(page: str, params: dict[str, Any]) -> list[DeliveryRow]:
    names = DeliveryRow.__struct_fields__
    rows = fetch(SELECT.format(page=page), params)
    return [DeliveryRow(**dict(zip(names, row, strict=True))) for row in rows]


def _may_retry(row: Delivery | DeliveryRow) -> bool:
    """What has failed, or had no channel, and still says something to somebody. What a code said is gone: another code
    is sent.
    """
    has_ended = row.state == DeliveryState.FAILED or (row.state == DeliveryState.HELD_BACK and row.reason in AGAIN)
    return has_ended and row.trigger != Trigger.CODE and bool(row.body and row.address)


def _lock(delivery_id: int) -> Delivery:
    row = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if row is None or (row.member_id and not Member.objects.filter(pk=row.member_id, erased_at=None).exists()):
        raise UnknownDelivery()
    return row


def _tell(action: str, row: Delivery, *, at: datetime, by: Actor) -> None:
    facts = {"channel": row.channel}
    record_event(action=action, about="delivery", about_id=row.pk, member_id=row.member_id, facts=facts, at=at, by=by)
