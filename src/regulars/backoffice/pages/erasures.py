"""Who is to be erased: asked for with its effect before it, on a list while it waits, on a certificate afterwards."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.amounts import say_amount
from regulars.backoffice.consent_words import BLOCKS, REMOVED
from regulars.backoffice.effects.deeds import Erase
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.privacy import EraseForm
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.leave import ask_for_member, with_leave
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.care.blocks import find_blocks, kin_of
from regulars.care.erase import Certificate, look_ahead, read_certificate
from regulars.care.erasures import ask_erasure, withdraw_erasure
from regulars.consents.models import Asker, Erasure, ErasureState, Settling
from regulars.consents.terms import load_terms
from regulars.core.approval import Action
from regulars.core.refusals import Refusal
from regulars.ledger.statement import balances_of
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right


@needs(Right.ERASE_MEMBERS)
def ask(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            asked = with_leave(
                request,
                ask_for_member(Action.ERASE_MEMBER, member_id, request, deed=Erase(member=member_id)),
                lambda by: ask_erasure(
                    member_id=member_id,
                    asker=Asker(typed["asker"]),
                    settling=Settling(typed["settling"]),
                    reason=typed["reason"],
                    at=office.now,
                    by=by,
                ),
            )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Noted. Until the day it is done, it can be withdrawn here."))
            return redirect("erasure", asked.pk)
    people = kin_of(member_id)
    context = {
        "form": form,
        "member": member,
        "ahead": look_ahead(people),
        "left": _said_balances(member_id, office),
        "blocks": [BLOCKS[code] for code in find_blocks(people, at=office.now)],
        "terms": load_terms(),
    }
    return render(request, "backoffice/erase_member.html", context)


@needs(Right.ERASE_MEMBERS)
def erasures(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", ErasureState.WAITING)
    rows = Erasure.objects.all()
    if state in ErasureState.values:
        rows = rows.filter(state=state)
    page = page_by_id(rows, before=request.GET.get("before", ""))
    context = {
        "page": page,
        "rows": [{"erasure": each, "blocks": _blocks(each)} for each in page.rows],
        "state": state,
        "states": ErasureState.choices,
        "names": name_actors({each.asked_by for each in page.rows}),
    }
    return render(request, "backoffice/erasures.html", context)


@needs(Right.ERASE_MEMBERS)
def erasure(request: HttpRequest, erasure_id: int) -> HttpResponse:
    """What waits, with what is in its way; or the certificate of what was done."""
    office, found = office_of(request), get_object_or_404(Erasure, pk=erasure_id)
    certificate = read_certificate(found)
    context = {
        "erasure": found,
        "blocks": _blocks(found),
        "names": name_actors({found.asked_by, found.ended_by, found.approver or ""}),
        "certificate": certificate,
        **(_said_certificate(certificate, office) if certificate else {}),
    }
    return render(request, "backoffice/erasure.html", context)


@needs(Right.ERASE_MEMBERS)
def withdraw(request: HttpRequest, erasure_id: int) -> HttpResponse:
    office, found = office_of(request), get_object_or_404(Erasure, pk=erasure_id)
    if request.method == "POST":
        try:
            withdraw_erasure(erasure_id=erasure_id, at=office.now, by=office.actor)
        except Refusal:
            messages.error(request, _("It is done or withdrawn already."))
        else:
            messages.success(request, _("Withdrawn: everything stays."))
            return redirect("member", found.member_id)
    return redirect("erasure", erasure_id)


def _blocks(erasure: Erasure) -> list[Any]:
    return [BLOCKS.get(code, code) for code in erasure.blocked_by]


def _said_certificate(certificate: Certificate, office: Office) -> dict[str, Any]:
    named = [(REMOVED[table], rows) for table, rows in certificate.removed.items() if table in REMOVED]
    others = sum(rows for table, rows in certificate.removed.items() if table not in REMOVED)
    return {
        "settled": [
            {
                "left": say_amount(each.left, office.unit(each.unit)),
                "owed": say_amount(each.owed, office.unit(each.unit)),
                "is_owed": each.owed > 0,
            }
            for each in certificate.settled
        ],
        "removed": [*named, *([(_("Other records"), others)] if others else [])],
    }


def _said_balances(member_id: int, office: Office) -> list[str]:
    balances = balances_of([member_id], at=office.now)[member_id]
    return [
        say_amount(total, office.unit(each.unit))
        for each in balances
        if (total := each.available + each.pending + each.reserved)
    ]
