"""The work list of members who may be one person: look at two, merge them, or say that they are two."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.keyset import Page, page_by_id
from regulars.backoffice.merging import show_pairs
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import words
from regulars.care.duplicates import dismiss_duplicate, reopen_duplicate
from regulars.care.models import Duplicate, Merge
from regulars.core.refusals import Refusal
from regulars.members.rows import read_members
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

PAGE = 50
SHOWS = ("open", "dismissed", "merged")


@needs(Right.MERGE_MEMBERS)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Those to look at, the surest first; those that are two people; and what was merged, newest first."""
    show = request.GET.get("state", "open")
    show = show if show in SHOWS else "open"
    before = request.GET.get("before", "")
    context: dict[str, object] = {"show": show}
    if show == "merged":
        page = page_by_id(Merge.objects.all(), before=before, size=PAGE)
        members = {each.id: each for each in read_members([row.keeper_id for row in page.rows])}
        names = name_actors({row.merged_by for row in page.rows})
        context |= {
            "page": page,
            "merges": [(row, members.get(row.keeper_id), names.get(row.merged_by, row.merged_by)) for row in page.rows],
        }
    elif show == "dismissed":
        page_of_two = page_by_id(Duplicate.objects.filter(state="dismissed"), before=before, size=PAGE)
        context |= {"page": page_of_two, "pairs": show_pairs(page_of_two.rows)}
    else:
        open_page = _surest(before)
        context |= {"page": open_page, "pairs": show_pairs(open_page.rows)}
    return render(request, "backoffice/duplicates.html", context)


@require_POST
@needs(Right.MERGE_MEMBERS)
def dismiss(request: HttpRequest, duplicate_id: int) -> HttpResponse:
    """They are two people: one press, and the other list undoes it."""
    office = office_of(request)
    try:
        dismiss_duplicate(duplicate_id=duplicate_id, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        messages.success(request, _("Two people, then: they are not shown again. “Two people” lists them."))
    return redirect("duplicates")


@require_POST
@needs(Right.MERGE_MEMBERS)
def reopen(request: HttpRequest, duplicate_id: int) -> HttpResponse:
    office = office_of(request)
    try:
        reopen_duplicate(duplicate_id=duplicate_id, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        messages.success(request, _("Back on the list."))
    return redirect("duplicates")


def _surest(before: str) -> Page[Duplicate]:
    """The surest first, newest first among equals; the key is the last row's "confidence~id"."""
    rows = Duplicate.objects.filter(state="open")
    sure, _tilde, number = before.partition("~")
    is_first = not (sure.isdecimal() and number.isdecimal() and len(sure) <= 3 and len(number) <= 18)
    if not is_first:
        rows = rows.filter(Q(confidence__lt=int(sure)) | Q(confidence=int(sure), pk__lt=int(number)))
    found = list(rows.order_by("-confidence", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], f"{last.confidence}~{last.pk}" if last else None, is_first)
