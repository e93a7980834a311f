"""Automatic tags: who belongs to a segment wears a tag, as soon as something happens to them, and after each night.

What happens to a member is in the outbox: its reader has the member looked at again. What only time changes ("has not
bought for 60 days") is found by the sweep of the night.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from regulars.audiences.circles import check_circles
from regulars.audiences.find import BATCH, each_batch, who_of
from regulars.audiences.models import AutoTag, Segment, Tag
from regulars.audiences.segments import UnknownSegment, asking_at, load_segments
from regulars.audiences.tags import TagChange, UnknownTag, change_tags
from regulars.audit.record import record_event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.audience import InSegment
from regulars.core.refusals import Refusal
from regulars.platform.rows import LARGEST_ID, fetch

WEARING = "SELECT member_id FROM audiences_worn WHERE tag_id = %(tag)s AND member_id = ANY(%(members)s::bigint[])"
PUT_BY_RULE = """
SELECT member_id FROM audiences_worn WHERE auto_tag_id = %(rule)s AND member_id < %(before)s
ORDER BY member_id DESC LIMIT %(limit)s
"""


class UnknownAutoTag(Refusal):
    """There is no such automatic tag."""

    code = "unknown_auto_tag"


class AutoTagTaken(Refusal):
    """Members of this segment get this tag already."""

    code = "auto_tag_taken"


class Swept(msgspec.Struct, frozen=True):
    """A batch of a sweep: how many members were looked at, and how many changed."""

    members: int
    changed: int


@transaction.atomic
def create_auto_tag(*, segment: str, tag: str, takes_off: bool, at: datetime, by: Actor) -> int:
    """Let the members of a segment wear a tag; its id. `sweep_auto_tag` puts it on who belongs already.

    Refuses: UnknownSegment, UnknownTag, AutoTagTaken, AutoTagInCircles.
    """
    meant, worn = Segment.objects.filter(name=segment).first(), Tag.objects.filter(name=tag).first()
    if meant is None:
        raise UnknownSegment(name=segment)
    if worn is None:
        raise UnknownTag(name=tag)
    check_circles([*_pairs(), (segment, tag)], load_segments())
    try:
        with transaction.atomic():
            rule = AutoTag.objects.create(
                segment=meant, tag=worn, takes_off=takes_off, created_at=at, created_by=by.tag
            )
    except IntegrityError:
        raise AutoTagTaken() from None
    facts = {"segment": segment, "tag": tag, "takes_off": takes_off}
    record_event(action="auto_tag.created", about="auto_tag", about_id=rule.pk, facts=facts, at=at, by=by)
    return rule.pk


@transaction.atomic
def remove_auto_tag(rule_id: int, *, at: datetime, by: Actor) -> None:
    """Stop it; whoever wears the tag keeps it, as if people had put it on. Refuses: UnknownAutoTag."""
    rule = AutoTag.objects.select_for_update(of=("self",)).select_related("segment", "tag").filter(pk=rule_id).first()
    if rule is None:
        raise UnknownAutoTag()
    rule.worn_set.update(auto_tag=None)
    facts = {"segment": rule.segment.name, "tag": rule.tag.name}
    rule.delete()
    record_event(action="auto_tag.removed", about="auto_tag", about_id=rule_id, facts=facts, at=at, by=by)


def list_auto_tags() -> list[AutoTag]:
    return list(AutoTag.objects.select_related("segment", "tag").order_by("segment__name", "tag__name"))


def retag_touched(members: Collection[int], *, at: datetime) -> int:
    """Look at members to whom something happened, by every automatic tag; how many changed.

    The number of statements grows with the automatic tags and not with the members.
    """
    rules = list_auto_tags() if members else []
    return sum(_retag(rule, sorted(members), at=at) for rule in rules)


def sweep_auto_tag(rule_id: int, *, at: datetime) -> Iterator[Swept]:
    """Look at all members, batch by batch, each in a transaction of its own: put the tag on and take it off. Twice is
    as good as once.
    """
    rule = AutoTag.objects.select_related("segment", "tag").filter(pk=rule_id).first()
    if rule is None:
        return
    asking, condition = asking_at(at), InSegment(any=(rule.segment.name,))
    for batch in each_batch(condition, asking):
        yield Swept(len(batch), _retag(rule, batch, at=at))
    before = LARGEST_ID
    while rule.takes_off and (batch := _put_by(rule, before=before)):
        yield Swept(len(batch), _retag(rule, batch, at=at))
        before = batch[-1]
    AutoTag.objects.filter(pk=rule_id).update(swept_at=at)


def _retag(rule: AutoTag, members: Sequence[int], *, at: datetime) -> int:
    meant = who_of(InSegment(any=(rule.segment.name,)), asking_at(at), members)
    wearing = {row[0] for row in fetch(WEARING, {"tag": rule.tag_id, "members": list(members)})}
    changes = [TagChange(member_id=member, put=(rule.tag_id,)) for member in members if member in meant - wearing]
    if rule.takes_off:
        changes += [TagChange(member_id=each, take=(rule.tag_id,)) for each in members if each in wearing - meant]
    return len(change_tags(changes, at=at, by=SYSTEM, auto_tag=rule.pk)) if changes else 0


def _put_by(rule: AutoTag, *, before: int) -> list[int]:
    return [row[0] for row in fetch(PUT_BY_RULE, {"rule": rule.pk, "before": before, "limit": BATCH})]


def _pairs() -> list[tuple[str, str]]:
    return [(rule.segment.name, rule.tag.name) for rule in list_auto_tags()]
