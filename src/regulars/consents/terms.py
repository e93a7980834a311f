"""How this shop keeps to the law it lives under: how fast it answers, how long an erasure waits, who may consent."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.consents.models import PrivacyTerms
from regulars.consents.refusals import InvalidTerms
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.identity import clean_language

BOUNDS = {
    "answer_days": (1, 90),
    "cool_off_days": (0, 90),
    "age_of_consent": (0, 21),
    "inactive_months": (6, 240),
}


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """See `PrivacyTerms` for the sense of each."""

    preset: str = ""
    answer_days: int = 30
    cool_off_days: int = 30
    age_of_consent: int = 16
    languages: tuple[str, ...] = ()
    keeps_marks: bool = False
    inactive_months: int | None = None


def load_terms() -> Terms:
    """Read the shop's terms, or those that hold until it has some."""
    row = PrivacyTerms.objects.first()
    if row is None:
        return Terms()
    return Terms(
        preset=row.preset,
        answer_days=row.answer_days,
        cool_off_days=row.cool_off_days,
        age_of_consent=row.age_of_consent,
        languages=tuple(row.languages),
        keeps_marks=row.keeps_marks,
        inactive_months=row.inactive_months,
    )


@transaction.atomic
def change_terms(terms: Terms, *, at: datetime, by: Actor) -> None:
    """Let these terms hold from now on; erasures that wait keep their day. Refuses: InvalidTerms."""
    wanted = {**msgspec.structs.asdict(terms), "languages": _languages(terms.languages)}
    for field, (least, most) in BOUNDS.items():
        if wanted[field] is not None and not least <= wanted[field] <= most:
            raise InvalidTerms(field=field)
    PrivacyTerms.objects.get_or_create(pk=1)
    row = PrivacyTerms.objects.select_for_update().get(pk=1)
    before = {name: getattr(row, name) for name in wanted}
    changed = {name: [before[name], value] for name, value in wanted.items() if before[name] != value}
    if not changed:
        return
    for name in changed:
        setattr(row, name, wanted[name])
    row.save(update_fields=list(changed))
    record_event(action="privacy.terms_changed", about="privacy", about_id=1, facts={"changed": changed}, at=at, by=by)


def _languages(given: Sequence[str]) -> list[str]:
    try:
        return list(dict.fromkeys(language for each in given if (language := clean_language(each))))
    except Refusal:
        raise InvalidTerms(field="languages") from None
