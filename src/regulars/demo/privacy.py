"""What the demo's shop asks its members about their data, and what some of them have said."""

from datetime import datetime

from regulars.consents.models import Policy, Source
from regulars.consents.policies import NewText, publish_version
from regulars.consents.presets import POLICY, apply_preset
from regulars.consents.record import NewConsent, record_consents
from regulars.core.actor import SYSTEM
from regulars.members.models import Member

AT_ONCE = 1_000
NOTICE = """We keep your name, how to reach you, and what you buy, to run the program that you have joined.

We write to you about offers only if you said yes, and you can say no again at any time, at the counter or by answering
a message.

You can ask for everything that we know about you, and for all of it to go. Our books then keep the sales
without your name."""


def ask_about_privacy(*, at: datetime) -> int:
    """Ask what the GDPR preset asks, and note answers; how many there are. Once: what is there is left as it is."""
    if Policy.objects.filter(code=POLICY).exists():
        return 0
    apply_preset("gdpr", at=at, by=SYSTEM)
    text = NewText(language="en", title="Privacy notice", body=NOTICE)
    publish_version(policy=POLICY, texts=[text], at=at, by=SYSTEM)
    joined = list(Member.objects.exclude(joined_at=None).order_by("id").values_list("id", flat=True))
    said = [answer for place, member_id in enumerate(joined) for answer in _answers(place, member_id)]
    for first in range(0, len(said), AT_ONCE):
        record_consents(said[first : first + AT_ONCE], at=at, by=SYSTEM)
    return len(said)


def _answers(place: int, member_id: int) -> list[NewConsent]:
    """Of three members one says yes to offers, every other of those not by SMS; one says no; one was not asked."""

    def answer(is_given: bool, channel: str = "") -> NewConsent:
        return NewConsent(
            member_id=member_id, purpose="marketing", is_given=is_given, channel=channel, source=Source.COUNTER
        )

    match place % 6:
        case 0:
            return [answer(True)]
        case 3:
            return [answer(True), answer(False, "sms")]
        case 1 | 4:
            return [answer(False)]
        case _:
            return []
