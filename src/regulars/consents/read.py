"""What a member has allowed, now or at any moment before, and every decision that led there."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from regulars.consents.models import Consent, PolicyVersion
from regulars.consents.purposes import KnownPurpose, load_purposes
from regulars.consents.record import read_standings
from regulars.core.consents import WHOLE, Decision, Standing, decide, decision_for, is_allowed
from regulars.platform.rows import LARGEST_ID, fetch

HISTORY = """
SELECT consent.id, purpose.code, purpose.name, consent.channel, consent.is_given, version.number, consent.language,
       consent.source, consent.given_at, consent.recorded_at, consent.actor, consent.member_id
FROM consents_consent AS consent
JOIN consents_purpose AS purpose ON purpose.id = consent.purpose_id
LEFT JOIN consents_policyversion AS version ON version.id = consent.version_id
WHERE consent.member_id = ANY(%(members)s::bigint[]) AND consent.id < %(before)s
ORDER BY consent.id DESC LIMIT %(limit)s
"""


class ChannelState(msgspec.Struct, frozen=True):
    """One way of writing to somebody ("": the purpose as a whole): what they said, and whether it is allowed."""

    channel: str
    is_allowed: bool
    decision: Decision | None


class PurposeState(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose as it stands for one member. `version` is the number of the policy they last decided under; it
    `is_outdated` where a later one is in force.
    """

    purpose: KnownPurpose
    channels: tuple[ChannelState, ...]
    version: int | None = None
    is_outdated: bool = False

    @property
    def whole(self) -> ChannelState:
        return self.channels[0]

    @property
    def any_allowed(self) -> bool:
        return any(state.is_allowed for state in self.channels)

    @property
    def said_at(self) -> datetime | None:
        return max((state.decision.given_at for state in self.channels if state.decision), default=None)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of the history."""

    id: int
    purpose: str
    purpose_name: str
    channel: str
    is_given: bool
    version: int | None
    language: str
    source: str
    given_at: datetime
    recorded_at: datetime
    actor: str
    member_id: int


def consents_of(member_id: int, *, at: datetime) -> list[PurposeState]:
    """What counts now, purpose by purpose in the order of the forms."""
    return _states(read_standings([member_id])[member_id], at=at)


def consents_at(member_id: int, *, moment: datetime) -> list[PurposeState]:
    """What counted at a moment, by what had been said until then."""
    said: dict[int, Standing] = {}
    for row in Consent.objects.filter(member_id=member_id, given_at__lte=moment).order_by("given_at", "id"):
        decision = Decision(is_given=row.is_given, given_at=row.given_at, number=row.pk, version=row.version_id)
        said[row.purpose_id] = decide(said.get(row.purpose_id, {}), row.channel, decision)
    return _states(said, at=moment)


def history_of(member_ids: Collection[int], *, before: int | None = None, limit: int = 50) -> list[Said]:
    """Every decision of a person, under every number they have had; the newest first."""
    names = Said.__struct_fields__
    params = {"members": list(member_ids), "before": before or LARGEST_ID, "limit": limit}
    return [Said(**dict(zip(names, row, strict=True))) for row in fetch(HISTORY, params)]


def _states(standings: dict[int, Standing], *, at: datetime) -> list[PurposeState]:
    purposes = load_purposes()
    versions = {row.pk: row for row in PolicyVersion.objects.all()} if standings else {}
    return [_state(purpose, standings.get(purpose.id, {}), versions, at=at) for purpose in purposes.values()]


def _state(
    purpose: KnownPurpose, standing: Standing, versions: dict[int, PolicyVersion], *, at: datetime
) -> PurposeState:
    channels = tuple(_channel(purpose, standing, channel) for channel in (WHOLE, *purpose.channels))
    last = max(standing.values(), key=lambda each: (each.given_at, each.number), default=None)
    read = versions.get(last.version) if last is not None and last.version is not None else None
    return PurposeState(
        purpose=purpose,
        channels=channels,
        version=read.number if read else None,
        is_outdated=read is not None and _has_later(read, list(versions.values()), at=at),
    )


def _channel(purpose: KnownPurpose, standing: Standing, channel: str) -> ChannelState:
    decision = decision_for(standing, channel)
    return ChannelState(channel, is_allowed(purpose.basis, decision), decision)


def _has_later(read: PolicyVersion, versions: Sequence[PolicyVersion], *, at: datetime) -> bool:
    return any(
        each.policy_id == read.policy_id and each.number > read.number and each.effective_at <= at for each in versions
    )
