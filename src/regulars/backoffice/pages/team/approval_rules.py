"""Which steps need a PIN or a second person: by action, role and amount."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.access import needs
from regulars.backoffice.approvals import NEEDS, name_unit, say_action, say_measure
from regulars.backoffice.forms.approvals import RuleForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.approval import KEY_ROLE
from regulars.core.refusals import Refusal
from regulars.staff.approval_rules import drop_rule, put_rule, put_suggested
from regulars.staff.models import ApprovalRule
from regulars.staff.rights import Right
from regulars.staff.roles import role_names


@needs(Right.CHANGE_APPROVALS)
def approval_rules(request: HttpRequest) -> HttpResponse:
    """The thresholds that hold, and one more."""
    office = office_of(request)
    form = RuleForm(request.POST or None, office=office, roles=role_names())
    if request.method == "POST" and form.is_valid():
        try:
            put_rule(**form.wanted(), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Saved. It holds from now on."))
            return redirect("approval_rules")
    context = {"form": form, "rules": [_tell(rule, office) for rule in _rules()]}
    return render(request, "backoffice/team/approval_rules.html", context)


@needs(Right.CHANGE_APPROVALS)
def suggested(request: HttpRequest) -> HttpResponse:
    """Begin with what is dear when it goes wrong."""
    office = office_of(request)
    if request.method == "POST":
        number = put_suggested(at=office.now, by=office.actor)
        messages.success(request, ngettext("%(n)s line is put.", "%(n)s lines are put.", number) % {"n": number})
    return redirect("approval_rules")


@needs(Right.CHANGE_APPROVALS)
def drop(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Take one away: what it asked for is not asked for any more."""
    office = office_of(request)
    rule = next((rule for rule in _rules() if rule.pk == rule_id), None)
    if rule is None:
        return redirect("approval_rules")
    if request.method == "POST":
        drop_rule(rule_id=rule_id, at=office.now, by=office.actor)
        messages.success(request, _("Removed: from now on it is done without asking."))
        return redirect("approval_rules")
    return render(request, "backoffice/team/drop_rule.html", {"rule": _tell(rule, office)})


def _rules() -> list[ApprovalRule]:
    return list(ApprovalRule.objects.order_by("action", "unit", "from_amount", "role"))


def _tell(rule: ApprovalRule, office: Office) -> dict[str, Any]:
    others = {"": _("Anybody of the team"), KEY_ROLE: _("Tills and other systems")}
    return {
        "id": rule.pk,
        "action": say_action(rule.action),
        "role": others.get(rule.role) or role_names().get(rule.role, rule.role),
        "from": say_measure(rule.action, rule.from_amount, office, unit=rule.unit) if rule.from_amount else "",
        "unit": name_unit(rule.unit, office) if rule.unit else "",
        "is_card": office.unit(rule.unit).kind == "stamps" if rule.unit else False,
        "need": NEEDS[rule.need],
    }
