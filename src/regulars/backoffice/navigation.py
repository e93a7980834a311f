"""The rooms of the back office, and who sees the door to each."""

import msgspec
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.office import Office
from regulars.staff.rights import Right


class Room(msgspec.Struct, frozen=True):
    title: Promise
    icon: str
    address: str
    right: Right | None
    around: tuple[str, ...] = ()
    """What lies in this room too: addresses that begin so. Without any, only what begins with its own."""


class Door(msgspec.Struct, frozen=True):
    """A room as one person sees it in the menu."""

    title: str
    icon: str
    url: str
    is_here: bool


def pieces(*slugs: str) -> tuple[str, ...]:
    """Where pieces of the program of these kinds are edited."""
    return tuple(f"/program/{way}{slug}/" for slug in slugs for way in ("", "new/"))


GROUPS: tuple[tuple[Promise | None, tuple[Room, ...]], ...] = (
    (None, (Room(_("Home"), "home", "home", None),)),
    (
        _("Customers"),
        (
            Room(_("Members"), "people", "members", Right.SEE_MEMBERS),
            Room(_("Segments"), "overview", "segments", Right.SEE_MEMBERS),
            Room(_("Tags"), "label", "tags", Right.SEE_MEMBERS),
            Room(_("Exports"), "receipt", "exports", Right.EXPORT_LISTS),
            Room(_("Cards"), "card", "cards", Right.SEE_MEMBERS),
            Room(_("Duplicates"), "back", "duplicates", Right.MERGE_MEMBERS, ("/merges/",)),
            Room(_("Imports"), "label", "imports", Right.IMPORT_LISTS),
        ),
    ),
    (
        _("Till"),
        (
            Room(_("Sales"), "receipt", "sales", Right.SEE_SALES),
            Room(_("Receipts to check"), "tick", "receipts", Right.SEE_SALES, ("/disputes/",)),
            Room(_("Rewards to send"), "parcel", "fulfilment", Right.FULFIL_REWARDS),
            Room(_("Stamp codes"), "stamp", "stamp_codes", Right.GIVE_STAMPS),
        ),
    ),
    (
        _("Program"),
        (
            Room(_("Overview"), "overview", "program", Right.SEE_RULES, ("/program/recipes/",)),
            Room(_("Earning"), "rule", "earning", Right.SEE_RULES, pieces("rule", "budget", "collection", "lists")),
            Room(_("Stamps"), "stamp", "stamp_cards", Right.SEE_RULES, pieces("card")),
            Room(_("Tiers"), "level", "tier_sets", Right.SEE_RULES, pieces("tiers")),
            Room(_("Rewards"), "gift", "catalogue", Right.SEE_RULES, pieces("reward")),
            Room(_("Try a basket"), "basket", "try_basket", Right.SEE_RULES),
            Room(_("Back-test"), "back", "backtests", Right.RUN_BACKTESTS),
            Room(_("Versions"), "clock", "versions", Right.SEE_RULES, ("/program/draft/", "/program/import/")),
        ),
    ),
    (
        _("Campaigns"),
        (
            Room(_("Messages"), "letter", "deliveries", Right.SEE_MESSAGES),
            Room(_("Templates"), "pen", "message_templates", Right.CHANGE_MESSAGES),
        ),
    ),
    (
        _("Shop"),
        (Room(_("Stores"), "store", "stores", Right.SEE_STORES),),
    ),
    (
        _("Team"),
        (
            Room(_("People"), "team", "people", Right.SEE_PEOPLE),
            Room(_("Roles"), "label", "roles", Right.SEE_PEOPLE),
            Room(_("Approvals"), "tick", "approvals", Right.APPROVE),
        ),
    ),
    (
        _("Settings"),
        (
            Room(_("Shop"), "sliders", "shop", Right.CHANGE_PROGRAM),
            Room(_("Units"), "coins", "units", Right.SEE_RULES, pieces("unit")),
            Room(_("Policies"), "scales", "policies", Right.SEE_RULES),
            Room(_("Member fields"), "label", "fields", Right.CHANGE_ATTRIBUTES),
            Room(_("Privacy"), "tick", "privacy", Right.CHANGE_PRIVACY, ("/erasures/", "/holds/")),
            Room(_("Connections"), "plug", "channels", Right.CHANGE_CHANNELS),
            Room(_("API keys"), "key", "keys", Right.CHANGE_KEYS),
            Room(_("Activity"), "activity", "activity", Right.SEE_ACTIVITY),
            Room(_("Jobs"), "gear", "jobs", Right.SEE_JOBS),
        ),
    ),
)


def doors(office: Office) -> list[tuple[str | None, list[Door]]]:
    """The menu for this person: groups of doors they may open, the one they are in marked."""
    shown = []
    for title, rooms in GROUPS:
        open_to = [_door(room, office.path) for room in rooms if room.right is None or office.can(room.right)]
        if open_to:
            shown.append((None if title is None else str(title), open_to))
    return shown


def _door(room: Room, path: str) -> Door:
    url = reverse(room.address)
    is_hall = url in ("/", "/program/")  # every other address begins with theirs
    is_here = path == url or (not is_hall and path.startswith(url)) or path.startswith(room.around or "\0")
    return Door(str(room.title), room.icon, url, is_here)
