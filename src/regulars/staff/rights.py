"""What each role may do. An owner may do everything, a manager runs the shop, a cashier serves the till."""

from enum import StrEnum

from regulars.core.refusals import Refusal
from regulars.staff.models import Person, Role


class Right(StrEnum):
    """One thing a person may see or do in the back office."""

    SEE_MEMBERS = "see_members"
    CHANGE_MEMBERS = "change_members"
    BLOCK_MEMBERS = "block_members"
    MERGE_MEMBERS = "merge_members"
    ERASE_MEMBERS = "erase_members"
    EXPORT_LISTS = "export_lists"
    IMPORT_LISTS = "import_lists"
    CHANGE_ATTRIBUTES = "change_attributes"
    SEE_REGULATED = "see_regulated"
    CHANGE_REGULATED = "change_regulated"
    CHANGE_CONSENTS = "change_consents"
    CHANGE_PRIVACY = "change_privacy"
    TAG_MEMBERS = "tag_members"
    CHANGE_AUDIENCES = "change_audiences"
    MAKE_CARDS = "make_cards"
    SEND_MESSAGES = "send_messages"
    CHANGE_MESSAGES = "change_messages"
    ENTER_RECEIPTS = "enter_receipts"
    CONFIRM_RECEIPTS = "confirm_receipts"
    SEE_SALES = "see_sales"
    REFUND_SALES = "refund_sales"
    ATTACH_SALES = "attach_sales"
    ADJUST_POINTS = "adjust_points"
    CLAIM_REWARDS = "claim_rewards"
    REMOVE_REWARDS = "remove_rewards"
    FULFIL_REWARDS = "fulfil_rewards"
    GIVE_STAMPS = "give_stamps"
    CHANGE_TIERS = "change_tiers"
    RELEASE_PENDING = "release_pending"
    CHANGE_DATES = "change_dates"
    UNDO_REFUNDS = "undo_refunds"
    SEE_DASHBOARD = "see_dashboard"
    SEE_STORES = "see_stores"
    CHANGE_STORES = "change_stores"
    SEE_RULES = "see_rules"
    CHANGE_RULES = "change_rules"
    RUN_BACKTESTS = "run_backtests"
    PUBLISH_PROGRAM = "publish_program"
    CHANGE_PROGRAM = "change_program"
    SEE_ACTIVITY = "see_activity"
    SEE_JOBS = "see_jobs"
    CHANGE_KEYS = "change_keys"
    CHANGE_PEOPLE = "change_people"
    CHANGE_ROLES = "change_roles"
    APPROVE = "approve"
    CHANGE_APPROVALS = "change_approvals"


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
}
RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: MANAGER,
    Role.CASHIER: CASHIER,
}


class NotAllowed(Refusal):
    """The person's role does not include this right."""

    code = "not_allowed"

    def __init__(self, *, right: Right) -> None:
        self.right = right.value


def can(person: Person, right: Right) -> bool:
    """Tell whether the person may do this; somebody who has left may do nothing."""
    return person.is_active and (person.is_superuser or right in RIGHTS.get(person.role, frozenset()))


def require(person: Person, right: Right) -> None:
    """Refuses: NotAllowed."""
    if not can(person, right):
        raise NotAllowed(right=right)
