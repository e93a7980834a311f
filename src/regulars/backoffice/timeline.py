"""Everything that happened with a member, newest first: sales, entries that belong to no sale, changes, and messages.

Four streams are merged by time, each paged by its own key, so that no page reads more than a page of each.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Q

from regulars.audit.models import Event
from regulars.backoffice.deeds import say_event
from regulars.backoffice.entries import Told, tell_entry
from regulars.backoffice.finding import unseen_sales
from regulars.backoffice.keyset import read_id_key, read_time_key, time_key
from regulars.backoffice.messages_shown import ShownDelivery, show_deliveries
from regulars.backoffice.office import Office
from regulars.backoffice.receipts import Receipt, show_receipts
from regulars.care.preview import merges_of
from regulars.ledger.statement import entries_of
from regulars.members.models import Card
from regulars.messages.deliveries import DeliveryRow, deliveries_of
from regulars.receipts.models import Dispute
from regulars.receipts.models import Receipt as KeyedReceipt
from regulars.sales.models import Sale
from regulars.staff.rights import Right

SIZE = 20
ENTRIES = 80
SHOWS = ("all", "sales", "points", "changes", "messages")
TOLD_BY_ENTRY = {"points.adjusted", "stamps.adjusted", "points.reinstated", "points.expired"}


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened: exactly one of the four is set."""

    at: datetime
    receipt: Receipt | None = None
    entry: Told | None = None
    event: dict[str, object] | None = None
    letter: ShownDelivery | None = None


type Happened = Sale | Told | Event | DeliveryRow


class Step(msgspec.Struct, frozen=True):
    """A row of a stream; one that shows nothing by itself (an entry of a sale) still moves the stream's key on."""

    at: datetime
    key: str
    shown: Happened | None


class Stream(msgspec.Struct, frozen=True):
    steps: Sequence[Step]
    has_more: bool
    key: str


NOTHING = Stream([], False, "")


class Timeline(msgspec.Struct, frozen=True):
    moments: Sequence[Moment]
    older: str | None
    is_first: bool


def show_timeline(member_id: int, *, show: str, before: str, office: Office) -> Timeline:
    """One page; `before` is `older` of the page before it."""
    keys = before.split("|") if before.count("|") == 3 else [""] * 4
    streams = [
        _sales(member_id, keys[0], office) if show in ("all", "sales") else NOTHING,
        _entries(member_id, keys[1], show, office) if show in ("all", "points") else NOTHING,
        _events(member_id, keys[2], office) if show in ("all", "changes") else NOTHING,
        _letters(member_id, keys[3], show, office) if show in ("all", "messages") else NOTHING,
    ]
    shown, keys, has_more = _merge(streams)
    receipts = show_receipts([step for step in shown if isinstance(step, Sale)], office)
    moments = [_moment(step, receipts, office) for step in shown]
    return Timeline(moments, "|".join(keys) if has_more else None, not before)


def _merge(streams: Sequence[Stream]) -> tuple[list[Happened], list[str], bool]:
    """Take the newest step again and again, until the page is full or a stream would have to read on."""
    places, keys = [0] * len(streams), [stream.key for stream in streams]
    shown: list[Happened] = []
    while len(shown) < SIZE:
        seen = list(enumerate(zip(places, streams, strict=True)))
        if any(place == len(stream.steps) and stream.has_more for _, (place, stream) in seen):
            return shown, keys, True
        heads = [(stream.steps[place].at, nth) for nth, (place, stream) in seen if place < len(stream.steps)]
        if not heads:
            return shown, keys, False
        nth = max(heads, key=lambda head: (head[0], -head[1]))[1]
        step = streams[nth].steps[places[nth]]
        places[nth] += 1
        keys[nth] = step.key
        if step.shown is not None:
            shown.append(step.shown)
    rest = any(
        stream.has_more or any(step.shown is not None for step in stream.steps[place:])
        for place, stream in zip(places, streams, strict=True)
    )
    return shown, keys, rest


def _sales(member_id: int, before: str, office: Office) -> Stream:
    """A member's sales, those of stores that this person does not see left out."""
    reach = office.reach_for(Right.SEE_SALES)
    rows = reach.within(Sale.objects.filter(member=member_id)).select_related("store").order_by("-occurred_at", "-pk")
    if key := read_time_key(before):
        rows = rows.filter(Q(occurred_at__lte=key[0]) & (Q(occurred_at__lt=key[0]) | Q(pk__lt=key[1])))
    found = list(rows[: SIZE + 1])
    steps = [Step(sale.occurred_at, time_key(sale.occurred_at, sale.pk), sale) for sale in found[:SIZE]]
    return Stream(steps, len(found) > SIZE, before)


def _entries(member_id: int, before: str, show: str, office: Office) -> Stream:
    """All entries where points are asked for, but those of sales that this person does not see; else those that no
    sale tells already.
    """
    is_points = show == "points"
    limit = SIZE if is_points else ENTRIES
    found = entries_of(member_id, before=read_id_key(before), limit=limit + 1)
    told = [tell_entry(view, office) for view in found[:limit]]
    unseen = unseen_sales({each.sale_id for each in told if each.sale_id is not None}, office)

    def is_told(each: Told) -> bool:
        return each.sale_id is None or (is_points and each.sale_id not in unseen)

    steps = [Step(each.at, str(each.id), each if is_told(each) else None) for each in told]
    return Stream(steps, len(found) > limit, before)


def _events(member_id: int, before: str, office: Office) -> Stream:
    """What was done to the member and to who became part of them, to their cards, and to receipts and disputes of
    theirs that this person may see.
    """
    reach = office.reach_for(Right.SEE_SALES)
    merges = merges_of(member_id)
    parts = [each.source_id for each in merges if each.undone_at is None]
    asked = Q(about="member", about_id__in=[member_id, *parts]) | Q(about="merge", about_id__in=[m.pk for m in merges])
    for about, things in (
        ("card", Card.objects.all()),
        ("receipt", reach.within(KeyedReceipt.objects.all())),
        ("dispute", reach.within(Dispute.objects.all())),
    ):
        ids = things.filter(member=member_id).order_by("-pk").values_list("pk", flat=True)
        asked |= Q(about=about, about_id__in=list(ids[:100]))
    rows = Event.objects.filter(asked)
    if (last := read_id_key(before)) is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: SIZE + 1])
    steps = [
        Step(event.recorded_at, str(event.pk), None if event.action in TOLD_BY_ENTRY else event)
        for event in found[:SIZE]
    ]
    return Stream(steps, len(found) > SIZE, before)


def _letters(member_id: int, before: str, show: str, office: Office) -> Stream:
    """What was written to them, for who may see that. Among all the rest not what was held back of messages to many."""
    if not office.can(Right.SEE_MESSAGES):
        return NOTHING
    found = deliveries_of(member_id, before=read_id_key(before), limit=SIZE + 1)

    def is_told(row: DeliveryRow) -> bool:
        return show == "messages" or row.trigger != "bulk" or row.state != "held_back"

    steps = [Step(row.created_at, str(row.id), row if is_told(row) else None) for row in found[:SIZE]]
    return Stream(steps, len(found) > SIZE, before)


def _moment(step: Happened, receipts: dict[int, Receipt], office: Office) -> Moment:
    match step:
        case Sale():
            return Moment(at=step.occurred_at, receipt=receipts[step.pk])
        case Told():
            return Moment(at=step.at, entry=step)
        case DeliveryRow():
            return Moment(at=step.created_at, letter=show_deliveries([step])[0])
        case _:
            return Moment(at=step.recorded_at, event={"actor": step.actor, **say_event(step, office)})
