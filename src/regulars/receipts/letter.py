"""The message that takes a code to a member: what it is for, and what to do if it was not asked for."""

from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from regulars.core.money import write_money
from regulars.messages.codes import send_code
from regulars.messages.send import new_key
from regulars.receipts.codes import MadeCode


def post_code(made: MadeCode, *, currency: str, zone: tzinfo, at: datetime) -> str:
    """Put the message with a code down, in the member's language, and return the channel it goes over; a job sends it.

    The code is in what is sent and nowhere else. Refuses: NoChannel.
    """
    receipt = made.receipt
    with override(receipt.member.language or "en"):
        about = _("a receipt over %(total)s at %(store)s, %(day)s") % {
            "total": write_money(receipt.total_minor or 0, currency),
            "store": receipt.store.name,
            "day": f"{receipt.occurred_at.astimezone(zone):%Y-%m-%d %H:%M}",
        }
    return send_code(
        template="receipt_code",
        member_id=receipt.member_id,
        kind=made.kind,
        address=made.address,
        code=made.code,
        ends_at=made.ends_at,
        about=about,
        at=at,
        key=new_key("receipt_code"),
    )
