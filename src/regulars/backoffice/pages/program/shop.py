"""The shop's name and time zone, which belong to no version: they change at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.shop import ShopForm
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.programs.settings import change_program
from regulars.staff.rights import Right


@needs(Right.CHANGE_PROGRAM)
def shop(request: HttpRequest) -> HttpResponse:
    """The settings; they are written on a second press, after the changes were read back."""
    office = office_of(request)
    if office.book is None:
        return render(request, "backoffice/no_program.html")
    now = {"name": office.shop, "time_zone": office.book.program.time_zone}
    form = ShopForm(request.POST or None, initial=now)
    changes = []
    if request.method == "POST" and form.is_valid():
        changes = [form.fields[name].label for name in form.changed_data]
        if not changes:
            messages.info(request, _("Nothing was changed."))
            return redirect("shop")
        if "sure" in request.POST:
            try:
                change_program(**form.cleaned_data, at=office.now, by=office.actor)
            except Refusal as refusal:
                show_in(form, refusal)
            else:
                messages.success(request, _("Saved. It counts from now on."))
                return redirect("shop")
    context = {"form": form, "changes": changes, "program": office.book.program}
    return render(request, "backoffice/shop.html", context)
