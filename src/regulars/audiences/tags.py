"""Tags are created first, then put on members and taken off; each change of a member's tags leaves one event."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby

import msgspec
from django.db import IntegrityError, transaction

from regulars.audiences.models import AutoTag, Segment, Tag
from regulars.audit.record import NewEvent, record_event, record_events
from regulars.core.actor import Actor
from regulars.core.audience import read_condition, tags_in
from regulars.core.refusals import Refusal
from regulars.members.lock import lock_members
from regulars.platform.rows import Asked, encode_rows, fetch
from regulars.programs.naming import naming_programs

LONGEST_NAME = 64
LONGEST_ABOUT = 200

WEARERS = """
SELECT tag.id, (SELECT count(*) FROM (SELECT FROM audiences_worn WHERE tag_id = tag.id LIMIT %(most)s) AS worn)
FROM audiences_tag AS tag
"""

# What a rule put on and a person puts on again stays when the rule would take it off.
CHANGE = """
WITH wanted AS (
    SELECT member_id, tag_id, is_put FROM json_to_recordset(%(rows)s::json)
        AS wanted(member_id bigint, tag_id bigint, is_put boolean)
), put AS (
    INSERT INTO audiences_worn (member_id, tag_id, auto_tag_id, put_at, put_by)
    SELECT member_id, tag_id, %(auto_tag)s, %(at)s, %(by)s FROM wanted WHERE is_put ORDER BY member_id, tag_id
    ON CONFLICT (member_id, tag_id) DO NOTHING
    RETURNING member_id, tag_id
), kept AS (
    UPDATE audiences_worn AS worn SET auto_tag_id = NULL FROM wanted
    WHERE wanted.is_put AND %(auto_tag)s::bigint IS NULL AND worn.auto_tag_id IS NOT NULL
      AND worn.member_id = wanted.member_id AND worn.tag_id = wanted.tag_id
), taken AS (
    DELETE FROM audiences_worn AS worn USING wanted
    WHERE NOT wanted.is_put AND worn.member_id = wanted.member_id AND worn.tag_id = wanted.tag_id
      AND (%(auto_tag)s::bigint IS NULL OR worn.auto_tag_id = %(auto_tag)s)
    RETURNING worn.member_id, worn.tag_id
)
SELECT member_id, tag_id, true FROM put UNION ALL SELECT member_id, tag_id, false FROM taken ORDER BY 1, 3 DESC, 2
"""

WORN = """
SELECT worn.member_id, tag.name FROM audiences_worn AS worn JOIN audiences_tag AS tag ON tag.id = worn.tag_id
WHERE worn.member_id = ANY(%(members)s::bigint[])
ORDER BY worn.member_id, tag.name
"""


class InvalidTag(Refusal):
    """A tag has a name of 1 to 64 visible characters, and at most 200 about it; `field` says what is wrong."""

    code = "invalid_tag"

    def __init__(self, *, field: str) -> None:
        self.field = field


class TagTaken(Refusal):
    """There is a tag of this name already."""

    code = "tag_taken"

    def __init__(self, *, name: str) -> None:
        self.name = name


class UnknownTag(Refusal):
    """There is no such tag: create it first."""

    code = "unknown_tag"

    def __init__(self, *, name: str) -> None:
        self.name = name


class TagInUse(Refusal):
    """The program, a segment or a rule asks for this tag; `used_by` names them."""

    code = "tag_in_use"

    def __init__(self, *, used_by: list[str]) -> None:
        self.used_by = used_by


class TagChange(msgspec.Struct, frozen=True, kw_only=True):
    """Tags, by id, to put on a member and to take off."""

    member_id: int
    put: tuple[int, ...] = ()
    take: tuple[int, ...] = ()


class Retagged(msgspec.Struct, frozen=True, kw_only=True):
    """What is different now: a tag that was worn already was not put on."""

    member_id: int
    put: tuple[int, ...]
    take: tuple[int, ...]


def create_tag(name: str, *, at: datetime, by: Actor, about: str = "") -> Tag:
    """Refuses: InvalidTag, TagTaken."""
    name, about = clean_tag(name), _clean_about(about)
    try:
        with transaction.atomic():
            tag = Tag.objects.create(name=name, about=about, created_at=at, created_by=by.tag)
            record_event(action="tag.created", about="tag", about_id=tag.pk, facts={"tag": name}, at=at, by=by)
    except IntegrityError:
        raise TagTaken(name=name) from None
    return tag


@transaction.atomic
def change_tag(name: str, *, about: str, at: datetime, by: Actor) -> None:
    """Say something else about a tag; its name stays: rules know it by that. Refuses: UnknownTag, InvalidTag."""
    tag, about = _lock(name), _clean_about(about)
    if tag.about != about:
        tag.about = about
        tag.save(update_fields=["about"])
        record_event(action="tag.changed", about="tag", about_id=tag.pk, facts={"tag": name}, at=at, by=by)


@transaction.atomic
def remove_tag(name: str, *, at: datetime, by: Actor) -> int:
    """Take a tag off everybody and forget it; how many wore it. Refuses: UnknownTag, TagInUse."""
    tag = _lock(name)
    if used_by := users_of(tag, at=at):
        raise TagInUse(used_by=used_by)
    [(wearers,)] = fetch(
        "WITH gone AS (DELETE FROM audiences_worn WHERE tag_id = %(tag)s RETURNING 1) SELECT count(*) FROM gone",
        {"tag": tag.pk},
    )
    facts = {"tag": name, "members": wearers}
    record_event(action="tag.removed", about="tag", about_id=tag.pk, facts=facts, at=at, by=by)
    tag.delete()
    return int(wearers)


def users_of(tag: Tag, *, at: datetime) -> list[str]:
    """Return what asks for this tag: versions of the program that are or may come into force, segments, rules."""
    asking = [f"segment {each.name}" for each in Segment.objects.order_by("name") if _asks_for(tag, each)]
    ruling = AutoTag.objects.filter(tag=tag).select_related("segment").order_by("segment__name")
    return [
        *naming_programs("tag", tag.name, at=at),
        *asking,
        *[f"automatic tag of {rule.segment.name}" for rule in ruling],
    ]


def find_tags(names: Collection[str]) -> dict[str, int]:
    """Return the ids of these tags by name, with one statement. Refuses: UnknownTag."""
    known = find_known_tags(names)
    for name in names:
        if name not in known:
            raise UnknownTag(name=name)
    return known


def find_known_tags(names: Collection[str]) -> dict[str, int]:
    """Return the ids of those of these tags that there are, by name."""
    return dict(Tag.objects.filter(name__in=set(names)).values_list("name", "id"))


def retag_member(
    *, member_id: int, put: Iterable[str] = (), take: Iterable[str] = (), at: datetime, by: Actor
) -> Retagged | None:
    """Put tags on a member and take tags off, by name; None where nothing is different now. Refuses: UnknownTag."""
    put, take = tuple(put), tuple(take)
    known = find_tags({*put, *take})
    change = TagChange(
        member_id=member_id, put=tuple(known[name] for name in put), take=tuple(known[name] for name in take)
    )
    return next(iter(change_tags([change], at=at, by=by)), None)


@transaction.atomic
def change_tags(
    changes: Sequence[TagChange], *, at: datetime, by: Actor, auto_tag: int | None = None
) -> list[Retagged]:
    """Change the tags of many members, and return what is different now, by member.

    The number of statements does not grow with the batch. Members who are not there (any more) are left out. A tag that
    is both put on and taken off is put on. With an `auto_tag` only what that rule put on is taken off.
    """
    there = lock_members([change.member_id for change in changes])
    wanted = {(each.member_id, tag): False for each in changes for tag in each.take if each.member_id in there}
    wanted |= {(each.member_id, tag): True for each in changes for tag in each.put if each.member_id in there}
    if not wanted:
        return []
    rows = [{"member_id": member, "tag_id": tag, "is_put": is_put} for (member, tag), is_put in wanted.items()]
    done = fetch(CHANGE, {"rows": encode_rows(rows), "at": at, "by": by.tag, "auto_tag": auto_tag})
    retagged = [
        Retagged(
            member_id=member,
            put=tuple(tag for _, tag, is_put in of_member if is_put),
            take=tuple(tag for _, tag, is_put in of_member if not is_put),
        )
        for member, of_member in ((member, list(rows)) for member, rows in groupby(done, key=lambda row: row[0]))
    ]
    _record(retagged, at=at, by=by)
    return retagged


def tags_of(members: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the names of the tags that these members wear, sorted; who wears none is missing."""
    return _by_member(fetch(WORN, {"members": list(members)}))


