"""A shop that asks its members what the GDPR preset asks."""

from datetime import datetime

from regulars.consents.contact import look_up_permissions
from regulars.consents.models import Source
from regulars.consents.policies import NewText, publish_version
from regulars.consents.presets import POLICY, apply_preset
from regulars.consents.record import NewConsent, Noted, record_consent
from regulars.core.actor import SYSTEM, Actor
from tests.shop import NOON, OPENED, a_shop

CLERK = Actor(kind="staff", id=7)


def a_careful_shop(preset: str = "gdpr") -> None:
    """A shop with this law's purposes, and a notice in English and Vietnamese since it opened."""
    a_shop()
    apply_preset(preset, at=OPENED, by=SYSTEM)
    a_notice(at=OPENED)


def a_notice(*, at: datetime, body: str = "We keep what you buy.") -> int:
    texts = [
        NewText(language="en", title="Privacy notice", body=body),
        NewText(language="vi", title="Thông báo", body=f"vi: {body}"),
    ]
    return publish_version(policy=POLICY, texts=texts, at=at, by=SYSTEM).pk


def may_contact(member_id: int, *, purpose: str, channel: str) -> bool:
    return look_up_permissions([member_id], purpose=purpose, channel=channel)[member_id].is_allowed


def say(
    member_id: int, is_given: bool, purpose: str = "marketing", channel: str = "", at: datetime = NOON, **given: object
) -> Noted:
    new = NewConsent(
        member_id=member_id,
        purpose=purpose,
        channel=channel,
        is_given=is_given,
        source=Source.COUNTER,
        **given,  # type: ignore[arg-type]
    )
    return record_consent(new, at=at, by=CLERK)
