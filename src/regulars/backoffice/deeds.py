"""What the trail's events say in words, and where they lead."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.audit.models import Event

ACTIONS: dict[str, Promise] = {
    "member.enrolled": _("enrolled a member"),
    "guest.enrolled": _("noted a guest"),
    "member.joined": _("let a guest join"),
    "member.changed": _("changed a member"),
    "member.status_changed": _("changed a member's status"),
    "card.issued": _("gave a card"),
    "card.blocked": _("blocked a card"),
    "card.unblocked": _("unblocked a card"),
    "sale.recorded": _("recorded a sale"),
    "sale.refunded": _("refunded a sale"),
    "sale.attached": _("attached a sale to a member"),
    "points.adjusted": _("adjusted a balance"),
    "points.expired": _("expired points"),
    "rule.drafted": _("drafted a rule"),
    "rule.published": _("published a rule"),
    "rule.ended": _("ended a rule"),
    "program.created": _("set up the program"),
    "program.changed": _("changed the program"),
    "program.terms_changed": _("changed the program's terms"),
    "store.created": _("opened a store"),
    "store.changed": _("changed a store"),
    "till.saved": _("listed a till"),
    "till.removed": _("removed a till"),
    "key.created": _("made an API key"),
    "key.revoked": _("revoked an API key"),
    "person.created": _("added a person"),
    "person.role_changed": _("changed a role"),
    "person.deactivated": _("deactivated a person"),
}
PLACES = {"member": "member", "sale": "sale", "rule": "rule", "entry": "entry"}


def say_event(event: Event) -> dict[str, Any]:
    """An event's action in words, where it leads, and its facts as pairs."""
    place = PLACES.get(event.about)
    if place:
        url = reverse(place, args=[event.about_id])
    elif event.member_id:
        url = reverse("member", args=[event.member_id])
    else:
        url = ""
    said = ACTIONS.get(event.action, event.action.replace(".", " ").replace("_", " "))
    return {"said": said, "url": url, "facts": [(name.replace("_", " "), _fact(value)) for name, value in event.facts.items()]}


def _fact(value: Any) -> str:
    match value:
        case bool() | None:
            return {True: "yes", False: "no", None: "none"}[value]
        case int():
            return f"{value:,}"
        case [before, after] if not isinstance(before, (list, dict)):
            return f"{before} → {after}"
        case list():
            return ", ".join(str(each).replace("_", " ") for each in value)
        case dict():
            return ", ".join(f"{name} {_fact(each)}" for name, each in value.items())
        case _:
            return str(value)
