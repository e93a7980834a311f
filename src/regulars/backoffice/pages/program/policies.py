"""What holds for the whole program besides units and rules, as a part of the draft."""

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.forms.program.policies import PoliciesForm
from regulars.backoffice.forms.program.setting import Setting
from regulars.backoffice.office import office_of
from regulars.backoffice.program.desk import ChangedMeanwhile, Desk, change_draft
from regulars.backoffice.program.pieces import print_of
from regulars.backoffice.program.room import needs_program
from regulars.backoffice.refusals import words
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.staff.rights import Right


@needs_program(Right.SEE_RULES)
def policies(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    desk = Desk(office)
    data = request.POST if request.method == "POST" and desk.may_change else None
    form = PoliciesForm(data, setting=Setting(office, desk.document), shown=desk.document.policies)
    if form.is_bound and form.is_valid():

        def change(document: ProgramDocument) -> ProgramDocument:
            if print_of(document.policies) != request.POST.get("seen", ""):
                raise ChangedMeanwhile()
            return msgspec.structs.replace(document, policies=form.value)

        try:
            change_draft(office, change)
        except Refusal as refusal:
            form.add_error(None, words(refusal))
        else:
            messages.success(request, _("The policies are in the draft."))
            return redirect("policies")
    state = desk.state("policies")
    context = {"work": desk, "form": form, "state": state, "seen": print_of(desk.document.policies)}
    return render(request, "backoffice/program/policies.html", context)
