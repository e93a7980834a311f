"""Tiers: what is counted, how a level is reached, kept and lost, and how far it is to the next one.

A sale that counts: `review` (when its `review_at` has come), `count_towards`, `rise`. A refund: `count_towards` with
minus, `fall_on_refund`. None of them looks at a clock; each returns the new standing and what moved. For all sets of a
program at once: `bring_up`, then `held_levels`, then `climb`; or `descend` for a refund.
"""

from regulars.core.tiers.climb import Climber, Counted, bring_up, climb, counter_of, descend, held_levels, start_units
from regulars.core.tiers.counts import Ladder, count_towards, metric_of, start_to_count
from regulars.core.tiers.moves import fall_on_refund, join, place, release, review, rise, take_back
from regulars.core.tiers.progress import Progress, progress
from regulars.core.tiers.standing import NOWHERE, Move, Override, Standing, level_of, rank_of

__all__ = [
    "NOWHERE",
    "Climber",
    "Counted",
    "Ladder",
    "Move",
    "Override",
    "Progress",
    "Standing",
    "bring_up",
    "climb",
    "count_towards",
    "counter_of",
    "descend",
    "fall_on_refund",
    "held_levels",
    "join",
    "level_of",
    "metric_of",
    "place",
    "progress",
    "rank_of",
    "release",
    "review",
    "rise",
    "start_to_count",
    "start_units",
    "take_back",
]
