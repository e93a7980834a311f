"""Tier sets in plain words."""

from regulars.core.describe.rules import Aspects, find_unit
from regulars.core.money import write_money
from regulars.core.phrases import count, every, some
from regulars.core.program.document import ProgramDocument
from regulars.core.program.tier_sets import Level, TierSet

_WINDOWS = {
    "calendar_year": "in a calendar year",
    "calendar_quarter": "in a calendar quarter",
    "membership_year": "in a year of membership",
    "since_entry": "since the level was entered",
    "lifetime": "ever",
}
_REVIEWS = {
    "keep": "whoever has not earned it again keeps it",
    "one_step": "whoever has not earned it again drops one level",
    "replace": "whoever has not earned it again gets the level that was earned",
}


def describe_tier_set(tier_set: TierSet, *, document: ProgramDocument, currency: str) -> str:
    """Say a tier set in one sentence: "Silver from 500 points and Gold from 1,000 points in a calendar year; …"."""
    told = tell_tier_set(tier_set, document=document, currency=currency)
    levels = every(
        [f"{level.name} {tell_level(level, tier_set, document, currency)['from']}" for level in tier_set.levels]
    )
    return "; ".join(
        [f"{levels} {_window(tier_set)}", *(told[name] for name in ("upgrade", "kept", "review", "refunds"))]
    )


def tell_tier_set(tier_set: TierSet, *, document: ProgramDocument, currency: str) -> Aspects:
    """Tell a tier set by its aspects: levels, counts, upgrade, kept, review, refunds."""
    metric = tier_set.metric
    unit = find_unit(document, metric.unit).name.plural
    counted = {
        "points": f"{unit} earned",
        "spend": "money spent",
        "visits": "purchases",
        "balance": f"{unit} held",
    }[metric.of]
    pending = ", those that wait included" if metric.count_pending else ""
    kept = {
        "end_of_next_period": "kept to the end of the next period",
        "months": f"kept for {some(tier_set.kept.months or 0, 'month')}",
        "forever": "kept for ever",
    }[tier_set.kept.until]
    grace = f", {some(tier_set.grace_days, 'day')} after it ended" if tier_set.grace_days else ""
    return {
        "levels": ", ".join(level.name for level in tier_set.levels),
        "counts": f"{counted} {_window(tier_set)}{pending}",
        "upgrade": "a level is reached at once"
        if tier_set.upgrade == "now"
        else "a level is reached when the next period begins",
        "kept": kept,
        "review": f"{_REVIEWS[tier_set.review]}{grace}",
        "refunds": "a refund may drop the level at once"
        if tier_set.on_refund == "now"
        else "a refund counts at the next review",
    }


def tell_level(level: Level, tier_set: TierSet, document: ProgramDocument, currency: str) -> Aspects:
    """Tell a level by its aspects: from, rewards, benefits."""
    metric = tier_set.metric
    threshold = {
        "spend": write_money(level.threshold, currency),
        "visits": some(level.threshold, "purchase"),
    }.get(metric.of) or count(level.threshold, find_unit(document, metric.unit))
    names = {reward.code: f"“{reward.name}”" for reward in document.rewards}
    told = {
        "from": f"from {threshold}",
        "rewards": f"gives {every([names.get(code, code) for code in level.rewards])}" if level.rewards else "",
        "benefits": "; ".join(level.benefits),
    }
    return {name: words for name, words in told.items() if words}


def _window(tier_set: TierSet) -> str:
    window = tier_set.window
    if tier_set.metric.of == "balance":
        return "at the time"
    return f"in {some(window.months or 0, 'month')}" if window.over == "rolling" else _WINDOWS[window.over]
