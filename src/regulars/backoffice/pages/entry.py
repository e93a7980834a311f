"""One entry of the ledger: what moved, why, by whom, and which lots it used."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.access import needs
from regulars.backoffice.entries import tell_entries
from regulars.backoffice.finding import find_or_404, unseen_sales
from regulars.backoffice.office import office_of
from regulars.ledger.models import Allocation, Entry, Lot, Side
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

AT_MOST = 100


@needs(Right.SEE_MEMBERS)
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    office = office_of(request)
    found = Entry.objects.select_related("source", "target").filter(pk=entry_id).first()
    if found is None:
        raise Http404
    holder = found.source.holder_id if found.source.side == Side.MEMBER else found.target.holder_id
    told = tell_entries([entry_id], office)[entry_id]
    if told.sale_id is not None and unseen_sales([told.sale_id], office):
        raise Http404
    used = Allocation.objects.filter(debit=entry_id).select_related("lot__entry").order_by("id")
    spent = Allocation.objects.filter(lot=entry_id).select_related("debit").order_by("-id")
    context = {
        "entry": told,
        "member": find_or_404(holder or 0),
        "lot": Lot.objects.filter(pk=entry_id).first(),
        "used": used[:AT_MOST],
        "spent": spent[:AT_MOST],
        "names": name_actors({told.actor, told.approver or told.actor}),
    }
    return render(request, "backoffice/entry.html", context)
