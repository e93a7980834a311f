"""The thresholds from which on a step needs a PIN or a second person."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.approval import KEY_ROLE, MEASURES, SUGGESTED, Action
from regulars.core.refusals import Refusal
from regulars.staff.models import ApprovalRule, Need
from regulars.staff.roles import is_role


class InvalidApprovalRule(Refusal):
    """A threshold names an action and a need, a role there is, and an amount of at least 0."""

    code = "invalid_approval_rule"

    def __init__(self, *, field: str) -> None:
        self.field = field


@transaction.atomic
def put_rule(*, action: str, role: str, from_amount: int, need: str, at: datetime, by: Actor) -> ApprovalRule:
    """Let `action` need this from an amount on; one for the same action, role and amount is replaced.

    Refuses: InvalidApprovalRule.
    """
    _check(action=action, role=role, from_amount=from_amount, need=need)
    rule, _ = ApprovalRule.objects.update_or_create(
        action=action, role=role, from_amount=from_amount, defaults={"need": need}
    )
    _tell("put", rule, at=at, by=by)
    return rule


@transaction.atomic
def put_suggested(*, points_step: int, at: datetime, by: Actor) -> int:
    """Put the thresholds that a shop begins with, but where the action has one already; how many were put.

    `points_step` is how many of the smallest steps one point has.
    """
    known = set(ApprovalRule.objects.values_list("action", flat=True))
    wanted = [each for each in SUGGESTED if each.action not in known]
    for each in wanted:
        amount = each.from_amount * (points_step if MEASURES[Action(each.action)] == "points" else 1)
        put_rule(action=each.action, role=each.role, from_amount=amount, need=each.need, at=at, by=by)
    return len(wanted)


@transaction.atomic
def drop_rule(*, rule_id: int, at: datetime, by: Actor) -> None:
    """Ask for it no more. One that is gone already changes nothing."""
    rule = ApprovalRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is not None:
        _tell("dropped", rule, at=at, by=by)
        rule.delete()


def _check(*, action: str, role: str, from_amount: int, need: str) -> None:
    wrong = {
        "action": action not in set(Action),
        "role": role not in ("", KEY_ROLE) and not is_role(role),
        "from_amount": from_amount < 0,
        "need": need not in Need.values,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise InvalidApprovalRule(field=field)


def _tell(deed: str, rule: ApprovalRule, *, at: datetime, by: Actor) -> None:
    facts = {"action": rule.action, "role": rule.role, "from_amount": rule.from_amount, "need": rule.need}
    record_event(action=f"approval_rule.{deed}", about="approval_rule", about_id=rule.pk, facts=facts, at=at, by=by)
