"""Receipts keyed by hand: the list to check, and keying one with its effect shown while it is typed."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.finding import stores_to_choose
from regulars.backoffice.forms.program.setting import Setting
from regulars.backoffice.forms.receipt import KeyForm
from regulars.backoffice.keyed import STATES, say_gains, show_gains, show_keyed, typed_moment, whose
from regulars.backoffice.keyset import page_by_id
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.wording import day
from regulars.core.identifiers import MemberHandle
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.files.keep import keep_file
from regulars.files.models import KeptFile, Purpose
from regulars.members.rows import MemberRow
from regulars.receipts.enter import enter_receipt, finish_draft, preview_receipt
from regulars.receipts.kept import Entered, NewReceipt
from regulars.receipts.list import list_receipts
from regulars.receipts.models import Receipt, State
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right
from regulars.stores.models import Store


@needs(Right.SEE_SALES)
def receipts(request: HttpRequest) -> HttpResponse:
    office, asked = office_of(request), request.GET
    state = asked.get("state", "")
    state = state if state in STATES else State.AWAITING
    reach = office.reach_for(Right.SEE_SALES)
    stores = stores_to_choose(office, Right.SEE_SALES)
    store = Store.objects.filter(code=asked.get("store", ""), code__in=[code for code, _name in stores]).first()
    rows = list_receipts(state, reach=reach, store_id=store.pk if store else None, at=office.now)
    page = page_by_id(rows, before=asked.get("before", ""))
    context = {
        "page": page,
        "rows": [show_keyed(receipt, office) for receipt in page.rows],
        "names": name_actors({receipt.keyed_by for receipt in page.rows}),
        "states": STATES.items(),
        "state": state,
        "stores": stores,
        "store": store,
    }
    return render(request, "backoffice/receipts.html", context)


@needs(Right.ENTER_RECEIPTS)
def new_receipt(request: HttpRequest) -> HttpResponse:
    """Key one; `member` and `kind` may come with the address."""
    office = office_of(request)
    form = _form(request, office, initial=_begin(request, office))
    if request.method == "POST" and "add" not in request.POST and form.is_valid():
        is_draft = "draft" in request.POST
        if (member := _member(form, office)) is not None and (is_draft or _is_complete(form)):
            try:
                with transaction.atomic():
                    new = _read(form, member)
                    done = enter_receipt(
                        new, proofs=_keep(form, member, office), as_draft=is_draft, at=office.now, by=office.actor
                    )
            except Refusal as refusal:
                show_in(form, refusal, office)
            else:
                return _answer(request, done, member, office)
    pays = bool(office.live and (unit := office.live.units.get("points")) and unit.pays)
    return render(request, "backoffice/new_receipt.html", {"form": form, "pays": pays, **_effect(form, office)})


@needs(Right.ENTER_RECEIPTS)
def preview(request: HttpRequest) -> HttpResponse:
    """What keying this would do, while it is typed."""
    office = office_of(request)
    form = _form(request, office, given=request.GET)
    return render(request, "backoffice/parts/receipt_preview.html", _effect(form, office))


@needs(Right.ENTER_RECEIPTS)
def finish(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Complete a draft: who began it, or somebody who confirms receipts."""
    office = office_of(request)
    draft = find_receipt_or_404(receipt_id, office)
    if draft.state != State.DRAFT:
        return redirect("receipt", receipt_id)
    form = _form(request, office, initial=_drafted(draft, office))
    is_sent = request.method == "POST" and "add" not in request.POST and form.is_valid()
    if is_sent and (member := _member(form, office)) is not None and _is_complete(form):
        try:
            with transaction.atomic():
                done = finish_draft(
                    receipt_id,
                    _read(form, member),
                    proofs=_keep(form, member, office, is_new=False),
                    may_finish_all=office.can(Right.CONFIRM_RECEIPTS),
                    at=office.now,
                    by=office.actor,
                )
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            return _answer(request, done, member, office)
    context = {"form": form, "draft": draft, "proofs": draft.proofs.select_related("file"), **_effect(form, office)}
    return render(request, "backoffice/new_receipt.html", context)


def find_receipt_or_404(receipt_id: int, office: Office, right: Right = Right.SEE_SALES) -> Receipt:
    """A receipt of a store where this person has the right; elsewhere there is none."""
    found = Receipt.objects.select_related("store", "member", "sale", "corrects").filter(pk=receipt_id).first()
    if found is None or not office.reach_for(right).covers(found.store_id):
        raise Http404
    return found


