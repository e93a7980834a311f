"""One receipt keyed by hand: its picture beside what was typed, what is odd, and the second step."""

from typing import Any

from django.contrib import messages
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.audit.models import Event
from regulars.backoffice.access import needs
from regulars.backoffice.deeds import say_event
from regulars.backoffice.forms.customer import ReasonForm
from regulars.backoffice.forms.receipt import CodeForm
from regulars.backoffice.keyed import say_gains, say_hints, say_taken_back, show_gains, show_keyed
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.receipts import find_receipt_or_404
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.sending import send_file
from regulars.core.refusals import Refusal
from regulars.files.keep import FileGone
from regulars.jobs.messages import defer_sending
from regulars.messages.channels import is_connected
from regulars.messages.codes import PHONES
from regulars.receipts.codes import find_addresses, make_code
from regulars.receipts.confirm import Confirmed, confirm_receipt, confirm_with_code, preview_confirmation
from regulars.receipts.hints import hints_for
from regulars.receipts.letter import post_code
from regulars.receipts.models import Proof, Receipt
from regulars.receipts.reject import reject_receipt
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

EVENTS = 50


@needs(Right.SEE_SALES)
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    office = office_of(request)
    found = find_receipt_or_404(receipt_id, office)
    keyed = show_keyed(found, office)
    trail = list(Event.objects.filter(about="receipt", about_id=receipt_id).order_by("-pk")[:EVENTS])
    actors = {found.keyed_by, found.decided_by, *(event.actor for event in trail)}
    is_waiting = keyed.state == "awaiting"
    is_own = found.keyed_by == office.actor.tag
    context = {
        "keyed": keyed,
        "receipt": found,
        "proofs": list(found.proofs.select_related("file").order_by("pk")),
        "hints": say_hints(hints_for(found)) if is_waiting else [],
        "trail": [{"actor": event.actor, "at": event.recorded_at, **say_event(event, office)} for event in trail],
        "names": name_actors(actors - {""}),
        "disputes": found.disputes.order_by("-pk")[:10],
        "is_own": is_own,
        "may_confirm": is_waiting and not is_own and office.can(Right.CONFIRM_RECEIPTS),
        "may_send": is_waiting and office.can(Right.ENTER_RECEIPTS),
        "may_reject": keyed.state in ("awaiting", "draft") and (is_own or office.can(Right.CONFIRM_RECEIPTS)),
        "may_finish": keyed.state == "draft" and (is_own or office.can(Right.CONFIRM_RECEIPTS)),
        **(_effect(found, office) if is_waiting else {}),
    }
    return render(request, "backoffice/receipt.html", context)


@needs(Right.SEE_SALES)
def proof(request: HttpRequest, receipt_id: int, proof_id: int) -> HttpResponse:
    """The picture itself, to whoever may see the receipt's store."""
    find_receipt_or_404(receipt_id, office_of(request))
    kept = get_object_or_404(Proof.objects.select_related("file"), pk=proof_id, receipt=receipt_id)
    try:
        return send_file(kept.file)
    except FileGone:
        raise Http404 from None


@require_POST
@needs(Right.CONFIRM_RECEIPTS)
def confirm(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """The second person's word."""
    office = office_of(request)
    find_receipt_or_404(receipt_id, office, Right.CONFIRM_RECEIPTS)
    try:
        done = confirm_receipt(receipt_id, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        _say_confirmed(request, done, office)
    return redirect("receipt", receipt_id)


@needs(Right.SEE_SALES)
def reject(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Who keyed it may take it back; anybody else needs the right to check receipts."""
    office = office_of(request)
    found = find_receipt_or_404(receipt_id, office)
    if found.keyed_by != office.actor.tag:
        found = find_receipt_or_404(receipt_id, office, Right.CONFIRM_RECEIPTS)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reject_receipt(receipt_id, reason=form.cleaned_data["reason"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Rejected. What it promised is withdrawn."))
            return redirect("receipt", receipt_id)
    return render(request, "backoffice/reject_receipt.html", {"form": form, "keyed": show_keyed(found, office)})


@needs(Right.ENTER_RECEIPTS)
def code(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Send the member a code, and type what they read out."""
    office = office_of(request)
    found = find_receipt_or_404(receipt_id, office, Right.ENTER_RECEIPTS)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST":
        try:
            if "send" in request.POST:
                _send(found, request.POST["send"], office)
                messages.success(request, _("The code is on its way. It opens for 15 minutes."))
                return redirect("receipt_code", receipt_id)
            if form.is_valid():
                # Not within a transaction of ours: a wrong try has to be kept.
                done = confirm_with_code(receipt_id, form.cleaned_data["code"], at=office.now, by=office.actor)
                if isinstance(done, Confirmed):
                    _say_confirmed(request, done, office)
                    return redirect("receipt", receipt_id)
                raise done
        except Refusal as refusal:
            if form.is_bound:
                form.add_error("code", words(refusal, office))
            else:
                messages.error(request, words(refusal, office))
    addresses = find_addresses(found.member_id)
    sent = found.codes.order_by("-pk").first()
    context = {
        "form": form,
        "keyed": show_keyed(found, office),
        "receipt": found,
        "email": hide(addresses.get("email", "")),
        "phone": hide_phone(addresses.get("phone", "")) if any(map(is_connected, PHONES)) else "",
        "is_sent": sent is not None and sent.used_at is None and sent.ends_at > office.now,
        "sent": sent,
    }
    return render(request, "backoffice/receipt_code.html", context)


def hide(address: str) -> str:
    """Enough of an address to tell it from another: a**@example.com."""
    name, at, host = address.partition("@")
    return f"{name[:1]}{'*' * min(len(name) - 1, 6)}{at}{host}" if at else ""


def hide_phone(number: str) -> str:
    """Enough of a phone number to tell it from another: +84 ••• 567."""
    return f"{number[:3]} ••• {number[-3:]}" if number else ""


@transaction.atomic
def _send(found: Receipt, kind: str, office: Office) -> None:
    made = make_code(found.pk, kind=kind, at=office.now, by=office.actor)
    channel = post_code(made, currency=office.currency, zone=office.zone, at=office.now)
    defer_sending(channel, schema=connection.schema_name)  # type: ignore[attr-defined]


def _say_confirmed(request: HttpRequest, done: Confirmed, office: Office) -> None:
    gains = say_gains(done.recorded, office)
    messages.success(request, _("Confirmed. The sale is recorded.") + (f" {gains}" if gains else ""))


def _effect(found: Receipt, office: Office) -> dict[str, Any]:
    """What confirming will do, before it is pressed."""
    try:
        quote, back = preview_confirmation(found, at=office.now)
    except Refusal as refusal:
        return {"refused": words(refusal, office)}
    return {
        "gains": show_gains(quote, office) if quote else [],
        "is_tills": quote is None,
        "taken_back": say_taken_back(back, office),
        "refunded_minor": back.amount_minor if back else None,
    }
