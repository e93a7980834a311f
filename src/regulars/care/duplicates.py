"""Members who may be one person are found when they are enrolled, brought in or changed, and wait on a work list."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.audit.relay import Relayed
from regulars.care.models import Duplicate, DuplicateState
from regulars.core.actor import Actor
from regulars.core.identifiers import fold_name
from regulars.core.likeness import Likely, Person, compare, marks_of
from regulars.core.refusals import Refusal
from regulars.members.identity import clean_identifier
from regulars.members.models import IdentifierKind
from regulars.platform.rows import encode_rows, fetch, run

MOST_ALIKE = 20
"""Whom so many are like by one mark is nobody in particular: a shop's own phone, an e-mail that was made up."""

CHANGES = ("member.changed", "member.unmerged", "member.merged")

LOCK = """
INSERT INTO care_looked (id, upto) VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET upto = care_looked.upto RETURNING upto
"""

NEXT = """
SELECT id FROM members_member WHERE id > %(upto)s AND created_at < %(before)s ORDER BY id LIMIT %(limit)s
"""

PEOPLE = """
SELECT member.id, member.name_key, member.birth_on,
       coalesce((SELECT array_agg(value) FROM members_identifier WHERE member_id = member.id AND kind = 'phone'), '{}'),
       coalesce((SELECT array_agg(value) FROM members_identifier WHERE member_id = member.id AND kind = 'email'), '{}')
FROM members_member AS member
WHERE member.id = ANY(%(members)s::bigint[]) AND member.merged_into_id IS NULL AND member.erased_at IS NULL
"""

FORGET = "DELETE FROM care_likeness WHERE member_id = ANY(%(members)s::bigint[])"

NOTE = """
INSERT INTO care_likeness (member_id, kind, mark)
SELECT member_id, kind, mark FROM json_to_recordset(%(rows)s::json) AS r(member_id bigint, kind text, mark bigint)
ON CONFLICT DO NOTHING
"""

# Each mark is one probe of the index, and stops at one more than is believed.
ALIKE = """
SELECT wanted.place, other.member_id
FROM json_to_recordset(%(rows)s::json) AS wanted(place bigint, kind text, mark bigint)
CROSS JOIN LATERAL (
    SELECT array_agg(member_id) AS members FROM (
        SELECT member_id FROM care_likeness
        WHERE kind = wanted.kind AND mark = wanted.mark ORDER BY member_id LIMIT %(most)s + 1) AS found
) AS alike
CROSS JOIN LATERAL unnest(alike.members) AS other(member_id)
WHERE cardinality(alike.members) <= %(most)s AND other.member_id <> wanted.place
GROUP BY 1, 2
"""

KEEP = """
INSERT INTO care_duplicate (older_id, newer_id, confidence, signals, state, found_at, dismissed_by)
SELECT older_id, newer_id, confidence, signals, 'open', %(at)s, ''
FROM json_to_recordset(%(rows)s::json) AS r(older_id bigint, newer_id bigint, confidence int, signals text[])
ORDER BY older_id, newer_id
ON CONFLICT (older_id, newer_id) DO UPDATE SET confidence = excluded.confidence, signals = excluded.signals
WHERE (care_duplicate.confidence, care_duplicate.signals) IS DISTINCT FROM (excluded.confidence, excluded.signals)
"""

# What does not look alike any more; what somebody dismissed stays dismissed.
DROP = """
DELETE FROM care_duplicate
WHERE state = 'open' AND (older_id = ANY(%(members)s::bigint[]) OR newer_id = ANY(%(members)s::bigint[]))
  AND (older_id, newer_id) NOT IN (
    SELECT older_id, newer_id FROM json_to_recordset(%(rows)s::json) AS r(older_id bigint, newer_id bigint))
"""


