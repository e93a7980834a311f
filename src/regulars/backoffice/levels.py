"""A member's levels as pages tell them: where somebody stands and why, how far the next level is, what keeps this
one, what a review would say, and how it came.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.backoffice.amounts import say_amount
from regulars.backoffice.office import Office
from regulars.backoffice.wording import day, money, number
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers import NOWHERE, Override, Progress, bring_up, progress
from regulars.tiers.history import ChangeView, list_changes
from regulars.tiers.look import look_at_members

CAUSES: dict[str, Text] = {
    "reached": gettext_lazy("reached"),
    "requalified": gettext_lazy("reached again: kept for longer"),
    "review": gettext_lazy("decided by the review"),
    "refund": gettext_lazy("after a refund"),
    "override_ended": gettext_lazy("the team's decision ended"),
    "manual": gettext_lazy("decided by the team"),
    "undone": gettext_lazy("a change of the team's was undone"),
    "merged": gettext_lazy("two records of one person became one"),
}

CHANGES = 20


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A bar: `reached` of `most`."""

    said: str
    amount: str
    reached: int
    most: int
    is_at_risk: bool = False


class ChangeShown(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    said: str
    cause: str
    at: datetime
    by: str
    note: str
    is_undone: bool
    can_be_undone: bool


class LevelShown(msgspec.Struct, frozen=True, kw_only=True):
    """One tier set; `level` is empty where the member has none."""

    code: str
    title: str
    level: str
    note: str
    why: Sequence[str]
    goals: Sequence[Goal]
    projected: str
    changes: Sequence[ChangeShown]


def show_levels(member_id: int, office: Office) -> list[LevelShown]:
    """Every tier set of the live program; a few statements for all of them."""
    sets = office.live.tier_sets if office.live else ()
    if not sets or office.book is None:
        return []
    seen = look_at_members([member_id], tier_sets=sets, book=office.book, at=office.now, lock=False).get(member_id)
    if seen is None:
        return []
    climber = seen.climber
    bring_up(sets, climber, at=office.now)
    changes = list_changes(member_id, limit=CHANGES)
    last = {code: next((each.id for each in changes if _is_decision(each, code)), None) for code in _codes(sets)}
    return [
        _show(
            each,
            progress(climber.ladder(each), climber.standings.get(each.code, NOWHERE), at=office.now),
            [_change(each, change, last) for change in changes if change.tier_set == each.code],
            office,
        )
        for each in sets
    ]


def _codes(sets: Iterable[TierSet]) -> list[str]:
    return [each.code for each in sets]


def _is_decision(change: ChangeView, tier_set: str) -> bool:
    """The team's decisions can be undone, the latest first."""
    return change.tier_set == tier_set and change.cause == "manual" and change.undone_by is None


def name_of_level(tier_set: TierSet, code: str | None) -> str:
    """A level's name; its code where the program has it no more; empty for none."""
    return next((level.name for level in tier_set.levels if level.code == code), code or "")


def say_metric(amount: int, tier_set: TierSet, office: Office) -> str:
    """What counts, in its own words: points, money, visits."""
    match tier_set.metric.of:
        case "spend":
            return money(amount, office.currency)
        case "visits":
            return ngettext("%(n)s visit", "%(n)s visits", amount) % {"n": number(amount)}
        case _:
            return say_amount(amount, office.unit(tier_set.metric.unit))


def last_day(end: datetime, office: Office) -> str:
    """A half-open end as people count: midnight belongs to the day before."""
    return day(end - timedelta(microseconds=1), office.zone)


def _show(tier_set: TierSet, here: Progress, changes: Sequence[ChangeShown], office: Office) -> LevelShown:
    return LevelShown(
        code=tier_set.code,
        title=tier_set.name,
        level=name_of_level(tier_set, here.level),
        note=_note(tier_set, here, office),
        why=_why(tier_set, here, office),
        goals=_goals(tier_set, here, office),
        projected=_projected(tier_set, here, office),
        changes=changes,
    )


def _note(tier_set: TierSet, here: Progress, office: Office) -> str:
    if here.override is not None:
        return say_override(tier_set, here.override, office)
    if here.level is None:
        return ""
    if here.kept_until is None:
        return _("kept for ever")
    return _("kept until %(day)s") % {"day": last_day(here.kept_until, office)}


def say_override(tier_set: TierSet, override: Override, office: Office) -> str:
    level = name_of_level(tier_set, override.level) or _("no level")
    until = last_day(override.until, office) if override.until else ""
    match override.kind:
        case "until":
            return _("by the team: %(level)s until %(day)s") % {"level": level, "day": until}
        case "floor" if until:
            return _("by the team: at least %(level)s until %(day)s") % {"level": level, "day": until}
        case "floor":
            return _("by the team: at least %(level)s") % {"level": level}
        case _:
            return _("by the team: pinned to %(level)s") % {"level": level}


def _why(tier_set: TierSet, here: Progress, office: Office) -> list[str]:
    said = [_("%(amount)s count now.") % {"amount": say_metric(here.metric, tier_set, office)}]
    reached = [
        _("%(level)s from %(amount)s") % {"level": each.name, "amount": say_metric(each.threshold, tier_set, office)}
        for each in tier_set.levels
    ]
    said.append("; ".join(reached) + ".")
    if here.entered_at and here.level:
        said.append(_("Here since %(day)s.") % {"day": day(here.entered_at, office.zone)})
    if here.is_at_risk:
        said.append(_("At risk: what counts now would not hold this level at its review."))
    return said


def _goals(tier_set: TierSet, here: Progress, office: Office) -> list[Goal]:
    """One bar to the next level, one to keep this one where something is missing for it."""
    goals = []
    if here.next_level is not None and here.to_next is not None:
        by = f" · {_('until')} {last_day(here.next_by, office)}" if here.next_by else ""
        goals.append(
            Goal(
                said=_("%(amount)s to %(level)s")
                % {
                    "amount": say_metric(here.to_next, tier_set, office),
                    "level": name_of_level(tier_set, here.next_level),
                },
                amount=by.removeprefix(" · "),
                reached=here.metric,
                most=max(here.metric + here.to_next, 1),
            )
        )
    if here.to_keep:
        threshold = next((each.threshold for each in tier_set.levels if each.code == here.level), here.to_keep)
        goals.append(
            Goal(
                said=_("%(amount)s to keep %(level)s")
                % {
                    "amount": say_metric(here.to_keep, tier_set, office),
                    "level": name_of_level(tier_set, here.level),
                },
                amount=_("until %(day)s") % {"day": last_day(here.keep_by, office)} if here.keep_by else "",
                reached=max(threshold - here.to_keep, 0),
                most=max(threshold, 1),
                is_at_risk=here.is_at_risk,
            )
        )
    return goals


def _projected(tier_set: TierSet, here: Progress, office: Office) -> str:
    if here.review_at is None:
        return ""
    level = name_of_level(tier_set, here.projected) or _("no level")
    return _("If nothing more happens: %(level)s at the review on %(day)s.") % {
        "level": level,
        "day": day(here.review_at, office.zone),
    }


def _change(tier_set: TierSet, change: ChangeView, last: Mapping[str, int | None]) -> ChangeShown:
    before = name_of_level(tier_set, change.before) or _("No level")
    after = name_of_level(tier_set, change.after) or _("No level")
    return ChangeShown(
        id=change.id,
        said=f"{before} → {after}" if change.before != change.after else after,
        cause=str(CAUSES.get(change.cause, change.cause)),
        at=change.at,
        by=change.actor if change.cause in ("manual", "undone") else "",
        note=change.note,
        is_undone=change.undone_by is not None,
        can_be_undone=last.get(tier_set.code) == change.id,
    )
