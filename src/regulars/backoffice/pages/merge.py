"""Merge two members: find the other one, choose who stays and whose values, see the effect, and merge; or undo it."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.effects.deeds import Merge as MergeDeed
from regulars.backoffice.effects.deeds import Unmerge
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.merge import FindForm, MergeForm, UndoMergeForm
from regulars.backoffice.keyed import whose
from regulars.backoffice.leave import ask_for_member, with_leave
from regulars.backoffice.merging import (
    read_choices,
    say_differences,
    say_levels,
    say_moved,
    show_balances,
    show_fields,
    show_pairs,
)
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.care.merge import merge_members
from regulars.care.models import Duplicate, Merge
from regulars.care.preview import preview_merge, preview_undo
from regulars.care.unmerge import UNDO_DAYS, Difference, undo_merge
from regulars.core.approval import Action
from regulars.core.refusals import Refusal
from regulars.members.rows import read_member
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

ALIKE = 20


@needs(Right.MERGE_MEMBERS)
def find_other(request: HttpRequest, member_id: int) -> HttpResponse:
    """The record that is merged into this one: one that looks alike, or one that is typed."""
    office, member = office_of(request), find_or_404(member_id)
    form = FindForm(request.GET if "other" in request.GET else None)
    if form.is_valid():
        other = whose(form.cleaned_data["other"], office)
        if other is None:
            form.add_error("other", _("Nobody is known by this. Check the number, or search for the name."))
        elif other.id == member.id:
            form.add_error("other", _("This is the same record. Type what finds the other one."))
        else:
            return redirect("merge_two", member.id, other.id)
    rows = Duplicate.objects.filter(Q(older=member.id) | Q(newer=member.id), state="open")
    pairs = show_pairs(list(rows.order_by("-confidence", "-pk")[:ALIKE]))
    alike = [(pair, pair.newer if pair.older.id == member.id else pair.older) for pair in pairs]
    return render(request, "backoffice/merge_find.html", {"member": member, "form": form, "alike": alike})


@needs(Right.MERGE_MEMBERS)
def merge_two(request: HttpRequest, member_id: int, other_id: int) -> HttpResponse:
    """Both side by side: `member_id` stays, `other_id` becomes part of it."""
    office = office_of(request)
    keeper, source = find_or_404(member_id), find_or_404(other_id)
    fields = show_fields(keeper, source, request.POST)
    form = MergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            done = with_leave(
                request,
                ask_for_member(
                    Action.MERGE_MEMBERS,
                    keeper.id,
                    request,
                    deed=MergeDeed(keeper=keeper.id, source=source.id, choices=read_choices(fields)),
                ),
                lambda by: merge_members(
                    source=source.id,
                    keeper=keeper.id,
                    choices=read_choices(fields),
                    reason=typed["reason"],
                    key=typed["key"],
                    at=office.now,
                    by=by,
                ),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            link = reverse("merge", args=[done.merge_id])
            said = _("Merged. It can be undone for %(days)s days.") % {"days": UNDO_DAYS}
            messages.success(request, format_html('{} <a href="{}">{}</a>', said, link, _("See the merge")))
            return redirect("member", keeper.id)
    context: dict[str, Any] = {"keeper": keeper, "source": source, "form": form, "fields": fields}
    return render(request, "backoffice/merge_two.html", context | _effect(keeper.id, source.id, office))


@needs(Right.MERGE_MEMBERS)
def merge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """One merge: when, by whom and why; what undoing it would do, and the button for that."""
    office = office_of(request)
    found = Merge.objects.filter(pk=merge_id).first()
    if found is None:
        raise Http404
    form = UndoMergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with_leave(
                request,
                ask_for_member(Action.MERGE_MEMBERS, found.keeper_id, request, deed=Unmerge(merge=merge_id)),
                lambda by: undo_merge(merge_id=merge_id, reason=form.cleaned_data["reason"], at=office.now, by=by),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Undone: they are two members again."))
            return redirect("merge", merge_id)
    names = name_actors({found.merged_by, found.undone_by} - {""})
    context: dict[str, Any] = {
        "merge": found,
        "form": form,
        "keeper": read_member(found.keeper_id),
        "source": read_member(found.source_id),
        "merged_by": names.get(found.merged_by, found.merged_by),
        "undone_by": names.get(found.undone_by, found.undone_by),
        "differences": say_differences([Difference(**each) for each in found.differences], office),
    }
    if found.undone_at is None:
        context |= _undo_effect(found, office)
    return render(request, "backoffice/merge.html", context)


def _effect(keeper: int, source: int, office: Office) -> dict[str, Any]:
    try:
        effect = preview_merge(source=source, keeper=keeper, at=office.now)
    except Refusal as refusal:
        return {"refused": words(refusal, office)}
    return {
        "effect": effect,
        "balances": show_balances(effect, office),
        "levels": say_levels(effect, office),
        "moved": say_moved(effect),
    }


def _undo_effect(found: Merge, office: Office) -> dict[str, Any]:
    try:
        effect = preview_undo(merge_id=found.pk, at=office.now)
    except Refusal as refusal:
        return {"refused": words(refusal, office)}
    units = [each.unit for each in effect.keeper.balances]
    keeper = {each.unit: each.available for each in effect.keeper.balances}
    source = {each.unit: each.available for each in effect.source.balances}
    rows = [(office.unit(unit), keeper[unit], source.get(unit, 0)) for unit in units]
    return {
        "undo": [row for row in rows if row[1] or row[2]],
        "undo_differences": say_differences(effect.differences, office),
    }
