"""Rights and features in the words of the screens that give them."""

from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.staff.features import FEATURES, Right

FEATURE_WORDS: dict[str, Promise] = {
    "members": _("Members"),
    "statuses": _("Locking and blocking members"),
    "duplicates": _("Duplicates and merging"),
    "lists": _("Exports and imports"),
    "attributes": _("Fields of members"),
    "regulated": _("Regulated fields"),
    "consents": _("Consents"),
    "privacy": _("Privacy and erasing"),
    "audiences": _("Tags and segments"),
    "cards": _("Cards and batches"),
    "messages": _("Sending messages"),
    "templates": _("Message templates"),
    "channels": _("Message channels"),
    "receipts": _("Receipts by hand"),
    "sales": _("Sales and refunds"),
    "points": _("Balances and dates of points"),
    "rewards": _("Rewards"),
    "stamps": _("Stamps"),
    "tiers": _("Levels"),
    "reports": _("Figures"),
    "stores": _("Stores"),
    "rules": _("The program's draft"),
    "program": _("Publishing and the shop"),
    "activity": _("Activity"),
    "jobs": _("Jobs"),
    "keys": _("API keys"),
    "people": _("Team"),
    "approvals": _("Approvals"),
}

RIGHT_WORDS: dict[Right, Promise] = {
    Right.SEE_MEMBERS: _("find members, see their page"),
    Right.CHANGE_MEMBERS: _("enrol and change members, give and block cards"),
    Right.BLOCK_MEMBERS: _("lock, block and activate members"),
    Right.MERGE_MEMBERS: _("merge two members into one, and undo it"),
    Right.ERASE_MEMBERS: _("erase a person"),
    Right.EXPORT_LISTS: _("take lists out as files"),
    Right.IMPORT_LISTS: _("bring lists in from files"),
    Right.CHANGE_ATTRIBUTES: _("say which own fields members have"),
    Right.SEE_REGULATED: _("see regulated fields"),
    Right.CHANGE_REGULATED: _("change regulated fields"),
    Right.CHANGE_CONSENTS: _("note and withdraw consents"),
    Right.CHANGE_PRIVACY: _("change purposes, policies and retention"),
    Right.TAG_MEMBERS: _("put tags on members and take them off"),
    Right.CHANGE_AUDIENCES: _("make tags, tag rules and segments"),
    Right.MAKE_CARDS: _("make card types, batches and print files"),
    Right.SEE_MESSAGES: _("see what was written to members"),
    Right.SEND_MESSAGES: _("send prepared messages"),
    Right.CHANGE_MESSAGES: _("change templates and the terms of sending"),
    Right.CHANGE_CHANNELS: _("connect channels for messages"),
    Right.ENTER_RECEIPTS: _("key in sales by hand"),
    Right.CONFIRM_RECEIPTS: _("confirm what somebody else keyed in"),
    Right.SEE_SALES: _("see sales and receipts"),
    Right.REFUND_SALES: _("refund sales"),
    Right.ATTACH_SALES: _("give a sale without a member to one"),
    Right.ADJUST_POINTS: _("correct balances"),
    Right.CLAIM_REWARDS: _("spend for members, hand rewards out"),
    Right.REMOVE_REWARDS: _("take rewards away"),
    Right.FULFIL_REWARDS: _("note what was sent and delivered"),
    Right.GIVE_STAMPS: _("add and take off stamps, make codes"),
    Right.CHANGE_TIERS: _("put members on any level"),
    Right.RELEASE_PENDING: _("let waiting points be spent early"),
    Right.CHANGE_DATES: _("extend points, bring expired ones back"),
    Right.UNDO_REFUNDS: _("undo a refund on its day"),
    Right.SEE_DASHBOARD: _("see the figures"),
    Right.SEE_STORES: _("see stores"),
    Right.CHANGE_STORES: _("open and change stores"),
    Right.SEE_RULES: _("see the program"),
    Right.CHANGE_RULES: _("change the program's draft"),
    Right.RUN_BACKTESTS: _("try a draft on past sales"),
    Right.PUBLISH_PROGRAM: _("publish the program"),
    Right.CHANGE_PROGRAM: _("change the shop's name, money and looks"),
    Right.SEE_ACTIVITY: _("see who did what"),
    Right.SEE_JOBS: _("see what the worker does"),
    Right.CHANGE_KEYS: _("make and revoke API keys"),
    Right.SEE_PEOPLE: _("see the team"),
    Right.CHANGE_PEOPLE: _("add people, change and lock them"),
    Right.CHANGE_ROLES: _("make roles, and say what each needs"),
    Right.APPROVE: _("let others do what needs leave"),
    Right.CHANGE_APPROVALS: _("say what needs leave"),
}


class FeatureRights(msgspec.Struct, frozen=True, kw_only=True):
    """A feature with its rights in words, each marked where it is held."""

    code: str
    title: str
    view: list[tuple[str, str, bool]]
    edit: list[tuple[str, str, bool]]

    @property
    def seen(self) -> list[str]:
        return [said for _code, said, held in self.view if held]

    @property
    def changed(self) -> list[str]:
        return [said for _code, said, held in self.edit if held]

    @property
    def is_any(self) -> bool:
        return bool(self.seen or self.changed)


def by_feature(held: Any) -> list[FeatureRights]:
    """Every feature in the order of the menu, with what of it is held."""
    return [
        FeatureRights(
            code=code,
            title=str(FEATURE_WORDS[code]),
            view=_words(feature.view, held),
            edit=_words(feature.edit, held),
        )
        for code, feature in FEATURES.items()
    ]


def say_rights(rights: Any) -> list[str]:
    """These rights in words, in the order of the table."""
    return [str(said) for right, said in RIGHT_WORDS.items() if right in rights]


def _words(rights: frozenset[Right], held: Any) -> list[tuple[str, str, bool]]:
    return [(right.value, str(said), right in held) for right, said in RIGHT_WORDS.items() if right in rights]
