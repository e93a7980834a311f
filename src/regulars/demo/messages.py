"""The demo's shop writes to its members, and nobody is reached: every channel is a sink, where what was sent can be
read. It has the ready-made templates, and has sent a few of them.
"""

from datetime import datetime

from regulars.core.actor import SYSTEM
from regulars.members.models import Member
from regulars.messages.channels import connect_channel
from regulars.messages.deliver import send_due
from regulars.messages.models import ChannelKind, SendingTerms, Template
from regulars.messages.ready_made import make_ready_templates
from regulars.messages.send import send_prepared

SINKS = (ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP)
LAST = 12
"""So many of the newest members are written to."""

SENT: tuple[tuple[str, ChannelKind, str], ...] = (
    ("welcome", ChannelKind.EMAIL, ""),
    ("news", ChannelKind.EMAIL, "On Saturday the bakery opens at seven, with coffee for everybody."),
    ("news", ChannelKind.SMS, "Coffee for everybody on Saturday from seven."),
    ("expires_soon", ChannelKind.WHATSAPP, ""),
    ("points_adjusted", ChannelKind.EMAIL, "Thank you for telling us about the broken scale."),
)


def write_to_members(*, at: datetime) -> int:
    """Connect the sinks, make the templates, and send some messages; how many were put down. Once: a shop that has
    templates is left as it is.
    """
    if Template.objects.exists() or SendingTerms.objects.exists():
        return 0
    for kind in SINKS:
        connect_channel(kind=kind, address="sink:", at=at, by=SYSTEM)
    make_ready_templates(at=at, by=SYSTEM)
    members = Member.objects.exclude(joined_at=None).filter(left_at=None).order_by("-id")
    put = 0
    for member in members.values_list("pk", flat=True)[:LAST]:
        for place, (template, channel, comment) in enumerate(SENT):
            send_prepared(
                member_id=member,
                template=template,
                channel=channel,
                comment=comment,
                given={"change": "+50 points"} if template == "points_adjusted" else None,
                key=f"demo/{member}/{place}",
                at=at,
                by=SYSTEM,
            )
            put += 1
    for channel in SINKS:
        while send_due(channel, now=lambda: at).taken:
            pass
    return put
