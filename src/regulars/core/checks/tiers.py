"""Ladders that cannot be climbed: levels out of order, windows without effect, metrics that nothing feeds."""

from collections.abc import Iterator
from itertools import pairwise

from regulars.core.checks.faults import Fault, warning
from regulars.core.program.document import ProgramDocument
from regulars.core.program.tier_sets import TierSet, Window
from regulars.core.tongue import say


def check_tiers(document: ProgramDocument) -> Iterator[Fault]:
    fed = {rule.unit for rule in document.rules} | {card.code for card in document.stamp_cards}
    fed |= {reward.gives.unit for reward in document.rewards if reward.gives.unit}
    for i, tier_set in enumerate(document.tier_sets):
        path = f"tier_sets[{i}]"
        if not tier_set.levels:
            yield Fault(f"{path}.levels", "no_levels", say("A tier set has at least one level."))
        yield from _order(path, tier_set)
        metric = tier_set.metric
        if metric.of == "balance" and tier_set.window != Window():
            said = say("A balance is what it is at the time: the window has no effect.")
            yield warning(f"{path}.window", "no_effect", said)
        if metric.of in ("points", "balance") and metric.unit not in fed:
            said = say("No rule, card or reward gives %(unit)s: nobody rises.", unit=metric.unit)
            yield warning(f"{path}.metric.unit", "never_given", said)


def _order(path: str, tier_set: TierSet) -> Iterator[Fault]:
    for j, (below, level) in enumerate(pairwise(tier_set.levels), start=1):
        if level.threshold <= below.threshold:
            said = say(
                "%(level)s comes after %(below)s, which begins at %(bound)s: it has to begin higher than that, not at "
                "%(threshold)s.",
                level=level.name,
                below=below.name,
                bound=below.threshold,
                threshold=level.threshold,
            )
            yield Fault(f"{path}.levels[{j}].threshold", "unordered_levels", said)
