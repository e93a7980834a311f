"""Levels whose rewards count towards what gave them, over however many corners.

Units and tier sets are the places; an arrow leads from a tier set to the units that its levels' rewards credit, and
from a unit to the tier sets that count it. Every way back to where it began is a fault.
"""

from collections.abc import Iterator

from regulars.core.checks.faults import Fault
from regulars.core.program.document import ProgramDocument
from regulars.core.tongue import clauses, say

Place = tuple[str, str]
Arrow = tuple[Place, Place, str, str]
"""From, to, the path of what makes it so, and how it is said."""


def check_cycles(document: ProgramDocument) -> Iterator[Fault]:
    arrows: dict[Place, list[Arrow]] = {}
    for arrow in _arrows(document):
        arrows.setdefault(arrow[0], []).append(arrow)
    told: set[frozenset[Place]] = set()
    for start in [arrow for each in arrows.values() for arrow in each if arrow[2]]:
        way = _way_back(start, arrows)
        if way is not None and (around := frozenset(arrow[0] for arrow in way)) not in told:
            told.add(around)
            said = say(
                "This goes round in circles: %(circle)s. Give a reward that does not count there.",
                circle=clauses(arrow[3] for arrow in way),
            )
            yield Fault(start[2], "cyclic", said)


def _arrows(document: ProgramDocument) -> Iterator[Arrow]:
    rewards = {reward.code: reward for reward in document.rewards}
    for i, tier_set in enumerate(document.tier_sets):
        place = ("tier set", tier_set.code)
        for j, level in enumerate(tier_set.levels):
            for k, code in enumerate(level.rewards):
                reward = rewards.get(code)
                if reward is not None and reward.gives.unit:
                    said = say(
                        "%(level)s gives “%(reward)s”, which is %(unit)s",
                        level=level.name,
                        reward=reward.name,
                        unit=reward.gives.unit,
                    )
                    yield place, ("unit", reward.gives.unit), f"tier_sets[{i}].levels[{j}].rewards[{k}]", said
        if tier_set.metric.of in ("points", "balance"):
            unit = tier_set.metric.unit
            said = say("%(unit)s count towards “%(tiers)s”", unit=unit, tiers=tier_set.name)
            yield ("unit", unit), place, "", said


def _way_back(start: Arrow, arrows: dict[Place, list[Arrow]]) -> list[Arrow] | None:
    """Return the shortest way from an arrow's end to its beginning, with that arrow first."""
    ways = [[start]]
    seen = {start[1]}
    for way in ways:
        if way[-1][1] == start[0]:
            return way
        for arrow in arrows.get(way[-1][1], []):
            if arrow[1] not in seen or arrow[1] == start[0]:
                seen.add(arrow[1])
                ways.append([*way, arrow])
    return None
