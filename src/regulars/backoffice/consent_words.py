"""What pages call purposes' bases, channels, what is in the way of an erasure, and what was removed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BASES: dict[str, Promise] = {
    "consent": _("Consent: only after a yes"),
    "interest": _("Legitimate interest: until they say no"),
    "contract": _("Contract: the program cannot work without it"),
    "law": _("Law: it asks for it"),
}
SHORT_BASES: dict[str, Promise] = {
    "consent": _("Consent"),
    "interest": _("Legitimate interest"),
    "contract": _("Contract"),
    "law": _("Law"),
}
CHANNEL_NAMES: dict[str, Promise] = {
    "": _("Every way"),
    "email": _("E-mail"),
    "sms": _("SMS"),
    "whatsapp": _("WhatsApp"),
    "push": _("App message"),
    "phone": _("Phone call"),
    "post": _("Letter"),
}
BLOCKS: dict[str, Promise] = {
    "retention_hold": _("A retention hold is in force."),
    "open_dispute": _("A dispute is open."),
    "open_receipt": _("A receipt waits to be confirmed."),
    "open_basket": _("A basket holds some of the balance."),
    "reward_on_its_way": _("A reward is on its way to them."),
}
REMOVED: dict[str, Promise] = {
    "members_member": _("Names, birth date, reasons"),
    "members_identifier": _("Phones, e-mails, external ids"),
    "members_card": _("Card numbers"),
    "members_attributevalue": _("The shop's own fields"),
    "members_membernote": _("Notes"),
    "members_addresscode": _("Codes to verify addresses"),
    "audiences_worn": _("Tags"),
    "ledger_entry": _("Words in entries of the ledger"),
    "tiers_change": _("Notes on levels"),
    "receipts_receipt": _("Notes on receipts"),
    "receipts_dispute": _("Words of disputes"),
    "staff_approval": _("Requests for approval"),
    "audit_answer": _("Answers that tills were given"),
    "imports_importline": _("Lines of imports"),
    "imports_importresult": _("What imports changed"),
}
"""Other tables are counted together."""

SECTION_NAMES: dict[str, Promise] = {
    "profile": _("Profile"),
    "identifiers": _("Phones, e-mails, ids"),
    "cards": _("Cards"),
    "attributes": _("Fields"),
    "notes": _("Notes"),
    "tags": _("Tags"),
    "consents": _("Consents"),
    "balances": _("Balances"),
    "entries": _("Entries"),
    "sales": _("Sales"),
    "rewards": _("Rewards"),
    "levels": _("Levels"),
    "receipts": _("Receipts keyed by hand"),
    "disputes": _("Disputes"),
    "messages": _("Messages"),
    "files": _("Files"),
    "requests": _("Requests about their data"),
}