class UnknownDuplicate(Refusal):
    code = "unknown_duplicate"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A member who may be the person that is about to be enrolled."""

    member_id: int
    confidence: int
    signals: tuple[str, ...]


def look_for_duplicates(*, at: datetime, limit: int = 2_000) -> int:
    """Look at the next members who were never looked at; how many there were. Zero means that all were."""
    with transaction.atomic():
        [[upto]] = fetch(LOCK, {})
        ids = [member for (member,) in fetch(NEXT, {"upto": upto, "before": at, "limit": limit})]
        if ids:
            look_at(ids, at=at)
            run("UPDATE care_looked SET upto = %(upto)s", {"upto": ids[-1]})
        return len(ids)


def look_again(events: Sequence[Relayed], *, at: datetime) -> None:
    """Look at everybody again who was changed, from the outbox."""
    about = [each for each in events if each.action in CHANGES]
    changed = {each.member_id for each in about if each.member_id is not None}
    changed |= {int(each.facts["source"]) for each in about if each.action == "member.unmerged"}
    if changed:
        with transaction.atomic():
            fetch(LOCK, {})
            look_at(changed, at=at)


def look_at(member_ids: Collection[int], *, at: datetime) -> int:
    """Note by what these members can be found, and keep the pairs that they make with others; how many. Who was merged
    or erased makes none. The number of statements does not grow with the batch.
    """
    people = load_people(member_ids)
    rows = [
        {"place": member, "member_id": member, "kind": kind, "mark": mark}
        for member, person in people.items()
        for kind, mark in marks_of(person)
    ]
    run(FORGET, {"members": list(member_ids)})
    run(NOTE, {"rows": encode_rows(rows)})
    alike = fetch(ALIKE, {"rows": encode_rows(rows), "most": MOST_ALIKE})
    others = load_people({other for _, other in alike} - people.keys())
    pairs: dict[tuple[int, int], Likely] = {}
    for member, other in alike:
        second = people.get(other) or others.get(other)
        if second is not None and (likely := compare(people[member], second)) is not None:
            pairs[min(member, other), max(member, other)] = likely
    found = [
        {"older_id": older, "newer_id": newer, "confidence": likely.confidence, "signals": likely.signals}
        for (older, newer), likely in sorted(pairs.items())
    ]
    run(DROP, {"members": list(member_ids), "rows": encode_rows(found)})
    run(KEEP, {"rows": encode_rows(found), "at": at})
    return len(found)


def likely_duplicates(
    *,
    first_name: str = "",
    last_name: str = "",
    birth_on: date | None = None,
    phone: str = "",
    email: str = "",
    country: str,
    limit: int = 5,
) -> list[Candidate]:
    """Return the members who may be this person, the likeliest first; nothing is written. What is no phone or e-mail
    finds nobody.
    """
    person = Person(
        name=f"{fold_name(first_name)} {fold_name(last_name)}".strip(),
        birth_on=birth_on,
        phones=_cleaned(IdentifierKind.PHONE, phone, country),
        emails=_cleaned(IdentifierKind.EMAIL, email, country),
    )
    rows = [{"place": 0, "kind": kind, "mark": mark} for kind, mark in marks_of(person)]
    if not rows:
        return []
    alike = fetch(ALIKE, {"rows": encode_rows(rows), "most": MOST_ALIKE})
    found = [
        Candidate(member_id=member, confidence=likely.confidence, signals=likely.signals)
        for member, other in load_people({member for _, member in alike}).items()
        if (likely := compare(person, other)) is not None
    ]
    return sorted(found, key=lambda each: (-each.confidence, each.member_id))[:limit]


@transaction.atomic
def dismiss_duplicate(*, duplicate_id: int, at: datetime, by: Actor) -> None:
    """Two people, and no duplicates: they are not shown again. Refuses: UnknownDuplicate."""
    row = _lock(duplicate_id)
    if row.state != DuplicateState.DISMISSED:
        row.state, row.dismissed_at, row.dismissed_by = DuplicateState.DISMISSED, at, by.tag
        _save("duplicate.dismissed", row, at=at, by=by)


@transaction.atomic
def reopen_duplicate(*, duplicate_id: int, at: datetime, by: Actor) -> None:
    """They may be one person after all. Refuses: UnknownDuplicate."""
    row = _lock(duplicate_id)
    if row.state != DuplicateState.OPEN:
        row.state, row.dismissed_at, row.dismissed_by = DuplicateState.OPEN, None, ""
        _save("duplicate.reopened", row, at=at, by=by)


def forget_likeness(member_ids: Collection[int]) -> None:
    """Find these members by nothing any more, because they were merged into another."""
    run(FORGET, {"members": list(member_ids)})
    run(DROP, {"members": list(member_ids), "rows": "[]"})


def load_people(member_ids: Collection[int]) -> Mapping[int, Person]:
    rows = fetch(PEOPLE, {"members": list(member_ids)}) if member_ids else []
    return {
        member: Person(name=name, birth_on=birth_on, phones=tuple(phones), emails=tuple(emails))
        for member, name, birth_on, phones, emails in rows
    }


def _cleaned(kind: IdentifierKind, text: str, country: str) -> tuple[str, ...]:
    try:
        return (clean_identifier(kind, text, country=country),) if text else ()
    except Refusal:
        return ()


def _lock(duplicate_id: int) -> Duplicate:
    row = Duplicate.objects.select_for_update().filter(pk=duplicate_id).first()
    if row is None:
        raise UnknownDuplicate()
    return row


def _save(action: str, row: Duplicate, *, at: datetime, by: Actor) -> None:
    row.save(update_fields=["state", "dismissed_at", "dismissed_by"])
    record_event(
        action=action,
        about="duplicate",
        about_id=row.pk,
        member_id=row.older_id,
        facts={"members": [str(row.older_id), str(row.newer_id)]},
        at=at,
        by=by,
    )
