"""The message that takes a code to a member: what it is for, and what to do if it was not asked for."""

from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from regulars.brand.dates import days_written, say_day
from regulars.brand.looks import load_looks
from regulars.core.money import write_money
from regulars.messages.codes import send_code
from regulars.messages.send import new_key
from regulars.receipts.codes import MadeCode


def post_code(made: MadeCode, *, currency: str, zone: tzinfo, at: datetime) -> str:
    """Put the message with a code down, in one language, and return the channel it goes over; a job sends it.

    The code is in what is sent and nowhere else. Refuses: NoChannel.
    """
    receipt, style = made.receipt, load_looks().date_style

    def say() -> str:
        bought_at = receipt.occurred_at.astimezone(zone)
        with days_written(style):
            return _("a receipt over %(total)s at %(store)s, %(day)s") % {
                "total": write_money(receipt.total_minor or 0, currency),
                "store": receipt.store.name,
                "day": f"{say_day(bought_at)} {bought_at:%H:%M}",
            }

    return send_code(
        template="receipt_code",
        member_id=receipt.member_id,
        kind=made.kind,
        address=made.address,
        code=made.code,
        ends_at=made.ends_at,
        about=say,
        at=at,
        key=new_key("receipt_code"),
    )