def _form(request: HttpRequest, office: Office, *, given: Any = None, initial: Any = None) -> KeyForm:
    document = office.live.document if office.live else ProgramDocument()
    return KeyForm(
        request.POST if request.method == "POST" else given,
        files=request.FILES if request.method == "POST" else None,
        setting=Setting(office, document),
        stores=stores_to_choose(office, Right.ENTER_RECEIPTS),
        wanting=request.POST.get("add", ""),
        initial=initial or {},
    )


def _begin(request: HttpRequest, office: Office) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    return {
        "kind": kind if kind in ("entry", "claim") else "entry",
        "member": request.GET.get("member", ""),
        "at": office.now,
    }


def _drafted(draft: Receipt, office: Office) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "member": str(draft.member_id),
        "store": draft.store.code,
        "number": draft.number,
        "at": typed_moment(draft.occurred_at, office),
        "total_minor": draft.total_minor,
        "note": draft.note,
        "lines": [line | {"quantity": line["quantity_milli"] / 1000} for line in draft.lines],
    }


def _member(form: KeyForm, office: Office) -> MemberRow | None:
    found = whose(form.cleaned_data["member"], office)
    if found is None:
        form.add_error("member", _("Nobody is known by this. Check the number, or search for the name."))
    return found


def _is_complete(form: KeyForm) -> bool:
    """A receipt that counts has its number and total; only a draft may lack them."""
    if not form.cleaned_data["number"]:
        form.add_error("number", _("Type the number that is printed on the receipt."))
    if form.total() is None:
        form.add_error("total_minor", _("Type the total."))
    return not form.errors


def _read(form: KeyForm, member: MemberRow) -> NewReceipt:
    typed = form.cleaned_data
    return NewReceipt(
        key=typed["key"],
        kind=typed["kind"],
        store=typed["store"],
        number=typed["number"],
        occurred_at=form.moment(),
        total_minor=form.total(),
        lines=form.lines(),
        tenders=form.tenders(),
        member=MemberHandle(id=str(member.id)),
        note=typed["note"],
    )


def _keep(form: KeyForm, member: MemberRow, office: Office, *, is_new: bool = True) -> list[KeptFile]:
    """Keep what came with the form, unless the form was sent before: then its pictures are here."""
    if is_new and Receipt.objects.filter(key=form.cleaned_data["key"]).exists():
        return []
    return [
        keep_file(
            each,
            name=each.name or "",
            purpose=Purpose.RECEIPT,
            member_id=member.id,
            at=office.now,
            by=office.actor,
        )
        for each in form.pictures()
    ]


def _answer(request: HttpRequest, done: Entered, member: MemberRow, office: Office) -> HttpResponse:
    link = reverse("receipt", args=[done.receipt_id])
    match done.state:
        case State.DRAFT:
            said = _("Kept as a draft. It counts for nothing yet.")
        case State.AWAITING:
            said = _("Kept. It counts once it is confirmed, and lapses on %(day)s.") % {
                "day": day(done.lapses_at, office.zone) if done.lapses_at else ""
            }
        case _:
            gains = say_gains(done.recorded, office) if done.recorded else ""
            said = _("Recorded.") + (f" {gains}" if gains else "")
    messages.success(request, format_html('{} <a href="{}">{}</a>', said, link, _("See the receipt")))
    return redirect("receipt", done.receipt_id)


def _effect(form: KeyForm, office: Office) -> dict[str, Any]:
    """What the sale would bring, and whether it would wait; a refusal in words."""
    if not form.is_bound or not form.is_valid() or not form.cleaned_data["number"] or form.total() is None:
        return {}
    member = whose(form.cleaned_data["member"], office)
    if member is None:
        return {"refused": _("Nobody is known by this. Check the number, or search for the name.")}
    try:
        shown = preview_receipt(_read(form, member), at=office.now, has_proof=bool(form.pictures()))
    except Refusal as refusal:
        return {"refused": words(refusal, office), "whose": member}
    return {
        "whose": member,
        "shown": shown,
        "gains": show_gains(shown.quote, office) if shown.quote else [],
        "spent": [(each.amount, each.unit, each.value_minor) for each in shown.quote.spent] if shown.quote else [],
    }
