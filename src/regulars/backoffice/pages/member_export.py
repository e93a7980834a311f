"""Everything about one member, for the member: a page to print, and a file for machines."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.access import needs
from regulars.backoffice.consent_words import SECTION_NAMES
from regulars.backoffice.office import office_of
from regulars.backoffice.told_words import say_column
from regulars.care.export_member import export_member, write_export
from regulars.members.lock import UnknownMember
from regulars.staff.rights import Right

LONGEST_TABLE = 500
"""Rows of a section that the page shows; the file has all of them."""


@needs(Right.EXPORT_LISTS)
def member_export(request: HttpRequest, member_id: int) -> HttpResponse:
    office = office_of(request)
    try:
        export = export_member(
            member_id=member_id, at=office.now, by=office.actor, with_regulated=office.can(Right.SEE_REGULATED)
        )
    except UnknownMember:
        raise Http404 from None
    if request.GET.get("format") == "json":
        answer = HttpResponse(write_export(export), content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="member-{export.member_id}.json"'
        answer["Cache-Control"] = "private, no-store"
        return answer
    sections = [
        {
            "title": SECTION_NAMES[name],
            "columns": [say_column(key) for key in rows[0]] if rows else [],
            "rows": [list(row.items()) for row in rows[:LONGEST_TABLE]],
            "more": max(len(rows) - LONGEST_TABLE, 0),
        }
        for name, rows in export.sections.items()
    ]
    return render(request, "backoffice/member_export.html", {"export": export, "sections": sections})
