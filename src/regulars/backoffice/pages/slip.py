"""A member brings a slip with a one-time code: the cashier types it, and the card is stamped."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404, stores_to_choose
from regulars.backoffice.forms.stamp_codes import SlipForm
from regulars.backoffice.office import office_of
from regulars.backoffice.refusals import show_in
from regulars.core.claiming import RewardNotFound
from regulars.core.refusals import Refusal
from regulars.points.stamp_codes import use_stamp_code
from regulars.staff.rights import Right


@needs(Right.CLAIM_REWARDS)
def slip(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    stores = stores_to_choose(office, Right.CLAIM_REWARDS)
    form = SlipForm(request.POST or None, stores=stores)
    if request.method == "POST" and form.is_valid():
        try:
            done = use_stamp_code(member_id=member_id, **form.cleaned_data, at=office.now, by=office.actor)
        except RewardNotFound:
            form.add_error("code", _("This code is not valid: mistyped, used already, or over."))
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            put = ngettext("%(n)s stamp", "%(n)s stamps", done.put) % {"n": done.put}
            now = _("%(held)s of %(size)s stamps now.") % {"held": done.held, "size": done.size}
            messages.success(request, f"{put}: {now}")
            return redirect("member", member_id)
    return render(request, "backoffice/slip.html", {"member": member, "form": form})
