"""Of two who become one, the stricter of what they allowed counts; parted again, the keeper's own word does."""

from collections.abc import Sequence
from datetime import datetime

from regulars.care.snapshot import Decided
from regulars.consents.models import Source
from regulars.consents.purposes import load_purposes
from regulars.consents.record import NewConsent, read_standings, record_consents
from regulars.core.actor import Actor
from regulars.core.consents import WHOLE, Decision
from regulars.core.merging import stricter_decisions
from regulars.core.refusals import Refusal


def join_consents(*, keeper: int, source: int, at: datetime, by: Actor) -> tuple[Decided, ...]:
    """Decide for the keeper what is stricter now; what was decided, with what the keeper had said before."""
    said = read_standings([keeper, source])
    decided: list[Decided] = []
    for purpose in load_purposes().values():
        own = said[keeper].get(purpose.id, {})
        stricter = stricter_decisions(own, said[source].get(purpose.id, {}))
        if numbers := _record(keeper, purpose.code, stricter, at=at, by=by):
            before = {channel: decision.is_given for channel, decision in own.items()}
            decided.append(Decided(purpose.code, before, numbers))
    return tuple(decided)


def part_consents(*, keeper: int, decided: Sequence[Decided], at: datetime, by: Actor) -> list[str]:
    """Let the keeper's own word count again, where nobody has said anything since; return the purposes where some of
    what the merge decided stays.
    """
    purposes = load_purposes()
    said = read_standings([keeper])[keeper]
    kept: list[str] = []
    for each in decided:
        now = said.get(purposes[each.purpose].id, {}) if each.purpose in purposes else {}
        if not now or any(_is_new(decision, each) for decision in now.values()):
            kept.append(each.purpose)
            continue
        # What never was cannot be unsaid: a yes that was the other's becomes a no. What is said as a whole clears every
        # channel, so the keeper's own words come after it.
        unsaid = [] if WHOLE in each.before else sorted(now.keys() - each.before.keys())
        again = [(channel, False) for channel in unsaid] + sorted(each.before.items())
        _record(keeper, each.purpose, again, at=at, by=by)
        if unsaid:
            kept.append(each.purpose)
    return kept


def _record(
    member_id: int, purpose: str, decisions: Sequence[tuple[str, bool]], *, at: datetime, by: Actor
) -> tuple[int, ...]:
    new = [
        NewConsent(member_id=member_id, purpose=purpose, is_given=is_given, source=Source.MERGE, channel=channel)
        for channel, is_given in decisions
    ]
    noted = record_consents(new, at=at, by=by) if new else []
    return tuple(
        outcome.consent_id for outcome in noted if not isinstance(outcome, Refusal) and outcome.consent_id is not None
    )


def _is_new(decision: Decision, decided: Decided) -> bool:
    """Tell whether somebody has said this after the merge."""
    return decision.number > max(decided.numbers)
