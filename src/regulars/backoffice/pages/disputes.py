"""What members dispute: noted at the counter or on the phone, looked into, and answered; and sales put right."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404, find_sale_or_404, stores_to_choose
from regulars.backoffice.forms.receipt import AnswerForm, CorrectForm, DisputeForm
from regulars.backoffice.keyed import COMPLAINTS, DISPUTE_STATES, say_taken_back, show_gains, whose
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.identifiers import MemberHandle
from regulars.core.refusals import Refusal
from regulars.files.keep import keep_file
from regulars.files.models import Purpose
from regulars.members.rows import read_member
from regulars.receipts.correct import Correction, correct_sale, preview_correction
from regulars.receipts.dispute import NewDispute, answer_dispute, open_dispute
from regulars.receipts.list import list_disputes
from regulars.receipts.models import Dispute, DisputeState, Receipt
from regulars.sales.models import Sale
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right
from regulars.stores.models import Store


@needs(Right.SEE_SALES)
def disputes(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    is_open = request.GET.get("state") != "closed"
    rows = list_disputes(is_open=is_open, reach=office.reach_for(Right.SEE_SALES))
    page = page_by_id(rows, before=request.GET.get("before", ""))
    context = {"page": page, "rows": [_told(each) for each in page.rows], "is_open": is_open}
    return render(request, "backoffice/disputes.html", context)


@needs(Right.ENTER_RECEIPTS)
def new_dispute(request: HttpRequest, member_id: int) -> HttpResponse:
    """Note what a member says; `sale` in the address is the one it is about."""
    office, member = office_of(request), find_or_404(member_id)
    sale = _sale_meant(request.GET.get("sale", ""), member_id, office)
    stores = stores_to_choose(office, Right.ENTER_RECEIPTS)
    initial = {"complaint": "amount" if sale else "missing"}
    form = DisputeForm(request.POST or None, stores=stores, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        store = Store.objects.filter(code=typed["store"]).first()
        new = NewDispute(
            member_id=member_id,
            complaint=typed["complaint"],
            said=typed["said"],
            sale_id=sale.pk if sale else None,
            store_id=store.pk if store else None,
        )
        try:
            dispute_id = open_dispute(new, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            link = reverse("dispute", args=[dispute_id])
            messages.success(request, format_html('{} <a href="{}">{}</a>', _("Noted."), link, _("See the dispute")))
            return redirect("dispute", dispute_id)
    return render(request, "backoffice/new_dispute.html", {"form": form, "member": member, "sale": sale})


@needs(Right.SEE_SALES)
def dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """One dispute; whoever checks receipts answers it."""
    office = office_of(request)
    found = _find(dispute_id, office)
    may_answer = found.state == DisputeState.OPEN and office.can(Right.CONFIRM_RECEIPTS)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        if not may_answer:
            raise Http404
        if form.is_valid():
            upheld = form.cleaned_data["upheld"] == "yes"
            made = Receipt.objects.filter(corrects=found.sale_id).order_by("-pk").first() if found.sale_id else None
            try:
                answer_dispute(
                    dispute_id,
                    upheld=upheld,
                    answer=form.cleaned_data["answer"],
                    correction=made if upheld else None,
                    at=office.now,
                    by=office.actor,
                )
            except Refusal as refusal:
                show_in(form, refusal, office)
            else:
                messages.success(request, _("Answered."))
                return redirect("dispute", dispute_id)
    context = {
        "dispute": found,
        "told": _told(found),
        "form": form if may_answer else None,
        "names": name_actors({found.opened_by, found.closed_by} - {""}),
        "corrections": Receipt.objects.filter(corrects=found.sale_id).order_by("pk") if found.sale_id else [],
    }
    return render(request, "backoffice/dispute.html", context)


@needs(Right.ENTER_RECEIPTS)
def correct(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Key what a sale should have been: what it takes back and what it gives instead is shown before."""
    office = office_of(request)
    sale = find_sale_or_404(sale_id, office, Right.ENTER_RECEIPTS)
    given = request.POST if request.method == "POST" else request.GET if "total_minor" in request.GET else None
    form = CorrectForm(
        given,
        files=request.FILES if request.method == "POST" else None,
        currency=office.currency,
        zone=office.zone,
        initial={"total_minor": sale.total_minor, "at": sale.occurred_at, "member": str(sale.member_id or "")},
    )
    effect: dict[str, Any] = {}
    is_typing = bool(request.headers.get("HX-Request"))
    if form.is_bound and (form.is_valid() or is_typing):
        correction = _correction(form, sale, office)
        if correction is None:
            form.add_error("member", _("Nobody is known by this. Check the number, or search for the name."))
        elif request.method == "POST" and form.is_valid() and (receipt_id := _correct(correction, form, office)):
            messages.success(request, _("Kept. It takes effect once a second person confirms it."))
            return redirect("receipt", receipt_id)
        else:
            effect = _effect(correction, office)
    context = {"sale": sale, "form": form, **effect}
    return render(request, f"backoffice/{'parts/correct_preview' if is_typing else 'correct_sale'}.html", context)


def _correction(form: CorrectForm, sale: Sale, office: Office) -> Correction | None:
    typed = form.cleaned_data
    member = whose(typed.get("member", ""), office)
    at = typed.get("at")
    if member is None:
        return None
    # A form shows minutes: what was not touched stays as exact as it was.
    is_untouched = at is None or abs((at - sale.occurred_at).total_seconds()) < 60
    return Correction(
        key=typed.get("key", ""),
        sale_id=sale.pk,
        reason=typed.get("reason") or "…",
        total_minor=typed.get("total_minor"),
        occurred_at=None if is_untouched else at,
        member=MemberHandle(id=str(member.id)),
    )


def _correct(correction: Correction, form: CorrectForm, office: Office) -> int:
    try:
        with transaction.atomic():
            proofs = [
                keep_file(each, name=each.name or "", purpose=Purpose.RECEIPT, at=office.now, by=office.actor)
                for each in form.pictures()
            ]
            return correct_sale(correction, proofs=proofs, at=office.now, by=office.actor).receipt_id
    except Refusal as refusal:
        show_in(form, refusal, office)
        return 0


def _effect(correction: Correction, office: Office) -> dict[str, Any]:
    try:
        effect = preview_correction(correction, at=office.now)
    except Refusal as refusal:
        return {"refused": words(refusal, office)}
    instead = effect.instead.quote
    return {
        "effect": effect,
        "taken_back": say_taken_back(effect.taken_back, office),
        "gains": show_gains(instead, office) if instead else [],
        "whose": read_member(int(correction.member.id or 0)) if correction.member else None,
    }


def _find(dispute_id: int, office: Office) -> Dispute:
    rows = Dispute.objects.select_related("store", "member", "sale__store", "receipt", "correction")
    found = rows.filter(pk=dispute_id).first()
    if found is None or not office.reach_for(Right.SEE_SALES).covers(found.store_id):
        raise Http404
    return found


def _sale_meant(text: str, member_id: int, office: Office) -> Sale | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    sale = find_sale_or_404(int(text), office, Right.ENTER_RECEIPTS)
    if sale.member_id != member_id:
        raise Http404
    return sale


def _told(found: Dispute) -> dict[str, Any]:
    said, look = DISPUTE_STATES[found.state]
    return {"dispute": found, "complaint": COMPLAINTS[found.complaint], "said": said, "look": look}
