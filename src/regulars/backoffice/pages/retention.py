"""Whose data the law wants kept: holds are placed, listed and lifted."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.privacy import HoldForm
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in
from regulars.care.holds import lift_hold, place_hold
from regulars.consents.models import RetentionHold
from regulars.core.periods import end_of_day
from regulars.core.refusals import Refusal
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right


@needs(Right.CHANGE_PRIVACY)
def place(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["until_on"]
        try:
            place_hold(
                member_id=member_id,
                reason=form.cleaned_data["reason"],
                until=end_of_day(day, office.zone) if day else None,
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Nothing of this member's goes while the hold is in force."))
            return redirect("member", member_id)
    return render(request, "backoffice/place_hold.html", {"form": form, "member": member})


@needs(Right.CHANGE_PRIVACY)
def holds(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    page = page_by_id(RetentionHold.objects.filter(lifted_at=None), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "rows": [{"hold": each, "is_over": each.until is not None and each.until <= office.now} for each in page.rows],
        "names": name_actors({each.placed_by for each in page.rows}),
    }
    return render(request, "backoffice/retention_holds.html", context)


@needs(Right.CHANGE_PRIVACY)
def lift(request: HttpRequest, hold_id: int) -> HttpResponse:
    office, hold = office_of(request), get_object_or_404(RetentionHold, pk=hold_id)
    if request.method == "POST":
        try:
            lift_hold(hold_id=hold_id, at=office.now, by=office.actor)
        except Refusal:
            messages.error(request, _("It was lifted already."))
        else:
            messages.success(request, _("Lifted."))
    if request.POST.get("from") == "list":
        return redirect("retention_holds")
    return redirect("member", hold.member_id)
