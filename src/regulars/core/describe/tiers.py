"""Tier sets in plain words."""

from regulars.core.describe.rules import Aspects, find_unit
from regulars.core.money import write_money
from regulars.core.phrases import count, days, every, months, quoted, unit_words
from regulars.core.program.document import ProgramDocument
from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.tongue import mark, names, say, say_many, statements

_WINDOWS = {
    "calendar_year": mark("%(what)s in a calendar year"),
    "calendar_quarter": mark("%(what)s in a calendar quarter"),
    "membership_year": mark("%(what)s in a year of membership"),
    "since_entry": mark("%(what)s since the level was entered"),
    "lifetime": mark("%(what)s ever"),
    "rolling": mark("%(what)s in %(months)s"),
}
_REVIEWS = {
    "keep": mark("whoever has not earned it again keeps it"),
    "one_step": mark("whoever has not earned it again drops one level"),
    "replace": mark("whoever has not earned it again gets the level that was earned"),
}
_COUNTED = {
    "points": mark("%(units)s earned"),
    "spend": mark("money spent"),
    "visits": mark("purchases"),
    "balance": mark("%(units)s held"),
}


def describe_tier_set(tier_set: TierSet, *, document: ProgramDocument, currency: str) -> str:
    """Say a tier set in one sentence: "Silver from 500 points and Gold from 1,000 points in a calendar year; …"."""
    told = tell_tier_set(tier_set, document=document, currency=currency)
    levels = [
        say("%(level)s %(threshold)s", level=level.name, threshold=_threshold(level, tier_set, document, currency))
        for level in tier_set.levels
    ]
    rest = (told[name] for name in ("upgrade", "kept", "review", "refunds"))
    return statements([_in_window(every(levels), tier_set), *rest])


def tell_tier_set(tier_set: TierSet, *, document: ProgramDocument, currency: str) -> Aspects:
    """Tell a tier set by its aspects: levels, counts, upgrade, kept, review, refunds."""
    metric = tier_set.metric
    counted = say(_COUNTED[metric.of], units=unit_words(find_unit(document, metric.unit)).plural)
    counts = _in_window(counted, tier_set)
    review = say(_REVIEWS[tier_set.review])
    kept = {
        "end_of_next_period": say("kept to the end of the next period"),
        "months": say("kept for %(months)s", months=months(tier_set.kept.months or 0)),
        "forever": say("kept for ever"),
    }[tier_set.kept.until]
    return {
        "levels": names(level.name for level in tier_set.levels),
        "counts": say("%(counted)s, those that wait included", counted=counts) if metric.count_pending else counts,
        "upgrade": say("a level is reached at once")
        if tier_set.upgrade == "now"
        else say("a level is reached when the next period begins"),
        "kept": kept,
        "review": say("%(review)s, %(days)s after it ended", review=review, days=days(tier_set.grace_days))
        if tier_set.grace_days
        else review,
        "refunds": say("a refund may drop the level at once")
        if tier_set.on_refund == "now"
        else say("a refund counts at the next review"),
    }


def tell_level(level: Level, tier_set: TierSet, document: ProgramDocument, currency: str) -> Aspects:
    """Tell a level by its aspects: from, rewards, benefits."""
    called = {reward.code: quoted(reward.name) for reward in document.rewards}
    rewards = every([called.get(code, code) for code in level.rewards])
    told = {
        "from": _threshold(level, tier_set, document, currency),
        "rewards": say("gives %(rewards)s", rewards=rewards) if rewards else "",
        "benefits": statements(level.benefits),
    }
    return {name: words for name, words in told.items() if words}


def _threshold(level: Level, tier_set: TierSet, document: ProgramDocument, currency: str) -> str:
    match tier_set.metric.of:
        case "spend":
            least = write_money(level.threshold, currency)
        case "visits":
            least = say_many("%(n)s purchase", "%(n)s purchases", n=level.threshold)
        case _:
            least = count(level.threshold, find_unit(document, tier_set.metric.unit))
    return say("from %(least)s", least=least)


def _in_window(what: str, tier_set: TierSet) -> str:
    window = tier_set.window
    if tier_set.metric.of == "balance":
        return say("%(what)s at the time", what=what)
    return say(_WINDOWS[window.over], what=what, months=months(window.months or 0))
