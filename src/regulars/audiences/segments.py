"""Segments: questions about members that have a name. Who belongs is asked anew each time, and never written down."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import msgspec
from django.db import IntegrityError, transaction

from regulars.audiences.circles import check_circles
from regulars.audiences.compile import THERE, Asking, compile_condition
from regulars.audiences.find import Pace, Size, count_exactly, count_members
from regulars.audiences.models import AutoTag, Segment
from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.audience import (
    Condition,
    check_condition,
    goes_in_circles,
    read_condition,
    segments_in,
    write_condition,
)
from regulars.core.refusals import Refusal
from regulars.platform.rows import Asked
from regulars.programs.book import NoProgram, load_book
from regulars.programs.naming import naming_programs

LONGEST_NAME = 64
LONGEST_ABOUT = 200

OF_MEMBERS = "SELECT m.id, {memberships} FROM members_member AS m WHERE m.id = ANY(%(members)s::bigint[]) AND {there}"


class InvalidSegment(Refusal):
    """A segment has a name of 1 to 64 visible characters, and at most 200 about it; `field` says what is wrong."""

    code = "invalid_segment"

    def __init__(self, *, field: str) -> None:
        self.field = field


class SegmentTaken(Refusal):
    """There is a segment of this name already."""

    code = "segment_taken"

    def __init__(self, *, name: str) -> None:
        self.name = name


class UnknownSegment(Refusal):
    """There is no such segment."""

    code = "unknown_segment"

    def __init__(self, *, name: str = "") -> None:
        self.name = name


class SegmentInUse(Refusal):
    """The program, another segment or an automatic tag asks for this segment; `used_by` names them."""

    code = "segment_in_use"

    def __init__(self, *, used_by: list[str]) -> None:
        self.used_by = used_by


class SegmentInCircles(Refusal):
    """A segment cannot ask for itself, neither by itself nor through others."""

    code = "segment_in_circles"


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A segment as a list or a page shows it; `size` as it was counted last."""

    id: int
    name: str
    about: str
    condition: Condition
    size: Size | None
    counted_at: datetime | None
    created_by: str
    changed_at: datetime


@transaction.atomic
def save_segment(
    *, name: str, condition: Condition, at: datetime, by: Actor, about: str = "", segment_id: int | None = None
) -> int:
    """Create a segment, or change one, and count it; its id. A name that rules or other segments know stays.

    Refuses: InvalidSegment, InvalidCondition, SegmentTaken, UnknownSegment, SegmentInUse, SegmentInCircles,
    AutoTagInCircles.
    """
    name, about = _clean(name, longest=LONGEST_NAME, field="name"), _clean(about, longest=LONGEST_ABOUT, field="about")
    check_condition(condition)
    row = None if segment_id is None else _lock(segment_id)
    others = load_segments()
    if row is not None:
        others.pop(row.name, None)
    _check_names(name, condition, others)
    if row is not None and row.name != name and (used_by := users_of(row, at=at)):
        raise SegmentInUse(used_by=used_by)
    check_circles(AutoTag.objects.values_list("segment__name", "tag__name"), others | {name: condition})
    size = count_members(condition, asking_at(at, segments=others | {name: condition}))
    facts = {"name": name, "about": about, "condition": write_condition(condition), "changed_at": at}
    counted = {"size": size.members, "is_exact": size.is_exact, "counted_at": at}
    try:
        with transaction.atomic():
            if row is None:
                row = Segment.objects.create(**facts, **counted, created_at=at, created_by=by.tag)
                action = "segment.created"
            else:
                Segment.objects.filter(pk=row.pk).update(**facts, **counted)
                action = "segment.changed"
    except IntegrityError:
        raise SegmentTaken(name=name) from None
    record_event(action=action, about="segment", about_id=row.pk, facts={"segment": name}, at=at, by=by)
    return row.pk


@transaction.atomic
def remove_segment(segment_id: int, *, at: datetime, by: Actor) -> None:
    """Refuses: UnknownSegment, SegmentInUse."""
    row = _lock(segment_id)
    if used_by := users_of(row, at=at):
        raise SegmentInUse(used_by=used_by)
    row.delete()
    record_event(
        action="segment.removed", about="segment", about_id=segment_id, facts={"segment": row.name}, at=at, by=by
    )


