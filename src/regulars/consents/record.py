"""What people decide about their data is written down: a row for each decision, which is never changed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction

from regulars.audit.record import NewEvent, record_events
from regulars.consents.models import Source
from regulars.consents.policies import load_versions
from regulars.consents.purposes import KnownPurpose, load_purposes
from regulars.consents.refusals import (
    CannotWithdraw,
    FutureConsent,
    TooYoung,
    UnknownChannel,
    UnknownPolicyVersion,
    UnknownPurpose,
)
from regulars.consents.terms import load_terms
from regulars.core.actor import Actor
from regulars.core.consents import WHOLE, Basis, Decision, Standing, decide
from regulars.core.refusals import Refusal
from regulars.members.lock import UnknownMember
from regulars.members.status import KEEPER
from regulars.platform.rows import encode_rows, fetch, run, take_ids

# In the order of their ids: two batches about the same people wait for each other, and cannot deadlock.
LOCK = f"""
WITH wanted AS (
    SELECT member.id AS asked, {KEEPER} AS id FROM members_member AS member WHERE id = ANY(%(members)s::bigint[])
), locked AS (
    SELECT id, birth_on FROM members_member
    WHERE id IN (SELECT id FROM wanted) AND erased_at IS NULL ORDER BY id FOR NO KEY UPDATE
)
SELECT wanted.asked, locked.id, locked.birth_on FROM wanted JOIN locked ON locked.id = wanted.id
"""  # noqa: S608  our own words

STANDINGS = """
SELECT member_id, purpose_id, channel, is_given, given_at, consent_id, version_id FROM consents_consentnow
WHERE member_id = ANY(%(members)s::bigint[])
"""

INSERT = """
INSERT INTO consents_consent (id, member_id, purpose_id, channel, is_given, version_id, language, source, given_at,
                              recorded_at, actor)
SELECT id, member_id, purpose_id, channel, is_given, version_id, language, source, given_at, %(at)s, %(actor)s
FROM json_to_recordset(%(rows)s::json) AS consent(
    id bigint, member_id bigint, purpose_id bigint, channel text, is_given boolean, version_id bigint, language text,
    source text, given_at timestamptz)
"""

FORGET = """
DELETE FROM consents_consentnow WHERE (member_id, purpose_id) IN (
    SELECT member_id, purpose_id FROM json_to_recordset(%(rows)s::json) AS gone(member_id bigint, purpose_id bigint))
"""

KEEP = """
INSERT INTO consents_consentnow (member_id, purpose_id, channel, is_given, given_at, consent_id, version_id)
SELECT member_id, purpose_id, channel, is_given, given_at, consent_id, version_id
FROM json_to_recordset(%(rows)s::json) AS kept(
    member_id bigint, purpose_id bigint, channel text, is_given boolean, given_at timestamptz, consent_id bigint,
    version_id bigint)
"""


class NewConsent(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of one member. `given_at` None: now. `version` is the number of the purpose's policy that they
    could read; None: the one that was in force.
    """

    member_id: int
    purpose: str
    is_given: bool
    source: Source
    channel: str = WHOLE
    given_at: datetime | None = None
    version: int | None = None
    language: str = ""


class Noted(msgspec.Struct, frozen=True):
    """A decision was written down as `consent_id`, or (None) was known already. `counts`: it is the last word."""

    member_id: int
    consent_id: int | None
    counts: bool


class _Sound(msgspec.Struct, frozen=True):
    """A decision that can be written."""

    member_id: int
    purpose: KnownPurpose
    channel: str
    decision: Decision
    language: str
    source: str


def record_consent(consent: NewConsent, *, at: datetime, by: Actor) -> Noted:
    """Write down one decision. Refuses what `record_consents` answers."""
    outcome = record_consents([consent], at=at, by=by)[0]
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@transaction.atomic
def record_consents(batch: Sequence[NewConsent], *, at: datetime, by: Actor) -> list[Noted | Refusal]:
    """Write down many decisions; one answer for each, in order. What says nothing new is written again by nobody.

    A decision that was made before the one that counts joins the history, and changes nothing now. The number of
    statements does not grow with the batch. Refuses: UnknownMember, UnknownPurpose, UnknownChannel, CannotWithdraw,
    FutureConsent, UnknownPolicyVersion, TooYoung.
    """
    locked = fetch(LOCK, {"members": sorted({each.member_id for each in batch})})
    people = {asked: member_id for asked, member_id, _ in locked}
    births: dict[int, date | None] = {member_id: birth_on for _, member_id, birth_on in locked}
    purposes = load_purposes()
    versions = load_versions()
    age = load_terms().age_of_consent
    judged: list[_Sound | Refusal] = []
    for new in batch:
        try:
            judged.append(_judge(new, people, births, purposes, versions, age=age, at=at))
        except Refusal as refusal:
            judged.append(refusal)
    return _write(judged, at=at, by=by)


def read_standings(member_ids: Sequence[int]) -> dict[int, dict[int, Standing]]:
    """What counts now, by member and purpose id, with one statement."""
    found: dict[int, dict[int, dict[str, Decision]]] = {member_id: {} for member_id in member_ids}
    for member_id, purpose_id, channel, *facts in fetch(STANDINGS, {"members": list(found)}):
        found[member_id].setdefault(purpose_id, {})[channel] = Decision(
            is_given=facts[0], given_at=facts[1], number=facts[2], version=facts[3]
        )
    return found  # type: ignore[return-value]


