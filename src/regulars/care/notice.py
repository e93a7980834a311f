"""Whoever is to be erased because nobody has seen them is told before, over the first channel that reaches them, and
stays if they are seen again before their day.
"""

from datetime import datetime

from django.db import transaction

from regulars.brand.dates import days_written
from regulars.brand.looks import load_looks
from regulars.care.erasures import UnknownErasure, withdraw_erasure
from regulars.consents.models import Erasure
from regulars.core.actor import SYSTEM
from regulars.members.rows import read_member
from regulars.messages.channels import is_connected
from regulars.messages.look import address_of
from regulars.messages.models import ChannelKind, Template, Trigger
from regulars.messages.put import Put
from regulars.messages.ready_made import make_template
from regulars.messages.send import send_prepared
from regulars.messages.templates import find_template
from regulars.messages.terms import load_terms
from regulars.messages.values import load_shop, write_date, zone_of
from regulars.platform.rows import fetch

TEMPLATE = "erasure_notice"
CHANNELS = (ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP)

SEEN_AGAIN = """
SELECT erasure.id FROM consents_erasure AS erasure JOIN members_member AS member ON member.id = erasure.member_id
WHERE erasure.state = 'waiting' AND erasure.asker = 'inactive' AND (
    member.joined_at >= erasure.asked_at
    OR EXISTS (SELECT FROM sales_sale WHERE member_id = member.id AND occurred_at >= erasure.asked_at)
    OR EXISTS (SELECT FROM consents_consent WHERE member_id = member.id AND recorded_at >= erasure.asked_at))
ORDER BY erasure.id LIMIT %(limit)s
"""


@transaction.atomic
def notify_unseen(erasure: Erasure, *, at: datetime) -> Put | None:
    """Put the notice down; None where nothing reaches them, or the shop has retired the template.

    It is part of the program: nobody is asked for leave to be told what becomes of their data.
    """
    row = Template.objects.filter(code=TEMPLATE).first()
    if row is None:
        make_template(TEMPLATE, at=at)
    elif row.retired_at is not None:
        return None
    member, live, shop = read_member(erasure.member_id), find_template(TEMPLATE).live, load_shop(at=at)
    assert member is not None, "an erasure is about somebody"
    for channel in CHANNELS:
        if channel in live.channels and is_connected(channel) and address_of(member, channel)[0]:
            with days_written(load_looks().date_style):
                day = write_date(
                    erasure.due_at.astimezone(zone_of(shop)).date(), member.language or load_terms().language
                )
            return send_prepared(
                member_id=member.id,
                template=TEMPLATE,
                channel=channel,
                given={"day": day},
                trigger=Trigger.SYSTEM,
                key=f"erasure/{erasure.pk}",
                at=at,
                by=SYSTEM,
            )
    return None


def let_seen_stay(*, at: datetime, limit: int = 500) -> int:
    """Withdraw the erasures of those who were seen again since they were asked after; how many."""
    stay = 0
    for (erasure,) in fetch(SEEN_AGAIN, {"limit": limit}):
        try:
            withdraw_erasure(erasure_id=erasure, at=at, by=SYSTEM)
        except UnknownErasure:
            continue  # somebody else was quicker
        stay += 1
    return stay
