"""What the shop writes to its members: ready-made templates, one changed since, messages to one and to many, one that
failed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from regulars.core.actor import SYSTEM
from regulars.core.audience import Standing
from regulars.messages.channels import connect_channel
from regulars.messages.deliver import send_due
from regulars.messages.many import send_many, work_batch
from regulars.messages.models import ChannelKind, Delivery, DeliveryState
from regulars.messages.ready_made import make_ready_templates
from regulars.messages.send import send_prepared
from regulars.messages.templates import find_template, publish_version
from regulars.messages.terms import Terms, change_terms


def write_to_members(members: Sequence[int], *, now: datetime) -> dict[str, int]:
    """Begin to write, and return the numbers of what pages are about. Everything goes into the sink."""
    at = now - timedelta(hours=2)
    change_terms(Terms(quiet_from=None, quiet_until=None), at=at, by=SYSTEM)  # whenever the tests run
    for kind in (ChannelKind.EMAIL, ChannelKind.SMS):
        connect_channel(kind=kind, address="sink:", at=at, by=SYSTEM)
    make_ready_templates(at=at, by=SYSTEM)
    welcome = find_template("welcome")
    first, *others = welcome.live.texts
    changed = msgspec.structs.replace(first, body=first.body.replace("thank you", "many thanks"))
    publish_version(welcome.id, texts=[changed, *others], at=at, by=SYSTEM)
    sent = send_prepared(member_id=members[0], template="welcome", channel="email", key="welcome-1", at=at, by=SYSTEM)
    failed = send_prepared(member_id=members[1], template="welcome", channel="sms", key="welcome-2", at=at, by=SYSTEM)
    run = send_many(
        template="news",
        channel="email",
        origin="Members",
        about=64,
        condition=Standing(any=("member",)),
        key="news-1",
        at=at,
        by=SYSTEM,
    )
    list(work_batch(run, at=at, by=SYSTEM))
    for kind in (ChannelKind.EMAIL, ChannelKind.SMS):
        while send_due(kind, now=lambda: at).taken:
            pass
    # A server that says no is not part of this shop: what it would leave behind is.
    Delivery.objects.filter(pk=failed.delivery_id).update(
        state=DeliveryState.FAILED, error="SMTPRecipientsRefused", tries=6, sent_at=None
    )
    return {"template": welcome.id, "message": sent.delivery_id, "failed": failed.delivery_id, "run": run}
