"""What the trail's events say in words, and where they lead."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.audit.models import Event
from regulars.backoffice.amounts import say_amount
from regulars.backoffice.fact_words import NAMES, OF_CODES, VALUES
from regulars.backoffice.office import Office
from regulars.backoffice.wording import exact, money, number

ACTIONS: dict[str, Promise] = {
    "member.enrolled": _("enrolled a member"),
    "guest.enrolled": _("noted a guest"),
    "member.joined": _("let a guest join"),
    "member.changed": _("changed a member"),
    "member.status_changed": _("changed a member's status"),
    "member.tagged": _("changed a member's tags"),
    "auto_tag.created": _("began an automatic tag"),
    "auto_tag.removed": _("ended an automatic tag"),
    "segment.created": _("created a segment"),
    "segment.changed": _("changed a segment"),
    "segment.removed": _("removed a segment"),
    "tag_batch.checked": _("had a file of tags looked at"),
    "tag_batch.asked": _("asked for tags for a list of members"),
    "tag_batch.applied": _("applied a batch of tags"),
    "tag_batch.undone": _("undid a batch of tags"),
    "view.saved": _("kept a view of a list"),
    "view.removed": _("forgot a view of a list"),
    "tag.created": _("created a tag"),
    "tag.changed": _("changed a tag"),
    "tag.removed": _("removed a tag"),
    "member.exported": _("exported a member's data"),
    "member.erased": _("erased a member"),
    "erasure.asked": _("asked for a member to be erased"),
    "erasure.withdrawn": _("withdrew an erasure"),
    "erasure.blocked": _("could not erase a member yet"),
    "retention_hold.placed": _("placed a retention hold"),
    "retention_hold.lifted": _("lifted a retention hold"),
    "consent.given": _("noted a consent"),
    "consent.withdrawn": _("noted that a consent was withdrawn"),
    "purpose.made": _("added a purpose of personal data"),
    "purpose.changed": _("changed a purpose of personal data"),
    "purpose.retired": _("retired a purpose of personal data"),
    "policy.made": _("added a policy"),
    "policy.published": _("published a version of a policy"),
    "policy.translated": _("added a language to a policy"),
    "privacy.terms_changed": _("changed the terms of privacy"),
    "member.left": _("removed a member from the program"),
    "member.came_back": _("let a member come back"),
    "member.merged": _("made two records of one person one"),
    "member.unmerged": _("parted two records that were one"),
    "duplicate.dismissed": _("said that two records are two people"),
    "duplicate.reopened": _("put two records on the list of duplicates again"),
    "message.put": _("wrote to a member"),
    "message.test_put": _("sent a test of a message"),
    "message.retried": _("had a message tried again"),
    "message.cancelled": _("cancelled a message"),
    "message_batch.asked": _("wrote to many members"),
    "message_batch.stopped": _("stopped messages to many"),
    "message_batch.resumed": _("went on with messages to many"),
    "message_batch.cancelled": _("gave messages to many up"),
    "messages.terms_changed": _("changed when and how often messages go"),
    "template.made": _("made a message template"),
    "template.renamed": _("renamed a message template"),
    "template.version_published": _("published a version of a message template"),
    "template.retired": _("retired a message template"),
    "template.brought_back": _("brought a message template back"),
    "channel.connected": _("connected a channel for messages"),
    "channel.disconnected": _("took a channel for messages away"),
    "channel.tested": _("tested a channel for messages"),
    "note.written": _("wrote a note"),
    "note.pinned": _("kept a note on top"),
    "note.unpinned": _("let a note go down"),
    "note.removed": _("removed a note"),
    "regulated.seen": _("looked at regulated fields"),
    "address.code_sent": _("sent a code to an address"),
    "address.verified": _("verified an address"),
    "address.unverified": _("undid the verification of an address"),
    "attribute.made": _("made a member field"),
    "attribute.changed": _("changed a member field"),
    "attribute.retired": _("retired a member field"),
    "attribute.brought_back": _("brought a member field back"),
    "attribute.ordered": _("put the member fields in another order"),
    "card.issued": _("gave a card"),
    "card.blocked": _("blocked a card"),
    "card.unblocked": _("unblocked a card"),
    "card.lost": _("noted that a card is lost"),
    "card.replaced": _("replaced a card"),
    "card.first_used": _("bought with a card for the first time"),
    "card.activated": _("activated a card"),
    "card.rank_changed": _("gave a card another rank"),
    "card.expired": _("let an unused card expire"),
    "card_type.made": _("added a kind of card"),
    "card_type.changed": _("changed a kind of card"),
    "card_batch.asked": _("had a batch of cards made"),
    "card_batch.stopped": _("stopped a batch of cards"),
    "card_batch.printed": _("printed cards"),
    "card_batch.sealed": _("sealed the PINs of a batch"),
    "sale.recorded": _("recorded a sale"),
    "sale.refunded": _("refunded a sale"),
    "sale.attached": _("attached a sale to a member"),
    "receipt.drafted": _("began a receipt"),
    "receipt.entered": _("keyed a receipt"),
    "receipt.confirmed": _("confirmed a receipt"),
    "receipt.rejected": _("rejected a receipt"),
    "receipt.lapsed": _("let a receipt lapse"),
    "receipt.code_sent": _("sent a member a code for a receipt"),
    "dispute.opened": _("noted a dispute"),
    "dispute.upheld": _("upheld a dispute"),
    "dispute.declined": _("declined a dispute"),
    "points.adjusted": _("adjusted a balance"),
    "sale.refund_undone": _("undid a refund"),
    "points.expired": _("expired points"),
    "points.released": _("let waiting points be spent early"),
    "points.extended": _("let points live longer"),
    "points.reinstated": _("brought expired points back"),
    "hold.made": _("held points for a basket"),
    "hold.released": _("let held points go"),
    "hold.lapsed": _("ended a hold"),
    "stamps.adjusted": _("changed the stamps on a card"),
    "stamp_codes.made": _("made one-time codes"),
    "stamp_code.used": _("used a one-time code"),
    "poster.hung": _("made a poster"),
    "poster.taken_down": _("took a poster down"),
    "poster.scanned": _("scanned a poster"),
    "tier.changed": _("moved to another level"),
    "tier.kept": _("keeps the level for longer"),
    "reward.issued": _("gave a reward"),
    "reward.used": _("handed a reward out"),
    "reward.restored": _("gave a reward back"),
    "reward.removed": _("took a reward away"),
    "reward.withdrawn": _("withdrew a reward"),
    "reward.ordered": _("put a reward on the list to send"),
    "reward.sent": _("sent a reward"),
    "reward.delivered": _("noted that a reward has arrived"),
    "export.asked": _("asked for a list as a file"),
    "export.stopped": _("stopped an export"),
    "export.fetched": _("fetched an exported list"),
    "backtest.asked": _("started a back-test"),
    "backtest.stopped": _("stopped a back-test"),
    "import.taken_in": _("took a file in"),
    "import.check_asked": _("had a file looked at"),
    "import.write_asked": _("had a file brought in"),
    "import.undo_asked": _("had an import taken back"),
    "import.written": _("brought lines of a file in"),
    "import.taken_back": _("took lines of a file back"),
    "import.stopped": _("stopped an import"),
    "import.resumed": _("let an import go on"),
    "import.discarded": _("forgot a file"),
    "program.created": _("set up the program"),
    "program.changed": _("changed the program"),
    "looks.changed": _("changed how the shop looks"),
    "program.drafted": _("changed the program's draft"),
    "program.draft_discarded": _("discarded the program's draft"),
    "program.scheduled": _("scheduled a version of the program"),
    "program.unscheduled": _("took a version of the program off its date"),
    "store.created": _("opened a store"),
    "store.changed": _("changed a store"),
    "store.labelled": _("changed a store's tags or area"),
    "store_tag.made": _("made a store tag"),
    "store_tag.renamed": _("renamed a store tag"),
    "store_tag.removed": _("removed a store tag"),
    "store_area.made": _("made an area"),
    "store_area.renamed": _("renamed an area"),
    "store_area.removed": _("removed an area"),
    "till.saved": _("listed a till"),
    "till.removed": _("removed a till"),
    "key.created": _("made an API key"),
    "key.revoked": _("revoked an API key"),
    "person.language_chosen": _("chose another language"),
    "person.created": _("added a person"),
    "person.role_changed": _("gave somebody another role"),
    "person.renamed": _("changed a colleague's name"),
    "person.stores_changed": _("changed where somebody works"),
    "person.locked": _("locked somebody out"),
    "person.handed_over": _("handed over what somebody had begun"),
    "person.let_in": _("let somebody in again"),
    "person.signed_out": _("signed somebody out"),
    "grant.given": _("gave somebody more than their role"),
    "grant.taken": _("took back what somebody had beyond their role"),
    "grant.passed_on": _("passed on what they may see"),
    "role.created": _("made a role"),
    "role.changed": _("changed a role's rights"),
    "role.removed": _("removed a role"),
    "role.second_factor": _("changed whether a role needs a second factor"),
    "approval_rule.put": _("said what needs leave"),
    "approval_rule.dropped": _("asks for leave no more"),
    "person.pin_set": _("set a PIN"),
    "person.pin_removed": _("removed a PIN"),
    "approval.asked": _("asked for approval"),
    "approval.approved": _("approved"),
    "approval.rejected": _("rejected"),
    "approval.withdrawn": _("withdrew what they had asked for"),
    "person.deactivated": _("deactivated a person"),
}
TELLING_CHANGES = {"messages.terms_changed", "privacy.terms_changed", "program.changed", "looks.changed"}
"""Events whose facts are pairs: what it was, and what it is now."""

ORDER = {"from": 0}
PLACES = {
    "approval": "approval",
    "card_batch": "card_batch",
    "delivery": "delivery",
    "dispute": "dispute",
    "entry": "entry",
    "import": "import",
    "member": "member",
    "merge": "merge",
    "message_batch": "message_run",
    "person": "person",
    "poster": "poster",
    "receipt": "receipt",
    "sale": "sale",
    "template": "message_template",
}


def say_event(event: Event, office: Office) -> dict[str, Any]:
    """An event's action in words, where it leads, and its facts as pairs."""
    place = PLACES.get(event.about)
    if place:
        url = reverse(place, args=[event.about_id])
    elif event.member_id:
        url = reverse("member", args=[event.member_id])
    else:
        url = ""
    said = ACTIONS.get(event.action, event.action.replace(".", " ").replace("_", " "))
    changes = event.action in TELLING_CHANGES
    known = _with_units(event.facts, office)
    names = sorted(known, key=lambda name: (ORDER.get(name, 1), name))
    facts = [(_name(name), _say(name, known[name], office, changes=changes)) for name in names]
    return {"said": said, "url": url, "facts": facts}


