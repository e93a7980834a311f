"""Segments: who belongs, said in a sentence and counted while the conditions are put together."""

from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.audiences.auto_tags import create_auto_tag, list_auto_tags, remove_auto_tag
from regulars.audiences.find import count_members
from regulars.audiences.models import Segment
from regulars.audiences.segments import (
    SegmentRow,
    UnknownSegment,
    asking_at,
    list_segments,
    read_segment,
    remove_segment,
    save_segment,
    users_of,
)
from regulars.backoffice.access import needs
from regulars.backoffice.audience.builder import Builder, read_builder, show_builder
from regulars.backoffice.audience.offered import Offered
from regulars.backoffice.forms.audience import AutoTagForm, SegmentForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.audience import Condition
from regulars.core.describe.audience import describe_audience
from regulars.core.refusals import Refusal
from regulars.jobs.tasks import defer_sweep
from regulars.staff.rights import Right


@needs(Right.SEE_MEMBERS)
def segments(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    offered = Offered(office)
    rows = [{"segment": each, "said": describe_audience(each.condition, offered)} for each in list_segments()]
    return render(request, "backoffice/segments.html", {"rows": rows})


@needs(Right.CHANGE_AUDIENCES)
def new_segment(request: HttpRequest) -> HttpResponse:
    """A new one, empty or of what the list of members was filtered by."""
    office = office_of(request)
    offered = Offered(office)
    if request.method == "POST":
        return _saved(request, office, offered, None)
    builder = read_builder(request.GET, offered)
    return _page(request, SegmentForm(), builder, office, None)


@needs(Right.CHANGE_AUDIENCES)
def segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    office, found = office_of(request), _find(segment_id)
    offered = Offered(office)
    if request.method == "POST":
        return _saved(request, office, offered, found)
    form = SegmentForm(initial={"name": found.name, "about": found.about})
    return _page(request, form, show_builder(found.condition, offered), office, found)


@require_POST
@needs(Right.CHANGE_AUDIENCES)
def rows(request: HttpRequest) -> HttpResponse:
    """The rows after a button was pressed: one more, or one fewer."""
    builder = read_builder(request.POST, Offered(office_of(request)))
    return render(request, "backoffice/parts/builder.html", _builder_context(builder))


@require_POST
@needs(Right.SEE_MEMBERS)
def count(request: HttpRequest) -> HttpResponse:
    """Who is meant by what is filled in so far, and how many they are."""
    office = office_of(request)
    data = QueryDict(mutable=True)
    data.update(request.POST)
    data.pop("do", None)
    return render(request, "backoffice/parts/counted.html", _counted(read_builder(data, Offered(office)), office))


@require_POST
@needs(Right.CHANGE_AUDIENCES)
def remove(request: HttpRequest, segment_id: int) -> HttpResponse:
    office, found = office_of(request), _find(segment_id)
    try:
        remove_segment(segment_id, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal))
        return redirect("segment", segment_id)
    messages.success(
        request, _("The segment “%(name)s” is gone. Its members stay what they are.") % {"name": found.name}
    )
    return redirect("segments")


@require_POST
@needs(Right.CHANGE_AUDIENCES)
def add_auto_tag(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Let its members wear a tag; everybody who belongs already gets it by a job."""
    office, found = office_of(request), _find(segment_id)
    form = AutoTagForm(request.POST)
    if form.is_valid():
        try:
            rule = create_auto_tag(
                segment=found.name,
                tag=form.cleaned_data["tag"],
                takes_off=form.cleaned_data["takes_off"],
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            messages.error(request, words(refusal))
        else:
            defer_sweep(rule, schema=connection.schema_name)  # type: ignore[attr-defined]
            messages.success(
                request, _("Members of this segment get the tag from now on; a job puts it on who belongs.")
            )
    return redirect("segment", segment_id)


@require_POST
@needs(Right.CHANGE_AUDIENCES)
def end_auto_tag(request: HttpRequest, segment_id: int, rule_id: int) -> HttpResponse:
    office = office_of(request)
    _find(segment_id)
    try:
        remove_auto_tag(rule_id, at=office.now, by=office.actor)
    except Refusal:
        raise Http404 from None
    messages.success(request, _("Nobody gets the tag by this segment any more. Who wears it keeps it."))
    return redirect("segment", segment_id)


def _saved(request: HttpRequest, office: Office, offered: Offered, found: SegmentRow | None) -> HttpResponse:
    form, builder = SegmentForm(request.POST), read_builder(request.POST, offered)
    if request.POST.get("do"):  # a button of the rows, where no script asked for them alone
        return _page(request, form, builder, office, found)
    condition = builder.condition()
    if form.is_valid() and condition is not None:
        try:
            segment_id = save_segment(
                **form.cleaned_data,
                condition=condition,
                at=office.now,
                by=office.actor,
                segment_id=found.id if found else None,
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            for rule in list_auto_tags():
                defer_sweep(rule.pk, schema=connection.schema_name)  # type: ignore[attr-defined]
            messages.success(request, _("Saved. It is asked anew each time, so who belongs is always of today."))
            return redirect("segment", segment_id)
    return _page(request, form, builder, office, found)


def _page(
    request: HttpRequest, form: SegmentForm, builder: Builder | None, office: Office, found: SegmentRow | None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "segment": found, "alternatives": True}
    if builder is not None:
        context |= _builder_context(builder)
        if found is None or request.method == "POST":
            context |= _counted(builder, office)
    if found is not None and request.method == "GET":
        context |= _count(found.condition, office)
    if found is not None:
        row = Segment.objects.get(pk=found.id)
        context |= {
            "rules": [rule for rule in list_auto_tags() if rule.segment_id == found.id],
            "auto_tag": AutoTagForm(),
            "users": users_of(row, at=office.now),
            "said": describe_audience(found.condition, Offered(office)),
        }
    return render(request, "backoffice/segment.html", context)


def _builder_context(builder: Builder) -> dict[str, Any]:
    return {"builder": builder, "here": reverse("segment_rows"), "way": "post", "alternatives": True}


def _counted(builder: Builder, office: Office) -> dict[str, Any]:
    """The sentence and the number; nothing while a row is not filled in yet."""
    condition = builder.condition()
    return {"size": None} if condition is None else _count(condition, office)


def _count(condition: Condition, office: Office) -> dict[str, Any]:
    return {
        "size": count_members(condition, asking_at(office.now)),
        "sentence": describe_audience(condition, Offered(office)),
    }


def _find(segment_id: int) -> SegmentRow:
    try:
        return read_segment(segment_id)
    except UnknownSegment:
        raise Http404 from None
