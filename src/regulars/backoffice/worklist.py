"""What waits for somebody of the team: budgets that are nearly used up, rewards to send, likely duplicates."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.amounts import say_amount
from regulars.backoffice.approvals import say_action
from regulars.backoffice.finding import read_tally
from regulars.backoffice.office import Office
from regulars.backoffice.wording import money, number
from regulars.care.models import Duplicate, DuplicateState
from regulars.core.compiled import Compiled
from regulars.core.program.caps import Budget
from regulars.core.tallies import LIFETIME
from regulars.messages.models import Delivery, DeliveryState
from regulars.programs.tallies import PROGRAM
from regulars.receipts.list import count_open_disputes, count_to_check
from regulars.rewards.models import Fulfilment, IssuedReward, Status
from regulars.staff.approvals import open_approvals
from regulars.staff.models import Approval, ApprovalState
from regulars.staff.rights import Right

NEARLY = 80
MANY = 1_000
FAILED_LATELY = timedelta(days=7)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`look` is `careful` or `stop`; a bar is drawn where there is `most`."""

    said: str
    note: str
    url: str
    look: str = ""
    reached: int = 0
    most: int = 0


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """How far a budget is used."""

    budget: Budget
    used: int
    limit: int

    @property
    def percent(self) -> int:
        return 100 * self.used // self.limit


def show_work(office: Office) -> list[Task]:
    """What this person can do something about."""
    tasks: list[Task] = [*_leave(office)]
    if office.can(Right.SEE_RULES):
        tasks += _budgets(office)
    if office.can(Right.FULFIL_REWARDS):
        tasks += _sending()
    if office.can(Right.CONFIRM_RECEIPTS):
        tasks += _checking(office)
    if office.can(Right.MERGE_MEMBERS):
        tasks += _duplicates()
    if office.can(Right.SEND_MESSAGES) and office.can(Right.SEE_MESSAGES):
        tasks += _failed(office)
    return tasks


def _leave(office: Office) -> Iterator[Task]:
    """What waits for this person's leave, and what they were given leave for and have not done yet."""
    if office.can(Right.APPROVE):
        rows = office.reach_for(Right.APPROVE).within(open_approvals(at=office.now)).exclude(asked_by=office.person)
        found = len(rows.values_list("id", flat=True)[:MANY])
        if found:
            said = ngettext("%(n)s step waits for your leave", "%(n)s steps wait for your leave", found)
            url = reverse("approvals")
            yield Task(said=said % {"n": _said(found)}, note=_("Colleagues have asked."), url=url, look="careful")
    given = Approval.objects.filter(
        asked_by=office.person, state=ApprovalState.APPROVED, is_by_pin=False, valid_until__gt=office.now
    )
    for each in given.order_by("id")[:5]:
        said = _("%(action)s: approved") % {"action": say_action(each.action)}
        yield Task(said=said, note=_("Carry it out in time."), url=reverse("approval", args=[each.pk]), look="careful")


def spent_budgets(live: Compiled) -> list[Spending]:
    """How far every budget of the program is used; one statement."""
    if not live.budgets:
        return []
    used = read_tally(PROGRAM).used
    return [
        Spending(
            budget=budget,
            used=used.get(f"b:{budget.code}", {}).get(LIFETIME, 0),
            limit=budget.units or budget.money_minor or 1,
        )
        for budget in live.budgets.values()
    ]


def _budgets(office: Office) -> Iterator[Task]:
    """Budgets from 80 % on, the fullest first."""
    if office.live is None:
        return
    spendings = [each for each in spent_budgets(office.live) if each.percent >= NEARLY]
    for each in sorted(spendings, key=lambda each: -each.percent):
        is_over = each.percent >= 100
        name = {"name": each.budget.name, "percent": each.percent}
        yield Task(
            said=_("Budget “%(name)s” is used up") % name
            if is_over
            else _("Budget “%(name)s” is at %(percent)s %%") % name,
            note=_("%(used)s of %(limit)s. %(follows)s")
            % {
                "used": _say(each.used, each.budget, office),
                "limit": _say(each.limit, each.budget, office),
                "follows": _("Its rules give nothing more.") if is_over else _("At 100 % its rules stop giving."),
            },
            url=reverse("program"),
            look="stop" if is_over else "careful",
            reached=min(each.used, each.limit),
            most=each.limit,
        )


def _say(amount: int, budget: Budget, office: Office) -> str:
    """In money, or in the unit of the rules that name the budget."""
    if budget.money_minor is not None:
        return money(amount, office.currency)
    assert office.live is not None, "a budget belongs to a program"
    rule = next((rule for rule in office.live.rules.values() if rule.budget == budget.code), None)
    return say_amount(amount, office.unit(rule.unit)) if rule else number(amount)


def _sending() -> Iterator[Task]:
    """Rewards that somebody has to send, counted up to a thousand."""
    waiting = IssuedReward.objects.filter(
        fulfilment=Fulfilment.ORDERED, status__in=[Status.OUTSTANDING, Status.USED]
    ).order_by("id")
    found = len(waiting.values_list("id", flat=True)[:MANY])
    if found:
        said = ngettext("%(n)s reward to send", "%(n)s rewards to send", found) % {"n": _said(found)}
        yield Task(said=said, note=_("Members have taken them and wait."), url=reverse("fulfilment"))


def _checking(office: Office) -> Iterator[Task]:
    """Receipts and disputes that this person could decide, counted up to a thousand."""
    reach = office.reach_for(Right.CONFIRM_RECEIPTS)
    found, is_all = count_to_check(reach=reach, by=office.actor.tag, at=office.now)
    if found:
        n = _said(found, is_all=is_all)
        said = ngettext("%(n)s receipt to check", "%(n)s receipts to check", found) % {"n": n}
        yield Task(said=said, note=_("Their points are pending until then."), url=reverse("receipts"))
    disputed = count_open_disputes(reach=reach)
    if disputed:
        said = ngettext("%(n)s open dispute", "%(n)s open disputes", disputed) % {"n": _said(disputed)}
        yield Task(said=said, note=_("Members wait for an answer."), url=reverse("disputes"))


def _failed(office: Office) -> Iterator[Task]:
    """Messages that failed in the last days, counted up to a thousand: older ones are of no use any more. The newest
    are looked at, so that those of all the years before are not read.
    """
    failed = Delivery.objects.filter(state=DeliveryState.FAILED).order_by("-id")
    found = sum(at > office.now - FAILED_LATELY for at in failed.values_list("created_at", flat=True)[:MANY])
    if found:
        said = ngettext("%(n)s message has failed", "%(n)s messages have failed", found) % {"n": _said(found)}
        url = f"{reverse('deliveries')}?state=failed"
        yield Task(said=said, note=_("Look why, and try them again."), url=url, look="stop")


def _duplicates() -> Iterator[Task]:
    """Members who may be one person, counted up to a thousand."""
    found = len(Duplicate.objects.filter(state=DuplicateState.OPEN).order_by("-confidence").values_list("id")[:MANY])
    if found:
        said = ngettext("%(n)s likely duplicate", "%(n)s likely duplicates", found) % {"n": _said(found)}
        yield Task(said=said, note=_("Members who may be one person."), url=reverse("duplicates"))


def _said(found: int, *, is_all: bool = True) -> str:
    """What was counted up to a thousand: "1,000+" where there may be more."""
    return number(found) if is_all and found < MANY else f"{number(found)}+"
