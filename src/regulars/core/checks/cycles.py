"""Rewards that feed what gave them: a level whose reward counts towards a level, a card whose reward stamps it.

Units, tier sets and stamp cards are the places; an arrow leads from what gives a reward to the unit it credits, and
from a unit to the tier sets that count it. Every way back to where it began is a fault.
"""

from collections.abc import Iterable, Iterator

from regulars.core.checks.faults import Fault
from regulars.core.program.document import ProgramDocument

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
            said = f"This goes round in circles: {', '.join(arrow[3] for arrow in way)}."
            yield Fault(start[2], "cyclic", f"{said} Give a reward that does not count there.")


def _arrows(document: ProgramDocument) -> Iterator[Arrow]:
    rewards = {reward.code: reward for reward in document.rewards}

    def crediting(place: Place, path: str, codes: Iterable[tuple[str, str]], giver: str) -> Iterator[Arrow]:
        for spot, code in codes:
            reward = rewards.get(code)
            if reward is not None and reward.gives.unit:
                said = f"{giver} gives “{reward.name}”, which is {reward.gives.unit}"
                yield place, ("unit", reward.gives.unit), f"{path}{spot}", said

    for i, tier_set in enumerate(document.tier_sets):
        place = ("tier set", tier_set.code)
        for j, level in enumerate(tier_set.levels):
            listed = [(f"[{k}]", code) for k, code in enumerate(level.rewards)]
            yield from crediting(place, f"tier_sets[{i}].levels[{j}].rewards", listed, level.name)
        if tier_set.metric.of in ("points", "balance"):
            unit = tier_set.metric.unit
            yield ("unit", unit), place, "", f"{unit} count towards “{tier_set.name}”"
    for i, card in enumerate(document.stamp_cards):
        # A card's stamps are the unit of its code: what gives them fills it.
        marks = [(".final", card.final), *((f".interim.{stamp}", code) for stamp, code in card.interim.items())]
        yield from crediting(("unit", card.code), f"stamp_cards[{i}]", marks, f"“{card.name}”")


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
