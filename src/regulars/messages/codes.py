"""Codes go by e-mail, or to a phone by SMS, else WhatsApp. They are written down for nobody: what a code's message says
is sealed until it is sent, and its row shows dots.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from regulars.core.actor import SYSTEM
from regulars.core.messages.texts import fill_in
from regulars.members.rows import read_member
from regulars.messages.channels import is_connected
from regulars.messages.look import PlainText, prepare
from regulars.messages.models import ChannelKind, DeliveryState, Trigger
from regulars.messages.put import encode_sealed, insert
from regulars.messages.ready_made import make_template
from regulars.messages.refusals import NoChannel, UnknownTemplate
from regulars.messages.sealed import Said, seal_said
from regulars.messages.templates import find_template
from regulars.messages.values import load_shop
from regulars.platform.tongues import spoken

DOTS = "••••••"
PHONES = (ChannelKind.SMS, ChannelKind.WHATSAPP)


def channel_for(kind: str) -> str:
    """Return how a code reaches an address of a kind ("email" or "phone") now. Refuses: NoChannel."""
    if kind == "email":
        return ChannelKind.EMAIL
    for channel in PHONES if kind == "phone" else ():
        if is_connected(channel):
            return channel
    raise NoChannel(kind=kind)


@transaction.atomic
def send_code(
    *,
    template: str,
    member_id: int,
    kind: str,
    address: str,
    code: str,
    ends_at: datetime,
    at: datetime,
    key: str,
    about: Callable[[], str] = str,
) -> str:
    """Put the message with a code down, to an address of a member's own, and return the channel it goes over; the job
    sends it at once.

    `template` is address_code or receipt_code; a shop that has retired its own says what is ready-made. `about` says
    what the code is for, and is asked in the language of the text. After `ends_at` it is not sent any more. Refuses:
    NoChannel.
    """
    channel = channel_for(kind)
    version_id = _find_version(template, channel, at=at)
    prepared = prepare(version_id, channel, at=at)
    member, shop = read_member(member_id), load_shop(at=at)
    assert member is not None, "a code is for somebody"
    text = prepared.text_for(member.language)
    assert text is not None, "a ready-made template has a text for each channel"
    with spoken(text.language):
        what = about()
    values = {
        "shop": "" if shop is None else shop.name,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "name": member.name,
        "minutes": str(max(int((ends_at - at).total_seconds()) // 60, 1)),
        "about": what,
    }
    masked = _say(text, values | {"code": DOTS})
    row = {
        "member_id": member_id,
        "text_id": text.id,
        "version_id": version_id,
        "channel": channel,
        "language": text.language,
        "address": address,
        "subject": masked.subject,
        "body": masked.body,
        "sealed": encode_sealed(seal_said(_say(text, values | {"code": code}))),
        "trigger": Trigger.CODE,
        "is_marketing": False,
        "why": "code",
        "state": DeliveryState.WAITING,
        "reason": "",
        "next_at": at,
        "dies_at": ends_at,
        "key": key,
    }
    insert([row], at=at, by=SYSTEM)
    return channel


def _find_version(template: str, channel: str, *, at: datetime) -> int:
    """Return the live version of the shop's own template, or of the ready-made one where that cannot be used."""
    try:
        live = find_template(template).live
    except UnknownTemplate:
        return make_template(template, at=at)
    return live.id if channel in live.channels else make_template(template, at=at)


def _say(text: PlainText, values: Mapping[str, str]) -> Said:
    subject = fill_in(text.subject, values, is_line=True) if text.subject else ""
    return Said(subject, fill_in(text.body, values))
