"""Put a member on any level, for a time or for good, with a note; and take such a decision back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.effects.deeds import ChangeLevel, Deed, ReleaseLevel, UndoLevel
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.customer import NoteForm, TierForm
from regulars.backoffice.leave import ask_for_member, with_leave
from regulars.backoffice.levels import last_day, name_of_level, say_override, show_levels
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.actor import Actor
from regulars.core.approval import Action
from regulars.core.phrases import sentence
from regulars.core.program.tier_sets import TierSet
from regulars.core.refusals import Refusal
from regulars.core.tiers import NOWHERE, Standing, level_of
from regulars.staff.rights import Right
from regulars.tiers.change import (
    Changed,
    change_tier,
    preview_change,
    preview_release,
    preview_undo_change,
    release_tier,
    undo_change,
)
from regulars.tiers.history import read_change
from regulars.tiers.standings import find_standings


@needs(Right.CHANGE_TIERS)
def change(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    tier_set = _find_set(request, office)
    standing = _standing(member_id, tier_set)
    level = level_of(tier_set, standing, at=office.now)
    form = _form(request.POST or None, tier_set, standing, office, initial={"level": level or ""})
    if request.method == "POST" and form.is_valid():
        try:
            done = with_leave(
                request,
                ask_for_member(Action.CHANGE_TIER, member_id, request, deed=_deed(form, member_id, tier_set)),
                lambda by: _decide(form, member_id, tier_set, at=office.now, by=by),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _said(done, tier_set))
            return redirect("member", member_id)
    context = {
        "member": member,
        "form": form,
        "tier_set": tier_set,
        "sets": office.live.tier_sets if office.live else (),
        "level": name_of_level(tier_set, level),
        **_preview(form, member_id, tier_set, office),
    }
    return render(request, "backoffice/change_tier.html", context)


@needs(Right.CHANGE_TIERS)
def preview(request: HttpRequest, member_id: int) -> HttpResponse:
    """What the choice made so far would do."""
    office = office_of(request)
    find_or_404(member_id)
    tier_set = _find_set(request, office)
    form = _form(request.GET, tier_set, _standing(member_id, tier_set), office)
    return render(request, "backoffice/parts/tier_preview.html", _preview(form, member_id, tier_set, office))


@needs(Right.CHANGE_TIERS)
def undo(request: HttpRequest, member_id: int, change_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    found = read_change(change_id)
    if found is None or found.member_id != member_id:
        raise Http404
    tier_set = (
        next((each for each in office.live.tier_sets if each.code == found.tier_set), None) if office.live else None
    )
    if tier_set is None:
        raise Http404
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = with_leave(
                request,
                ask_for_member(Action.CHANGE_TIER, member_id, request, deed=UndoLevel(change=change_id)),
                lambda by: undo_change(change_id=change_id, note=form.cleaned_data["note"], at=office.now, by=by),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            kept = _(" Used already, and kept: %(n)s rewards.") % {"n": len(done.kept)} if done.kept else ""
            messages.success(request, _("The change is undone.") + kept)
            return redirect("member", member_id)
    shown = next((row for row in show_levels(member_id, office) if row.code == tier_set.code), None)
    context = {
        "member": member,
        "form": form,
        "change": next((each for each in shown.changes if each.id == change_id), None) if shown else None,
        **_undo_preview(change_id, tier_set, office),
    }
    return render(request, "backoffice/undo_tier.html", context)


def _form(given: Any, tier_set: TierSet, standing: Standing, office: Office, **options: Any) -> TierForm:
    return TierForm(
        given,
        levels=[(each.code, each.name) for each in tier_set.levels],
        is_overridden=standing.override is not None,
        zone=office.zone,
        now=office.now,
        **options,
    )


def _decide(form: TierForm, member_id: int, tier_set: TierSet, *, at: datetime, by: Actor) -> Changed:
    typed = form.cleaned_data
    told = {"note": typed["note"], "key": typed["key"], "at": at, "by": by}
    if typed["kind"] == "release":
        return release_tier(member_id=member_id, tier_set=tier_set.code, **told)
    return change_tier(member_id=member_id, tier_set=tier_set.code, **form.asked(), **told)


def _deed(form: TierForm, member_id: int, tier_set: TierSet) -> Deed:
    if form.cleaned_data["kind"] == "release":
        return ReleaseLevel(member=member_id, tier_set=tier_set.code)
    return ChangeLevel(member=member_id, tier_set=tier_set.code, **form.asked())


def _preview(form: TierForm, member_id: int, tier_set: TierSet, office: Office) -> dict[str, Any]:
    """What would be, in sentences; what is missing, where the form is not whole yet."""
    if not form.is_bound:
        return {}
    form.is_valid()
    wrong = [str(errors[0]) for name, errors in form.errors.items() if name in ("level", "kind", "until")]
    if wrong:
        return {"missing": wrong}
    is_release = form.cleaned_data["kind"] == "release"
    try:
        if is_release:
            effect = preview_release(member_id=member_id, tier_set=tier_set.code, at=office.now)
        else:
            effect = preview_change(member_id=member_id, tier_set=tier_set.code, at=office.now, **form.asked())
    except Refusal as refusal:
        return {"missing": [words(refusal, office)]}
    sentences = [_("The level that was counted shows again, and the program decides from there.")]
    if not is_release:
        sentences = _sentences(effect, tier_set, office, rewards=form.cleaned_data["rewards"])
    return {"effect": _told(effect, tier_set, sentences)}


def _undo_preview(change_id: int, tier_set: TierSet, office: Office) -> dict[str, Any]:
    try:
        effect = preview_undo_change(change_id=change_id, at=office.now)
    except Refusal as refusal:
        return {"missing": [words(refusal, office)]}
    return {"effect": _told(effect, tier_set, [])}


def _told(effect: Changed, tier_set: TierSet, sentences: list[str]) -> dict[str, Any]:
    return {
        "before": name_of_level(tier_set, effect.before),
        "after": name_of_level(tier_set, effect.after),
        "sentences": sentences,
    }


def _sentences(effect: Changed, tier_set: TierSet, office: Office, *, rewards: bool) -> list[str]:
    said = []
    if effect.standing.override is not None:
        override = say_override(tier_set, effect.standing.override, office)
        said.append(sentence(override))
    elif effect.after is not None and effect.kept_until is not None:
        said.append(_("Kept until %(day)s, then reviewed.") % {"day": last_day(effect.kept_until, office)})
    elif effect.after is not None:
        said.append(_("Kept for ever."))
    if effect.rewards:
        said.append(
            _("Gives: %(rewards)s. Not again what the member had in this period.")
            % {"rewards": ", ".join(effect.rewards)}
        )
    elif rewards:
        said.append(_("There is no reward on the way to this level."))
    return said


def _said(done: Changed, tier_set: TierSet) -> str:
    after = name_of_level(tier_set, done.after) or _("no level")
    said = _("%(set)s: %(level)s now.") % {"set": tier_set.name, "level": after}
    return said + (" " + _("Given: %(rewards)s.") % {"rewards": ", ".join(done.rewards)} if done.rewards else "")


def _find_set(request: HttpRequest, office: Office) -> TierSet:
    sets = office.live.tier_sets if office.live else ()
    if not sets:
        raise Http404
    return next((each for each in sets if each.code == request.GET.get("set")), sets[0])


def _standing(member_id: int, tier_set: TierSet) -> Standing:
    return find_standings([member_id]).get(member_id, {}).get(tier_set.code, NOWHERE)