def users_of(segment: Segment, *, at: datetime) -> list[str]:
    """Return what asks for this segment: versions of the program, segments, automatic tags."""
    asking = [
        f"segment {name}" for name, condition in load_segments().items() if segment.name in segments_in(condition)
    ]
    ruling = AutoTag.objects.filter(segment=segment).select_related("tag").order_by("tag__name")
    return [
        *naming_programs("segment", segment.name, at=at),
        *sorted(asking),
        *[f"automatic tag {rule.tag.name}" for rule in ruling],
    ]


def load_segments() -> dict[str, Condition]:
    """Return the conditions of all segments by name."""
    return {name: read_condition(given) for name, given in Segment.objects.values_list("name", "condition")}


def asking_at(at: datetime, *, segments: Mapping[str, Condition] | None = None) -> Asking:
    """Return how conditions are asked at a moment, in the program's time zone and with the segments there are."""
    try:
        zone = ZoneInfo(load_book().program.time_zone)
    except NoProgram:
        zone = ZoneInfo("UTC")
    return Asking(at=at, zone=zone, segments=load_segments() if segments is None else segments)


def list_segments() -> list[SegmentRow]:
    """Return every segment by name."""
    return [_read(row) for row in Segment.objects.order_by("name")]


def read_segment(segment_id: int) -> SegmentRow:
    """Refuses: UnknownSegment."""
    row = Segment.objects.filter(pk=segment_id).first()
    if row is None:
        raise UnknownSegment()
    return _read(row)


def recount_segment(segment_id: int, *, at: datetime, pace: Pace = iter) -> int:
    """Count a segment exactly, however long it takes, and keep it: for a job. Refuses: UnknownSegment."""
    found = read_segment(segment_id)
    members = count_exactly(found.condition, asking_at(at), pace=pace)
    Segment.objects.filter(pk=segment_id).update(size=members, is_exact=True, counted_at=at)
    return members


def ask_segments(
    members: Collection[int], names: Collection[str], *, at: datetime, zone: tzinfo | None = None
) -> Callable[[], dict[int, tuple[str, ...]]]:
    """Send, inside a `together` block, who of these members belongs to which of these segments at a moment; read the
    answer after it. Whoever belongs to none has an empty answer or none. A segment that is gone has nobody. `zone` is
    the program's, where the caller knows it.
    """
    asking = asking_at(at) if zone is None else Asking(at=at, zone=zone, segments=load_segments())
    known = [name for name in sorted(names) if name in asking.segments]
    if not known or not members:
        return dict
    questions = [
        compile_condition(asking.segments[name], asking, prefix=f"s{place}_") for place, name in enumerate(known)
    ]
    sql = OF_MEMBERS.format(memberships=", ".join(f"coalesce({each.sql}, false)" for each in questions), there=THERE)
    params = {key: value for each in questions for key, value in each.params.items()}
    asked = Asked(sql, {**params, "members": sorted(members)})
    return lambda: {
        member: tuple(name for name, belongs in zip(known, belonging, strict=True) if belongs)
        for member, *belonging in asked.rows()
    }


def segments_of(member_id: int, *, at: datetime) -> tuple[str, ...]:
    """Return the names of all segments that a member belongs to now, sorted."""
    names = Segment.objects.values_list("name", flat=True)
    return ask_segments([member_id], list(names), at=at)().get(member_id, ())


def _check_names(name: str, condition: Condition, others: Mapping[str, Condition]) -> None:
    if goes_in_circles(name, condition, others):
        raise SegmentInCircles()
    for asked in segments_in(condition):
        if asked not in others:
            raise UnknownSegment(name=asked)
    if name in others:
        raise SegmentTaken(name=name)


def _lock(segment_id: int) -> Segment:
    row = Segment.objects.select_for_update().filter(pk=segment_id).first()
    if row is None:
        raise UnknownSegment()
    return row


def _clean(text: str, *, longest: int, field: str) -> str:
    cleaned = " ".join(text.split())
    if len(cleaned) > longest or not cleaned.isprintable() or (field == "name" and not cleaned):
        raise InvalidSegment(field=field)
    return cleaned


def _read(row: Segment) -> SegmentRow:
    return SegmentRow(
        id=row.pk,
        name=row.name,
        about=row.about,
        condition=read_condition(row.condition),
        size=None if row.size is None else Size(row.size, row.is_exact),
        counted_at=row.counted_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
    )
