"""Every right belongs to a feature, and is a way to view or to edit it: what grants are given by."""

from enum import StrEnum

import msgspec


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
    SEE_MESSAGES = "see_messages"
    SEND_MESSAGES = "send_messages"
    CHANGE_MESSAGES = "change_messages"
    CHANGE_CHANNELS = "change_channels"
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
    SEE_PEOPLE = "see_people"
    CHANGE_PEOPLE = "change_people"
    CHANGE_ROLES = "change_roles"
    APPROVE = "approve"
    CHANGE_APPROVALS = "change_approvals"


class Feature(msgspec.Struct, frozen=True):
    """What a grant opens: `view` alone, or with `edit` both."""

    view: frozenset[Right] = frozenset()
    edit: frozenset[Right] = frozenset()

    def rights(self, level: str) -> frozenset[Right]:
        return self.view | self.edit if level == "edit" else self.view


def _feature(*view: Right, edit: tuple[Right, ...] = ()) -> Feature:
    return Feature(frozenset(view), frozenset(edit))


FEATURES: dict[str, Feature] = {
    "members": _feature(Right.SEE_MEMBERS, edit=(Right.CHANGE_MEMBERS, Right.TAG_MEMBERS)),
    "statuses": _feature(edit=(Right.BLOCK_MEMBERS,)),
    "duplicates": _feature(edit=(Right.MERGE_MEMBERS,)),
    "lists": _feature(Right.EXPORT_LISTS, edit=(Right.IMPORT_LISTS,)),
    "attributes": _feature(edit=(Right.CHANGE_ATTRIBUTES,)),
    "regulated": _feature(Right.SEE_REGULATED, edit=(Right.CHANGE_REGULATED,)),
    "consents": _feature(edit=(Right.CHANGE_CONSENTS,)),
    "privacy": _feature(edit=(Right.CHANGE_PRIVACY, Right.ERASE_MEMBERS)),
    "audiences": _feature(edit=(Right.CHANGE_AUDIENCES,)),
    "cards": _feature(edit=(Right.MAKE_CARDS,)),
    "messages": _feature(Right.SEE_MESSAGES, edit=(Right.SEND_MESSAGES,)),
    "templates": _feature(edit=(Right.CHANGE_MESSAGES,)),
    "channels": _feature(edit=(Right.CHANGE_CHANNELS,)),
    "receipts": _feature(edit=(Right.ENTER_RECEIPTS, Right.CONFIRM_RECEIPTS)),
    "sales": _feature(Right.SEE_SALES, edit=(Right.ATTACH_SALES, Right.REFUND_SALES, Right.UNDO_REFUNDS)),
    "points": _feature(edit=(Right.ADJUST_POINTS, Right.RELEASE_PENDING, Right.CHANGE_DATES)),
    "rewards": _feature(edit=(Right.CLAIM_REWARDS, Right.FULFIL_REWARDS, Right.REMOVE_REWARDS)),
    "stamps": _feature(edit=(Right.GIVE_STAMPS,)),
    "tiers": _feature(edit=(Right.CHANGE_TIERS,)),
    "reports": _feature(Right.SEE_DASHBOARD),
    "stores": _feature(Right.SEE_STORES, edit=(Right.CHANGE_STORES,)),
    "rules": _feature(Right.SEE_RULES, edit=(Right.CHANGE_RULES, Right.RUN_BACKTESTS)),
    "program": _feature(edit=(Right.PUBLISH_PROGRAM, Right.CHANGE_PROGRAM)),
    "activity": _feature(Right.SEE_ACTIVITY),
    "jobs": _feature(Right.SEE_JOBS),
    "keys": _feature(edit=(Right.CHANGE_KEYS,)),
    "people": _feature(Right.SEE_PEOPLE, edit=(Right.CHANGE_PEOPLE, Right.CHANGE_ROLES)),
    "approvals": _feature(edit=(Right.APPROVE, Right.CHANGE_APPROVALS)),
}
