"""Messages that were put down leave, as the worker would send them."""

from django.utils import timezone

from regulars.messages.deliver import send_due
from regulars.messages.models import ChannelKind


def post_letters() -> None:
    """Send what is due over every channel."""
    for kind in ChannelKind.values:
        while send_due(kind, now=timezone.now).taken:
            pass
