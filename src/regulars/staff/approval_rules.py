"""The thresholds from which on a step needs a PIN or a second person."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.approval import KEY_ROLE, OF_UNITS, SUGGESTED, Action
from regulars.core.refusals import Refusal
from regulars.ledger.models import Unit
from regulars.staff.models import ApprovalRule, Need
from regulars.staff.roles import is_role


class InvalidApprovalRule(Refusal):
    """A threshold names an action and a need, a role and a unit there are, and an amount of at least 0."""

    code = "invalid_approval_rule"

    def __init__(self, *, field: str) -> None:
        self.field = field


@transaction.atomic
def put_rule(
    *, action: str, role: str, from_amount: int, need: str, at: datetime, by: Actor, unit: str = ""
) -> ApprovalRule:
    """Let `action` need this from an amount on; one for the same action, role, unit and amount is replaced.

    With a `unit` the amount is in its smallest steps, without one in whole ones of every unit.
    Refuses: InvalidApprovalRule.
    """
    _check(action=action, role=role, unit=unit, from_amount=from_amount, need=need)
    rule, _ = ApprovalRule.objects.update_or_create(
        action=action, role=role, unit=unit, from_amount=from_amount, defaults={"need": need}
    )
    _tell("put", rule, at=at, by=by)
    return rule


@transaction.atomic
def put_suggested(*, at: datetime, by: Actor) -> int:
    """Put the thresholds that a shop begins with, but where the action has one already; how many were put."""
    known = set(ApprovalRule.objects.values_list("action", flat=True))
    wanted = [each for each in SUGGESTED if each.action not in known]
    for each in wanted:
        put_rule(action=each.action, role=each.role, from_amount=each.from_amount, need=each.need, at=at, by=by)
    return len(wanted)


@transaction.atomic
def drop_rule(*, rule_id: int, at: datetime, by: Actor) -> None:
    """Ask for it no more. One that is gone already changes nothing."""
    rule = ApprovalRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is not None:
        _tell("dropped", rule, at=at, by=by)
        rule.delete()


def _check(*, action: str, role: str, unit: str, from_amount: int, need: str) -> None:
    wrong = {
        "action": action not in set(Action),
        "unit": bool(unit) and not (action in OF_UNITS and Unit.objects.filter(code=unit).exists()),
        "role": role not in ("", KEY_ROLE) and not is_role(role),
        "from_amount": from_amount < 0,
        "need": need not in Need.values,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise InvalidApprovalRule(field=field)


def _tell(deed: str, rule: ApprovalRule, *, at: datetime, by: Actor) -> None:
    facts = {"action": rule.action, "role": rule.role, "from_amount": rule.from_amount, "need": rule.need}
    if rule.unit:
        facts["unit"] = rule.unit
    record_event(action=f"approval_rule.{deed}", about="approval_rule", about_id=rule.pk, facts=facts, at=at, by=by)
