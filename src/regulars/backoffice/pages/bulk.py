"""What is done with many members of a list at once: tags for them, and the list as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.audiences.tag_batches import ask_tag_batch, note_tag_batch
from regulars.backoffice.access import needs
from regulars.backoffice.audience.chosen import origin_of, say_chosen, say_nobody
from regulars.backoffice.audience.columns import chosen_columns, file_columns
from regulars.backoffice.audience.filtered import Chosen, read_chosen
from regulars.backoffice.audience.offered import Offered
from regulars.backoffice.forms.audience import ExportForm, RetagForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.exports import start_export
from regulars.backoffice.pages.tags import start_batch
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.staff.rights import Right


@needs(Right.CHANGE_AUDIENCES)
def tag_list(request: HttpRequest) -> HttpResponse:
    """Put tags on the members who are ticked or filtered, and take others off; it can be undone."""
    office = office_of(request)
    chosen = read_chosen(request.POST or request.GET, office)
    if chosen is None:
        return say_nobody(request)
    form = RetagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        put, take = form.cleaned_data["put"], form.cleaned_data["take"]
        try:
            batch = _ask(chosen, office, put=put, take=take)
            start_batch(batch, office)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            return redirect("tag_batch", batch)
    return render(request, "backoffice/tag_list.html", {"form": form, **_context(chosen, office)})


@needs(Right.EXPORT_LISTS)
def export_members(request: HttpRequest) -> HttpResponse:
    """Choose columns and a kind of file; a long list is written by a job."""
    office = office_of(request)
    offered = Offered(office)
    chosen = read_chosen(request.POST or request.GET, office)
    if chosen is None:
        return say_nobody(request)
    known = file_columns(offered)
    shown = _columns(chosen, known, offered)
    initial = {"columns": ["number", "first_name", "last_name", *shown], "form": "csv"}
    form = ExportForm(request.POST or None, columns=list(known.items()), initial=initial)
    if request.method == "POST" and form.is_valid():
        columns = [(code, known[code]) for code in form.cleaned_data["columns"]]
        try:
            export = start_export(
                "members",
                title=_("Members"),
                asked=chosen.asked,
                columns=columns,
                form=form.cleaned_data["form"],
                office=office,
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            return redirect("export", export)
    return render(request, "backoffice/export_members.html", {"form": form, **_context(chosen, office)})


def _columns(chosen: Chosen, known: dict[str, str], offered: Offered) -> list[str]:
    """The columns that the list on the screen had."""
    return chosen_columns(QueryDict(chosen.query), known, offered)


def _ask(chosen: Chosen, office: Office, *, put: list[str], take: list[str]) -> int:
    origin = origin_of(chosen, office)
    if chosen.members:
        return note_tag_batch(chosen.members, origin=origin, put=put, take=take, at=office.now, by=office.actor)
    return ask_tag_batch(
        chosen.condition,
        origin=origin,
        put=put,
        take=take,
        about=chosen.size.members,
        at=office.now,
        by=office.actor,
    )


def _context(chosen: Chosen, office: Office) -> dict[str, Any]:
    return {"chosen": chosen, "said": say_chosen(chosen, office)}
