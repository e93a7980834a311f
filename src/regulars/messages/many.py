"""A prepared message for many members: asked for at once, put together by a job in parts, stopped and gone on with.

Each part is a transaction that puts down so many messages and how far it came; one that was cut off goes on where it
was, and nobody is written to twice. While a run is stopped, what it has put down is not sent either.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Count

from regulars.audiences.find import each_batch
from regulars.audiences.segments import asking_at
from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.audience import Condition, read_condition, write_condition
from regulars.messages.channels import is_connected
from regulars.messages.look import prepare
from regulars.messages.models import Batch, Delivery, DeliveryState, Trigger
from regulars.messages.put import Wish, put_messages
from regulars.messages.refusals import BatchOver, KeyTaken, NoChannel, UnknownBatch
from regulars.messages.send import check_given
from regulars.messages.templates import find_sendable
from regulars.platform.rows import LARGEST_ID, run

AT_ONCE = 500
MOVED_AT_ONCE = 5_000
State = Batch.State
GOING = (State.WAITING, State.COLLECTING)

MOVE = """
UPDATE messaging_delivery SET state = %(after)s, next_at = coalesce(next_at, %(at)s)
WHERE id IN (
    SELECT id FROM messaging_delivery WHERE batch_id = %(batch)s AND state = ANY(%(before)s::text[])
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""


class ReadBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a page shows it: `about` so many members, `looked` at as far as it is; `states` counts its messages."""

    id: int
    template: str
    template_id: int
    version: int
    channel: str
    origin: str
    state: str
    about: int
    put: int
    held: int
    is_collected: bool
    states: Mapping[str, int] = {}
    created_at: datetime
    created_by: str
    ended_at: datetime | None

    @property
    def looked(self) -> int:
        return self.put + self.held

    @property
    def percent(self) -> int:
        return 100 if self.is_collected else min(100 * self.looked // max(self.about, 1), 99)

    @property
    def is_going(self) -> bool:
        return self.state in GOING


class Progress(msgspec.Struct, frozen=True):
    messages: int


@transaction.atomic
def send_many(
    *,
    template: str,
    channel: str,
    origin: str,
    about: int,
    at: datetime,
    by: Actor,
    key: str,
    condition: Condition | None = None,
    members: Sequence[int] = (),
    comment: str = "",
) -> int:
    """Ask for a message to all of these members, or to everybody a condition means; the run's id. The job
    (`work_batch`) does the rest. `origin` names whom it is for, `about` says how many they are. The same `key` again is
    the same run.

    Refuses: UnknownTemplate, NoText, NoChannel, TooLongComment, KeyTaken.
    """
    found = find_sendable(template, channel=channel)
    if not is_connected(channel):
        raise NoChannel(kind=channel)
    asked: dict[str, Any] = {"members": sorted(set(members), reverse=True)}
    if condition is not None:
        asked = {"condition": msgspec.json.decode(msgspec.json.encode(write_condition(condition)))}  # as it is kept
    batch, is_new = Batch.objects.get_or_create(
        key=key,
        defaults={
            "version_id": found.live.id,
            "channel": channel,
            "origin": origin[:200],
            "asked": asked,
            "given": check_given(comment, None),
            "about": about,
            "created_at": at,
            "created_by": by.tag,
        },
    )
    if not is_new:
        if (batch.version.template_id, batch.channel, batch.asked) != (found.id, channel, asked):
            raise KeyTaken()
        return batch.pk
    facts = {"template": template, "channel": channel, "about": about}
    record_event(action="message_batch.asked", about="message_batch", about_id=batch.pk, facts=facts, at=at, by=by)
    return batch.pk


def stop_batch(batch_id: int, *, at: datetime, by: Actor) -> None:
    """Let nothing of it go any more until it is gone on with. Refuses: UnknownBatch, BatchOver."""
    _turn(batch_id, (*GOING, State.DONE), State.STOPPED, "message_batch.stopped", at=at, by=by)


def resume_batch(batch_id: int, *, at: datetime, by: Actor) -> None:
    """Go on with a run that was stopped. Refuses: UnknownBatch, BatchOver."""
    _turn(batch_id, (State.STOPPED,), State.COLLECTING, "message_batch.resumed", at=at, by=by)


def cancel_batch(batch_id: int, *, at: datetime, by: Actor) -> None:
    """Give a run up for good: what was sent is sent, the rest never goes. Refuses: UnknownBatch, BatchOver."""
    before = (*GOING, State.STOPPED, State.DONE)
    _turn(batch_id, before, State.CANCELLED, "message_batch.cancelled", at=at, by=by)


def work_batch(batch_id: int, *, at: datetime, by: Actor) -> Iterator[Progress]:
    """Do what a run's state asks, part by part, each in a transaction of its own: put messages down, let those go that
    were stopped, or stop or cancel what waits.
    """
    while True:
        # Looked for without a lock: whoever stops the run does not wait until somebody is found.
        found = _find_next(batch_id, at=at)
        part = _step(batch_id, found, at=at, by=by)
        if part is None:
            return
        yield Progress(part)


def read_batch(batch_id: int) -> ReadBatch:
    """Refuses: UnknownBatch."""
    row = Batch.objects.select_related("version__template").filter(pk=batch_id).first()
    if row is None:
        raise UnknownBatch()
    counted = Delivery.objects.filter(batch=row).values("state").annotate(number=Count("id")).order_by()
    return _read(row, {each["state"]: each["number"] for each in counted})


def list_batches(*, before: int | None = None, limit: int = 50) -> list[ReadBatch]:
    """The newest runs first; `before` is the last id of the page before."""
    rows = Batch.objects.select_related("version__template").filter(pk__lt=LARGEST_ID if before is None else before)
    return [_read(row, {}) for row in rows.order_by("-id")[:limit]]


@transaction.atomic
def _turn(batch_id: int, before: Sequence[str], after: str, action: str, *, at: datetime, by: Actor) -> None:
    row = Batch.objects.select_for_update().filter(pk=batch_id).first()
    if row is None:
        raise UnknownBatch()
    if row.state not in before:
        raise BatchOver(state=row.state)
    row.state, row.ended_at = after, None if after == State.COLLECTING else at
    row.save(update_fields=["state", "ended_at"])
    record_event(action=action, about="message_batch", about_id=batch_id, at=at, by=by)


class _Next(msgspec.Struct, frozen=True):
    """Whom to write to next, after `before`."""

    before: int | None
    members: list[int]


def _find_next(batch_id: int, *, at: datetime) -> _Next:
    batch = Batch.objects.filter(pk=batch_id, state__in=GOING, is_collected=False).first()
    if batch is None:
        return _Next(None, [])
    before = LARGEST_ID if batch.before is None else batch.before
    members: list[int] = []
    if "members" in batch.asked:
        members = [member for member in batch.asked["members"] if member < before]
    elif "condition" in batch.asked:  # otherwise whom it asked for was erased
        members = next(each_batch(read_condition(batch.asked["condition"]), asking_at(at), before=batch.before), [])
    return _Next(batch.before, members[:AT_ONCE])


@transaction.atomic
def _step(batch_id: int, found: _Next, *, at: datetime, by: Actor) -> int | None:
    """Do the next part; how many messages it was about, None where nothing is left to do."""
    batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        return None
    match batch.state:
        case State.WAITING | State.COLLECTING:
            if not batch.is_collected:
                # Another worker was here since: look again.
                return _collect(batch, found.members, at=at, by=by) if found.before == batch.before else 0
            moved = _move(batch, (DeliveryState.STOPPED,), DeliveryState.WAITING, at=at)
            if not moved:
                Batch.objects.filter(pk=batch_id).update(state=State.DONE, ended_at=at)
                return None
            return moved
        case State.STOPPED:
            return _move(batch, (DeliveryState.WAITING,), DeliveryState.STOPPED, at=at) or None
        case State.CANCELLED:
            waits = (DeliveryState.WAITING, DeliveryState.STOPPED)
            return _move(batch, waits, DeliveryState.CANCELLED, at=at) or None
        case _:
            return None


def _collect(batch: Batch, members: Sequence[int], *, at: datetime, by: Actor) -> int:
    put = held = 0
    if members:
        prepared = prepare(batch.version_id, batch.channel, at=at)
        wishes = [Wish(member_id=member, key=f"batch/{batch.pk}/{member}", given=batch.given) for member in members]
        for each in put_messages(prepared, wishes, trigger=Trigger.BULK, at=at, by=by, batch_id=batch.pk):
            put, held = put + each.goes, held + (not each.goes)
    Batch.objects.filter(pk=batch.pk).update(
        state=State.COLLECTING,
        before=members[-1] if members else batch.before,
        is_collected=not members,
        put=batch.put + put,
        held=batch.held + held,
    )
    return len(members)


def _move(batch: Batch, before: Sequence[str], after: str, *, at: datetime) -> int:
    return run(MOVE, {"batch": batch.pk, "before": list(before), "after": after, "at": at, "limit": MOVED_AT_ONCE})


def _read(row: Batch, states: Mapping[str, int]) -> ReadBatch:
    return ReadBatch(
        id=row.pk,
        template=row.version.template.name,
        template_id=row.version.template_id,
        version=row.version.number,
        channel=row.channel,
        origin=row.origin,
        state=row.state,
        about=row.about,
        put=row.put,
        held=row.held,
        is_collected=row.is_collected,
        states=states,
        created_at=row.created_at,
        created_by=row.created_by,
        ended_at=row.ended_at,
    )
