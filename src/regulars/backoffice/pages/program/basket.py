"""Try a basket: what the live program and the draft would each give for it, rule by rule. Nothing is written."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulars.backoffice.forms.program.basket import BasketForm
from regulars.backoffice.forms.program.setting import Setting
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.program.desk import Desk
from regulars.backoffice.program.room import needs_program
from regulars.backoffice.program.trial import show_outcome
from regulars.backoffice.refusals import words
from regulars.core.identifiers import MemberHandle
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.members.rows import MemberRow
from regulars.members.search import search_members
from regulars.programs.versions import Version
from regulars.sales.try_basket import Tried, try_basket
from regulars.staff.rights import Right


@needs_program(Right.SEE_RULES)
def try_a_basket(request: HttpRequest) -> HttpResponse:
    """The basket stays in the address, so that it can be tried again after the next change."""
    office = office_of(request)
    desk = Desk(office)
    is_asked = "member" in request.GET
    form = BasketForm(
        request.GET if is_asked else None,
        setting=Setting(office, desk.document),
        wanting=request.GET.get("add", ""),
        initial={"member": request.GET.get("who", "")},
    )
    context: dict[str, Any] = {"work": desk, "form": form, "sides": [], "who": None}
    if is_asked and "add" not in request.GET and form.is_valid():
        found = search_members(form.cleaned_data["member"], country=office.country, limit=1)
        if found:
            context |= {"who": found[0], "sides": _sides(form, found[0], desk)}
        else:
            form.add_error("member", _("Nobody is known by this. Try a card, a phone, an e-mail or a name."))
    return render(request, "backoffice/program/basket.html", context)


def _sides(form: BasketForm, member: MemberRow, desk: Desk) -> list[dict[str, Any]]:
    """The live program's answer, and the answer of what comes next: the draft, or what is scheduled."""
    office, lines = desk.office, form.lines()
    total = sum(line.amount_minor for line in lines)
    at = form.moment(office.now)
    sale = NewSale(
        external_id="try a basket",
        store=form.cleaned_data["store"],
        occurred_at=at,
        total_minor=total,
        lines=lines,
        tenders=form.tenders(total),
        member=MemberHandle(id=str(member.id)),
        channel=form.cleaned_data["channel"],
    )
    version = next((each for each in (desk.draft, *desk.scheduled[:1]) if each is not None), None)
    tried = try_basket(sale, draft=version.document if version else None, at=max(office.now, at))
    sides = [_side(tried.live, desk.live, office)]
    if version is not None and tried.draft is not None:
        sides.append(_side(tried.draft, version, office))
    return sides


def _side(tried: Tried, version: Version, office: Office) -> dict[str, Any]:
    if isinstance(tried.outcome, Refusal):
        return {"version": version, "refused": words(tried.outcome)}
    return {"version": version, "refused": ""} | show_outcome(tried.outcome, tried.program.document, office)
