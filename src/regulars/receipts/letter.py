"""The letter that takes a code to a member: what it is for, and what to do if it was not asked for."""

from datetime import tzinfo

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.brand.dates import days_written, say_day
from regulars.brand.looks import load_looks
from regulars.core.money import write_money
from regulars.platform.tongues import spoken
from regulars.receipts.codes import MadeCode


def post_code(made: MadeCode, *, shop: str, currency: str, zone: tzinfo) -> None:
    """Send a code by e-mail, in the member's language, once it is committed. It is in the letter and nowhere else."""
    receipt = made.receipt
    bought_at = receipt.occurred_at.astimezone(zone)
    looks = load_looks()
    with spoken(receipt.member.language, looks.store_word), days_written(looks.date_style):
        said = {
            "code": made.code,
            "shop": shop,
            "store": receipt.store.name,
            "total": write_money(receipt.total_minor or 0, currency),
            "day": f"{say_day(bought_at)} {bought_at:%H:%M}",
            "until": f"{made.ends_at.astimezone(zone):%H:%M}",
        }
        subject = _("%(code)s is your code at %(shop)s") % said
        body = _(
            "%(code)s confirms your receipt over %(total)s at %(store)s, %(day)s.\n\n"
            "Read it to the person who asks for it, until %(until)s. If you bought nothing there, tell nobody: "
            "without the code the receipt does not count."
        )
        letter = EmailMessage(subject, body % said, None, [made.address])
    transaction.on_commit(letter.send, robust=True)
