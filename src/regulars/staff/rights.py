"""What each role may do. An owner may do everything, a manager runs the shop, a cashier serves the till, a marketer
finds and writes to members, an auditor looks and changes nothing.
"""

from regulars.core.refusals import Refusal
from regulars.staff.features import Right as Right
from regulars.staff.held import held_by
from regulars.staff.models import Person, Role

CASHIER = frozenset(
    {
        Right.SEE_MEMBERS,
        Right.CHANGE_MEMBERS,
        Right.SEE_SALES,
        Right.ATTACH_SALES,
        Right.CLAIM_REWARDS,
        Right.FULFIL_REWARDS,
        Right.SEE_STORES,
        Right.TAG_MEMBERS,
        Right.CHANGE_CONSENTS,
        Right.ENTER_RECEIPTS,
    }
)
MANAGER = CASHIER | {
    Right.BLOCK_MEMBERS,
    Right.MERGE_MEMBERS,
    Right.EXPORT_LISTS,
    Right.SEE_REGULATED,
    Right.CHANGE_REGULATED,
    Right.CHANGE_AUDIENCES,
    Right.MAKE_CARDS,
    Right.SEE_MESSAGES,
    Right.SEND_MESSAGES,
    Right.CONFIRM_RECEIPTS,
    Right.APPROVE,
    Right.REFUND_SALES,
    Right.ADJUST_POINTS,
    Right.REMOVE_REWARDS,
    Right.GIVE_STAMPS,
    Right.CHANGE_TIERS,
    Right.RELEASE_PENDING,
    Right.CHANGE_DATES,
    Right.UNDO_REFUNDS,
    Right.SEE_DASHBOARD,
    Right.CHANGE_STORES,
    Right.SEE_RULES,
    Right.CHANGE_RULES,
    Right.RUN_BACKTESTS,
    Right.PUBLISH_PROGRAM,
    Right.SEE_ACTIVITY,
    Right.SEE_PEOPLE,
}
MARKETER = frozenset(
    {
        Right.SEE_MEMBERS,
        Right.TAG_MEMBERS,
        Right.CHANGE_AUDIENCES,
        Right.EXPORT_LISTS,
        Right.SEE_MESSAGES,
        Right.SEND_MESSAGES,
        Right.CHANGE_MESSAGES,
        Right.SEE_SALES,
        Right.SEE_DASHBOARD,
        Right.SEE_STORES,
        Right.SEE_RULES,
        Right.CHANGE_RULES,
        Right.RUN_BACKTESTS,
    }
)
AUDITOR = frozenset(
    {
        Right.SEE_MEMBERS,
        Right.EXPORT_LISTS,
        Right.SEE_MESSAGES,
        Right.SEE_SALES,
        Right.SEE_DASHBOARD,
        Right.SEE_STORES,
        Right.SEE_RULES,
        Right.SEE_ACTIVITY,
        Right.SEE_JOBS,
        Right.SEE_PEOPLE,
    }
)
RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: MANAGER,
    Role.CASHIER: CASHIER,
    Role.MARKETER: MARKETER,
    Role.AUDITOR: AUDITOR,
}


class NotAllowed(Refusal):
    """Neither the person's role nor a grant includes this right."""

    code = "not_allowed"

    def __init__(self, *, right: Right) -> None:
        self.right = right.value


def can(person: Person, right: Right) -> bool:
    """Tell whether the person may do this, by their role or a grant; somebody who is locked or has left may nothing."""
    if not person.is_active:
        return False
    if person.is_superuser or right in RIGHTS.get(person.role, frozenset()):
        return True
    return right in held_by(person).rights


def rights_of(person: Person) -> frozenset[Right]:
    """Everything the person may do, wherever."""
    if not person.is_active:
        return frozenset()
    return RIGHTS[Role.OWNER] if person.is_superuser else RIGHTS.get(person.role, frozenset()) | held_by(person).rights


def require(person: Person, right: Right) -> None:
    """Refuses: NotAllowed."""
    if not can(person, right):
        raise NotAllowed(right=right)
