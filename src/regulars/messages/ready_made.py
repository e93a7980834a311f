"""Templates to begin with: what most shops send, in four languages, for e-mail, SMS and WhatsApp. A shop rewrites them
as it likes; what it has changed stays as it is.
"""

from datetime import datetime

from django.db import transaction

from regulars.consents.purposes import load_purposes
from regulars.core.actor import SYSTEM, Actor
from regulars.messages.models import ChannelKind, Template, TemplateKind
from regulars.messages.ready_texts import READY, Ready
from regulars.messages.templates import WrittenText, create_template, find_template

SHORT = (ChannelKind.SMS, ChannelKind.WHATSAPP)
PLAIN = "_plain"
"""Ends the code of a ready-made template beside one of the shop's own that has been retired."""


@transaction.atomic
def make_ready_templates(*, at: datetime, by: Actor) -> int:
    """Make the ready-made templates whose codes the shop does not have; how many. One for a purpose that the shop does
    not know is left out.
    """
    known, purposes = set(Template.objects.values_list("code", flat=True)), load_purposes()
    missing = [
        (code, ready)
        for code, ready in READY.items()
        if code not in known and (not ready.purpose or ready.purpose in purposes)
    ]
    for code, ready in missing:
        _make(code, ready, at=at, by=by)
    return len(missing)


@transaction.atomic
def make_template(code: str, *, at: datetime) -> int:
    """Return the live version of a ready-made template, which is made if need be: beside the shop's own of this code
    where that cannot be used.
    """
    name = code + PLAIN if Template.objects.filter(code=code).exists() else code
    if not Template.objects.filter(code=name, retired_at=None).exists():
        Template.objects.filter(code=name).update(retired_at=None)
        if not Template.objects.filter(code=name).exists():
            _make(name, READY[code], at=at, by=SYSTEM)
    return find_template(name).live.id


def ready_texts(ready: Ready) -> list[WrittenText]:
    """Its texts as a template has them: English first, which is for everybody whose language is not there."""
    return [
        WrittenText(
            channel=channel,
            language=language,
            subject=words.subject if channel == ChannelKind.EMAIL else "",
            body=words.letter if channel == ChannelKind.EMAIL else words.short,
        )
        for channel in (ChannelKind.EMAIL, *SHORT)
        for language, words in ready.words.items()
    ]


def _make(code: str, ready: Ready, *, at: datetime, by: Actor) -> None:
    kind = TemplateKind.PURPOSE if ready.purpose else TemplateKind.CODE if ready.is_code else TemplateKind.SERVICE
    create_template(
        code=code,
        name=ready.name,
        kind=kind,
        purpose=ready.purpose,
        texts=ready_texts(ready),
        at=at,
        by=by,
    )
