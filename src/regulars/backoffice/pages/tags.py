"""Tags: created first, put on members one by one, by a file, or for all members of a list; a batch can be undone."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.audiences.models import Tag, TagBatch
from regulars.audiences.tag_batches import (
    UnknownTagBatch,
    begin_tag_batch,
    check_tag_file,
    faults_of,
    list_tag_batches,
    read_tag_batch,
    work_tag_batch,
)
from regulars.audiences.tag_file import MOST_BYTES, write_template
from regulars.audiences.tags import change_tag, create_tag, list_tags, remove_tag, retag_member, tags_of, users_of
from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.audience import AboutTagForm, MemberTagsForm, TagFileForm, TagForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.wording import number
from regulars.core.refusals import Refusal
from regulars.jobs.tasks import defer_tag_batch
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

AT_ONCE = 2_000
"""So many members are tagged while one waits."""

MOST_COUNTED = 10_000
"""A tag that more members wear is worn by "more than 10,000"."""

FAULTS = {
    "ragged": gettext_lazy("It has more cells than the heading, or one that is too long."),
    "nobody_named": gettext_lazy("It names nobody: give a card, a phone, an e-mail or an id."),
    "nobody_found": gettext_lazy("Nobody here has this card, phone, e-mail or id."),
    "doubled": gettext_lazy("A line above is about the same member."),
    "unknown_tag": gettext_lazy("There is no such tag. Create it, or tick “Create tags that are new”."),
    "no_tags": gettext_lazy("It says no tag to put on or to take off."),
}


@needs(Right.SEE_MEMBERS)
def tags(request: HttpRequest) -> HttpResponse:
    """All tags, a form for one more, and the batches of late."""
    office = office_of(request)
    form = TagForm(request.POST or None)
    if request.method == "POST":
        if not office.can(Right.CHANGE_AUDIENCES):
            return redirect("tags")
        if form.is_valid():
            try:
                made = create_tag(**form.cleaned_data, at=office.now, by=office.actor)
            except Refusal as refusal:
                show_in(form, refusal)
            else:
                messages.success(request, _("The tag “%(name)s” can be put on members now.") % {"name": made.name})
                return redirect("tags")
    batches = list_tag_batches()
    context = {"form": form, "tags": list_tags(most=MOST_COUNTED), "most": MOST_COUNTED, "batches": batches}
    context["names"] = name_actors({batch.created_by for batch in batches})
    return render(request, "backoffice/tags.html", context)


@needs(Right.CHANGE_AUDIENCES)
def tag(request: HttpRequest, tag_id: int) -> HttpResponse:
    office, found = office_of(request), _find(tag_id)
    form = AboutTagForm(request.POST or None, initial={"about": found.about})
    if request.method == "POST" and form.is_valid():
        try:
            change_tag(found.name, about=form.cleaned_data["about"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            return redirect("tags")
    context = {"form": form, "tag": found, "users": users_of(found, at=office.now)}
    return render(request, "backoffice/tag.html", context)


@require_POST
@needs(Right.CHANGE_AUDIENCES)
def remove(request: HttpRequest, tag_id: int) -> HttpResponse:
    office, found = office_of(request), _find(tag_id)
    try:
        wearers = remove_tag(found.name, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal))
        return redirect("tag", tag_id)
    said = _("The tag “%(name)s” is gone; %(n)s members wore it.") % {"name": found.name, "n": number(wearers)}
    messages.success(request, said)
    return redirect("tags")


@needs(Right.TAG_MEMBERS)
def member_tags(request: HttpRequest, member_id: int) -> HttpResponse:
    """The tags of one member, ticked."""
    office, member = office_of(request), find_or_404(member_id)
    worn = tags_of([member_id]).get(member_id, ())
    form = MemberTagsForm(request.POST or None, initial={"tags": list(worn)})
    if request.method == "POST" and form.is_valid():
        wanted = set(form.cleaned_data["tags"])
        try:
            retag_member(
                member_id=member_id, put=wanted - set(worn), take=set(worn) - wanted, at=office.now, by=office.actor
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            return redirect("member", member_id)
    return render(request, "backoffice/member_tags.html", {"form": form, "member": member})


@needs(Right.CHANGE_AUDIENCES)
def tag_file(request: HttpRequest) -> HttpResponse:
    """A file is looked at; what it would do is the batch's own page."""
    office = office_of(request)
    form = TagFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given: UploadedFile = form.cleaned_data["file"]
        try:
            batch = check_tag_file(
                given.read(MOST_BYTES + 1),
                origin=given.name or "",
                creates_tags=form.cleaned_data["creates_tags"],
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            return redirect("tag_batch", batch)
    return render(request, "backoffice/tag_file.html", {"form": form})


@needs(Right.CHANGE_AUDIENCES)
def template(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="tags.csv"'}
    return HttpResponse(write_template().encode(), content_type="text/csv; charset=utf-8", headers=headers)


@needs(Right.SEE_MEMBERS)
def tag_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What it would do, how far it is, or what it did; while it runs, the part that tells asks again by itself."""
    batch = _find_batch(batch_id)
    is_open = batch.state in (TagBatch.State.APPLYING, TagBatch.State.UNDOING)
    percent = min(100 * batch.done // batch.sound, 100) if batch.sound else 0
    context = {"batch": batch, "is_open": is_open, "percent": percent}
    if request.headers.get("HX-Request"):
        answer = render(request, "backoffice/parts/tag_batch_progress.html", context)
        if not is_open:
            answer["HX-Refresh"] = "true"
        return answer
    faults = [(line, FAULTS.get(fault, fault)) for line, fault in faults_of(batch_id)]
    context |= {"faults": faults, "faulty": batch.lines - batch.sound, "names": name_actors({batch.created_by})}
    return render(request, "backoffice/tag_batch.html", context)


@require_POST
@needs(Right.CHANGE_AUDIENCES)
def apply(request: HttpRequest, batch_id: int) -> HttpResponse:
    return _begin(request, batch_id, undo=False)


@require_POST
@needs(Right.CHANGE_AUDIENCES)
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    return _begin(request, batch_id, undo=True)


def _begin(request: HttpRequest, batch_id: int, *, undo: bool) -> HttpResponse:
    office = office_of(request)
    try:
        start_batch(batch_id, office, undo=undo)
    except UnknownTagBatch:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, words(refusal))
    return redirect("tag_batch", batch_id)


def start_batch(batch_id: int, office: Office, *, undo: bool = False) -> None:
    """Do a short batch at once, and have a long one done by a job. Refuses: UnknownTagBatch, TagBatchOver."""
    begin_tag_batch(batch_id, undo=undo, at=office.now, by=office.actor)
    if read_tag_batch(batch_id).sound <= AT_ONCE:
        list(work_tag_batch(batch_id, at=office.now, by=office.actor))
    else:
        defer_tag_batch(batch_id, schema=connection.schema_name, by=office.actor)  # type: ignore[attr-defined]


def _find(tag_id: int) -> Tag:
    found = Tag.objects.filter(pk=tag_id).first()
    if found is None:
        raise Http404
    return found


def _find_batch(batch_id: int) -> TagBatch:
    try:
        return read_tag_batch(batch_id)
    except UnknownTagBatch:
        raise Http404 from None
