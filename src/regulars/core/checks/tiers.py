"""Ladders that cannot be climbed: levels out of order, windows without effect, metrics that nothing feeds."""

from collections.abc import Iterator
from itertools import pairwise

from regulars.core.checks.faults import Fault, warning
from regulars.core.program.document import ProgramDocument
from regulars.core.program.tier_sets import TierSet, Window


def check_tiers(document: ProgramDocument) -> Iterator[Fault]:
    fed = {rule.unit for rule in document.rules} | {card.code for card in document.stamp_cards}
    fed |= {reward.gives.unit for reward in document.rewards if reward.gives.unit}
    for i, tier_set in enumerate(document.tier_sets):
        path = f"tier_sets[{i}]"
        if not tier_set.levels:
            yield Fault(f"{path}.levels", "no_levels", "A tier set has at least one level.")
        yield from _order(path, tier_set)
        metric = tier_set.metric
        if metric.of == "balance" and tier_set.window != Window():
            said = "A balance is what it is at the time: the window has no effect."
            yield warning(f"{path}.window", "no_effect", said)
        if metric.of in ("points", "balance") and metric.unit not in fed:
            said = f"No rule, card or reward gives {metric.unit}: nobody rises."
            yield warning(f"{path}.metric.unit", "never_given", said)


def _order(path: str, tier_set: TierSet) -> Iterator[Fault]:
    for j, (below, level) in enumerate(pairwise(tier_set.levels), start=1):
        if level.threshold <= below.threshold:
            said = (
                f"{level.name} comes after {below.name}, which begins at {below.threshold:,}: it has to begin higher "
                f"than that, not at {level.threshold:,}."
            )
            yield Fault(f"{path}.levels[{j}].threshold", "unordered_levels", said)
