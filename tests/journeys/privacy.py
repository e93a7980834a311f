"""What the shop asks about people's data: a law's purposes, a notice in two versions, decisions, a hold, erasures."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from regulars.care.erase import erase_due
from regulars.care.erasures import ask_erasure
from regulars.care.holds import place_hold
from regulars.consents.models import Asker, Erasure, Source
from regulars.consents.policies import NewText, publish_version
from regulars.consents.presets import POLICY, apply_preset
from regulars.consents.record import NewConsent, record_consents
from regulars.consents.terms import change_terms, load_terms
from regulars.core.actor import SYSTEM

NOTICE = "We keep your name, what you buy and what you have collected.\n\nYou can ask for all of it, and for it to go."


def ask_about_privacy(members: Sequence[int], *, opened: datetime, now: datetime) -> dict[str, int]:
    """Begin with the GDPR, hear what three members say, and let the last two of them go; the numbers of what pages are
    about.
    """
    apply_preset("gdpr", at=opened, by=SYSTEM)
    texts = [NewText(language="en", title="Privacy notice", body=NOTICE)]
    publish_version(policy=POLICY, texts=texts, at=opened, by=SYSTEM)
    said = [
        (members[0], "marketing", "", True, opened + timedelta(days=1)),
        (members[0], "marketing", "sms", False, now - timedelta(days=2)),
        (members[0], "personal", "", True, now - timedelta(days=2)),
        (members[1], "marketing", "", False, now - timedelta(days=3)),
    ]
    new = [
        NewConsent(
            member_id=member, purpose=purpose, channel=channel, is_given=is_given, source=Source.COUNTER, given_at=at
        )
        for member, purpose, channel, is_given, at in said
    ]
    record_consents(new, at=now, by=SYSTEM)
    more = [NewText(language="vi", title="Thông báo về quyền riêng tư", body="Chúng tôi lưu tên và hoá đơn của bạn.")]
    version = publish_version(policy=POLICY, texts=[*texts, *more], at=now, by=SYSTEM)
    gone, waiting = members[-1], members[-2]
    place_hold(member_id=waiting, reason="Tax audit of 2025", at=now, by=SYSTEM)
    change_terms(replace(load_terms(), cool_off_days=0), at=now, by=SYSTEM)
    for member in (gone, waiting):
        ask_erasure(member_id=member, asker=Asker.MEMBER, at=now - timedelta(days=1), by=SYSTEM)
    assert list(erase_due(at=now)) == ["done", "blocked"]
    change_terms(replace(load_terms(), cool_off_days=30), at=now, by=SYSTEM)
    return {
        "policy_version": version.pk,
        "erased": gone,
        "going": waiting,
        "certificate": Erasure.objects.get(member_id=gone).pk,
        "erasure": Erasure.objects.get(member_id=waiting).pk,
    }
