"""The program's settings: how points pay, what refunds do, how late tills may report."""

import msgspec
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.program import ProgramForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.programs.settings import change_program, change_terms
from regulars.staff.rights import Right


@needs(Right.CHANGE_PROGRAM)
def program(request: HttpRequest) -> HttpResponse:
    """The settings; they are written on a second press, after the changes were read back."""
    office = office_of(request)
    if office.book is None:
        return render(request, "backoffice/no_program.html")
    now = {
        "name": office.shop,
        "time_zone": office.book.program.time_zone,
        **msgspec.to_builtins(office.book.terms),
    }
    form = ProgramForm(request.POST or None, office=office, initial=now)
    changes = []
    if request.method == "POST" and form.is_valid():
        changes = [form.fields[name].label for name in form.changed_data]
        if not changes:
            messages.info(request, _("Nothing was changed."))
            return redirect("program")
        if "sure" in request.POST and _save(form, office):
            messages.success(request, _("Saved. It counts from the next sale on."))
            return redirect("program")
    return render(
        request, "backoffice/program.html", {"form": form, "changes": changes, "program": office.book.program}
    )


def _save(form: ProgramForm, office: Office) -> bool:
    typed = form.cleaned_data
    try:
        with transaction.atomic():
            change_program(name=typed["name"], time_zone=typed["time_zone"], at=office.now, by=office.actor)
            change_terms(terms=form.terms(), at=office.now, by=office.actor)
    except Refusal as refusal:
        show_in(form, refusal)
    except msgspec.ValidationError as fault:
        form.add_error(None, str(fault))
    return not form.errors
