"""What a shop keeps to when it writes to members: quiet hours, how often, in which language."""

from datetime import datetime, time, tzinfo

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.messages.deciding import Limits
from regulars.core.messages.timing import QuietHours
from regulars.members.identity import UnknownLanguage, clean_language
from regulars.messages.models import SendingTerms
from regulars.messages.refusals import InvalidSendingTerms

BOUNDS = {"most": (1, 100), "days": (1, 365)}


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds until the shop says something else: nights are quiet, and four messages a week are enough."""

    quiet_from: time | None = time(21)
    quiet_until: time | None = time(8)
    most: int | None = 4
    days: int = 7
    only_verified: bool = False
    language: str = "en"

    def limits(self, zone: tzinfo) -> Limits:
        """The same as the decision asks for it."""
        quiet = None
        if self.quiet_from is not None and self.quiet_until is not None:
            quiet = QuietHours(self.quiet_from, self.quiet_until)
        return Limits(zone=zone, quiet=quiet, most=self.most, days=self.days, only_verified=self.only_verified)


def load_terms() -> Terms:
    row = SendingTerms.objects.first()
    return Terms() if row is None else Terms(**{name: getattr(row, name) for name in Terms.__struct_fields__})


@transaction.atomic
def change_terms(terms: Terms, *, at: datetime, by: Actor) -> None:
    """Let these terms hold from now on, also for what waits. Refuses: InvalidSendingTerms."""
    wanted = {**msgspec.structs.asdict(terms), "language": _clean(terms.language)}
    if (terms.quiet_from is None) != (terms.quiet_until is None) or (
        terms.quiet_from is not None and terms.quiet_from == terms.quiet_until
    ):
        raise InvalidSendingTerms(field="quiet_from")
    for field, (least, most) in BOUNDS.items():
        if wanted[field] is not None and not least <= wanted[field] <= most:
            raise InvalidSendingTerms(field=field)
    row = lock_terms()
    changed = {
        name: [str(getattr(row, name)), str(value)] for name, value in wanted.items() if getattr(row, name) != value
    }
    if changed:
        SendingTerms.objects.filter(pk=1).update(**wanted)
        record_event(
            action="messages.terms_changed", about="messages", about_id=1, facts={"changed": changed}, at=at, by=by
        )


def lock_terms() -> SendingTerms:
    """Return the shop's one row, locked until the transaction ends."""
    SendingTerms.objects.get_or_create(pk=1, defaults=msgspec.structs.asdict(Terms()))
    return SendingTerms.objects.select_for_update().get(pk=1)


def _clean(language: str) -> str:
    try:
        found = clean_language(language)
    except UnknownLanguage:
        found = ""
    if not found:
        raise InvalidSendingTerms(field="language")
    return found