def _with_units(facts: dict[str, Any], office: Office) -> dict[str, Any]:
    """An amount of a unit is one fact, in the unit's own words."""
    match facts:
        case {"unit": str(code), "amount": int(amount), **others}:
            return {"amount": say_amount(amount, office.unit(code)), **others}
        case _:
            return facts


def _name(name: str) -> str:
    plain = name.removesuffix("_minor")
    return str(NAMES[plain]) if plain in NAMES else plain.replace("_", " ")


def _say(name: str, value: Any, office: Office, *, changes: bool) -> str:
    match value:
        case [before, after] if changes:
            return f"{_say(name, before, office, changes=False)} → {_say(name, after, office, changes=False)}"
        case list():
            return ", ".join(str(each).replace("_", " ") for each in value) or str(_("none"))
        case dict():
            return ", ".join(f"{key} {_say(key, each, office, changes=changes)}" for key, each in value.items())
        case bool():
            return str(_("yes") if value else _("no"))
        case None:
            return str(_("none"))
        case int():
            return money(value, office.currency) if "minor" in name.split("_") else number(value)
        case str() if name.endswith("_at") or (name == "until" and "T" in value):
            return exact(datetime.fromisoformat(value), office.zone)
        case str() if name in OF_CODES and value in VALUES:
            return str(VALUES[value])
        case _:
            return str(value)
