"""A shop that writes to its members."""

from datetime import datetime

from regulars.consents.models import Source
from regulars.consents.presets import apply_preset
from regulars.consents.record import NewConsent, record_consents
from regulars.core.actor import SYSTEM
from regulars.messages.channels import connect_channel
from regulars.messages.deliver import send_due
from regulars.messages.models import ChannelKind, Delivery
from regulars.messages.send import send_prepared
from regulars.messages.templates import WrittenText, create_template
from tests.shop import NOON, OPENED

SERVICE = WrittenText(channel="email", language="en", subject="Hello {{ first_name }}", body="You have {{ balance }}.")
SHORT = WrittenText(channel="sms", language="en", body="{{ first_name | friend }}: {{ comment | news }}")


def a_template(
    code: str = "hello", *, kind: str = "service", purpose: str = "", texts: tuple[WrittenText, ...] = (SERVICE, SHORT)
) -> int:
    return create_template(code=code, name=code.title(), kind=kind, purpose=purpose, texts=texts, at=OPENED, by=SYSTEM)


def a_marketing_template(code: str = "news", **more) -> int:
    if not _has_marketing():
        apply_preset("gdpr", at=OPENED, by=SYSTEM)
    return a_template(code, kind="purpose", purpose="marketing", **more)


def _has_marketing() -> bool:
    from regulars.consents.purposes import load_purposes

    return "marketing" in load_purposes()


def say(member: int, is_given: bool = True, *, channel: str = "", at: datetime = OPENED) -> None:
    answer = NewConsent(
        member_id=member, purpose="marketing", is_given=is_given, channel=channel, source=Source.COUNTER
    )
    record_consents([answer], at=at, by=SYSTEM)


def sinks() -> None:
    for kind in ChannelKind.values:
        connect_channel(kind=kind, address="sink:", at=OPENED, by=SYSTEM)


def send_all(*, at: datetime = NOON) -> list[Delivery]:
    """Let the worker send everything that is due; every message there is, by id."""
    for kind in ChannelKind.values:
        while send_due(kind, now=lambda: at).taken:
            pass
    return list(Delivery.objects.order_by("id"))


def send(member: int, template: str = "hello", channel: str = "email", *, at: datetime = NOON, **more):
    return send_prepared(
        member_id=member,
        template=template,
        channel=channel,
        at=at,
        by=SYSTEM,
        **({"key": f"k/{member}/{template}/{channel}/{at}"} | more),
    )