def _judge(
    new: NewConsent,
    people: Mapping[int, int],
    births: Mapping[int, date | None],
    purposes: Mapping[str, KnownPurpose],
    versions: Mapping[int, Sequence[tuple[int, int, datetime]]],
    *,
    age: int,
    at: datetime,
) -> _Sound:
    if new.member_id not in people:
        raise UnknownMember()
    purpose = purposes.get(new.purpose)
    if purpose is None:
        raise UnknownPurpose(purpose=new.purpose)
    if new.channel != WHOLE and new.channel not in purpose.channels:
        raise UnknownChannel(channel=new.channel, channels=purpose.channels)
    if purpose.basis in (Basis.CONTRACT, Basis.LAW):
        raise CannotWithdraw(purpose=purpose.code)
    given_at = new.given_at or at
    if given_at > at:
        raise FutureConsent()
    member_id = people[new.member_id]
    if new.is_given and (born := births[member_id]) is not None and _years(born, given_at.date()) < age:
        raise TooYoung(age=age)
    return _Sound(
        member_id=member_id,
        purpose=purpose,
        channel=new.channel,
        decision=Decision(is_given=new.is_given, given_at=given_at, version=_version(new, purpose, versions, given_at)),
        language=new.language,
        source=new.source,
    )


def _version(
    new: NewConsent,
    purpose: KnownPurpose,
    versions: Mapping[int, Sequence[tuple[int, int, datetime]]],
    given_at: datetime,
) -> int | None:
    """The id of the policy version that was read: the named one, or the one in force then."""
    known = versions.get(purpose.policy_id or 0, ())
    if new.version is not None:
        found = next((row_id for row_id, number, _ in known if number == new.version), None)
        if found is None:
            raise UnknownPolicyVersion(version=new.version)
        return found
    return next((row_id for row_id, _, effective_at in reversed(known) if effective_at <= given_at), None)


def _write(judged: Sequence[_Sound | Refusal], *, at: datetime, by: Actor) -> list[Noted | Refusal]:
    sound = [each for each in judged if isinstance(each, _Sound)]
    standings = read_standings(sorted({each.member_id for each in sound})) if sound else {}
    [ids] = take_ids(consents_consent=len(sound)) if sound else [[]]
    outcomes: list[Noted | Refusal] = []
    written: list[tuple[int, _Sound]] = []
    for each in judged:
        if isinstance(each, Refusal):
            outcomes.append(each)
            continue
        of_member = standings[each.member_id]
        before = of_member.get(each.purpose.id, {})
        number = ids[len(written)]
        after = decide(before, each.channel, msgspec.structs.replace(each.decision, number=number))
        if _says_nothing_new(before, each):
            outcomes.append(Noted(each.member_id, None, counts=True))
            continue
        of_member[each.purpose.id] = after
        written.append((number, each))
        outcomes.append(Noted(each.member_id, number, counts=after is not before))
    if written:
        _insert(written, standings, at=at, by=by)
    return outcomes


def _says_nothing_new(standing: Standing, new: _Sound) -> bool:
    """The same was said already about the same, under the same text, and nothing else was said since."""
    held = standing.get(new.channel, standing.get(WHOLE))
    if held is None or (new.channel == WHOLE and len(standing) > 1) or (new.channel not in standing):
        return False
    return (held.is_given, held.version) == (
        new.decision.is_given,
        new.decision.version,
    ) and held.given_at <= new.decision.given_at


def _insert(
    written: Sequence[tuple[int, _Sound]],
    standings: Mapping[int, Mapping[int, Standing]],
    *,
    at: datetime,
    by: Actor,
) -> None:
    rows = [
        {
            "id": number,
            "member_id": each.member_id,
            "purpose_id": each.purpose.id,
            "channel": each.channel,
            "is_given": each.decision.is_given,
            "version_id": each.decision.version,
            "language": each.language,
            "source": each.source,
            "given_at": each.decision.given_at,
        }
        for number, each in written
    ]
    run(INSERT, {"rows": encode_rows(rows), "at": at, "actor": by.tag})
    touched = sorted({(each.member_id, each.purpose.id) for _, each in written})
    gone = [{"member_id": member_id, "purpose_id": purpose_id} for member_id, purpose_id in touched]
    run(FORGET, {"rows": encode_rows(gone)})
    kept = [
        {
            "member_id": member_id,
            "purpose_id": purpose_id,
            "channel": channel,
            "is_given": decision.is_given,
            "given_at": decision.given_at,
            "consent_id": decision.number,
            "version_id": decision.version,
        }
        for member_id, purpose_id in touched
        for channel, decision in standings[member_id][purpose_id].items()
    ]
    run(KEEP, {"rows": encode_rows(kept)})
    record_events([_event(each, by) for _, each in written], at=at)


def _event(each: _Sound, by: Actor) -> NewEvent:
    facts = {"purpose": each.purpose.code, "source": str(each.source)}
    if each.channel:
        facts["channel"] = each.channel
    return NewEvent(
        action="consent.given" if each.decision.is_given else "consent.withdrawn",
        about="member",
        about_id=each.member_id,
        member_id=each.member_id,
        facts=facts,
        by=by,
    )


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