def ask_tags(members: Collection[int]) -> Callable[[], dict[int, tuple[str, ...]]]:
    """Send `tags_of` inside a `together` block; the answer is read after it."""
    asked = Asked(WORN, {"members": list(members)})
    return lambda: _by_member(asked.rows())


def list_tags(*, most: int | None = None) -> list[tuple[Tag, int]]:
    """Return every tag by name, and how many members wear it; with `most`, counted up to there and one more."""
    counts = dict(fetch(WEARERS, {"most": None if most is None else most + 1}))
    return [(tag, counts.get(tag.pk, 0)) for tag in Tag.objects.order_by("name")]


def clean_tag(text: str) -> str:
    """Return a tag's name with single spaces. Refuses: InvalidTag."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or ";" in name:
        raise InvalidTag(field="name")
    return name


def _clean_about(text: str) -> str:
    about = " ".join(text.split())
    if len(about) > LONGEST_ABOUT or not about.isprintable():
        raise InvalidTag(field="about")
    return about


def _lock(name: str) -> Tag:
    tag = Tag.objects.select_for_update().filter(name=name).first()
    if tag is None:
        raise UnknownTag(name=name)
    return tag


def _asks_for(tag: Tag, segment: Segment) -> bool:
    return tag.name in tags_in(read_condition(segment.condition))


def _by_member(rows: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    return {member: tuple(name for _, name in names) for member, names in groupby(rows, key=lambda row: row[0])}


def _record(retagged: Sequence[Retagged], *, at: datetime, by: Actor) -> None:
    ids = {tag for each in retagged for tag in (*each.put, *each.take)}
    names = dict(Tag.objects.filter(pk__in=ids).values_list("id", "name"))
    events = [
        NewEvent(
            action="member.tagged",
            about="member",
            about_id=each.member_id,
            member_id=each.member_id,
            by=by,
            facts={key: [names[tag] for tag in tags] for key, tags in (("on", each.put), ("off", each.take)) if tags},
        )
        for each in retagged
    ]
    record_events(events, at=at)
