"""Where a person is signed in: each browser is listed, and can be signed out from anywhere."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.staff.models import SignIn

SEEN_EVERY = timedelta(minutes=1)


def note_sign_in(*, person_id: int, session_key: str, address: str | None, device: str, at: datetime) -> None:
    """Remember that this browser was seen; written at most once a minute by whoever calls it no more often."""
    seen = {"person_id": person_id, "seen_at": at, "address": address, "device": device[:200]}
    SignIn.objects.update_or_create(session_key=session_key, defaults=seen, create_defaults=seen | {"began_at": at})


def list_sign_ins(person_id: int, *, at: datetime) -> Sequence[SignIn]:
    """The browsers in which this person is signed in now, the last seen first."""
    live = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(SignIn.objects.filter(person_id=person_id, session_key__in=live).order_by("-seen_at")[:100])


@transaction.atomic
def end_sign_ins(
    *, person_id: int, at: datetime, by: Actor, only: int | None = None, besides: str | None = None
) -> int:
    """Sign a person out: everywhere, in `only` one browser, or everywhere but where the session is `besides`."""
    rows = SignIn.objects.filter(person_id=person_id)
    if only is not None:
        rows = rows.filter(pk=only)
    if besides is not None:
        rows = rows.exclude(session_key=besides)
    keys = list(rows.select_for_update().order_by("id").values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(session_key__in=keys).delete()
    if keys:
        facts = {"browsers": len(keys)}
        record_event(action="person.signed_out", about="person", about_id=person_id, facts=facts, at=at, by=by)
    return len(keys)


def forget_ended_sign_ins(*, at: datetime, limit: int = 5_000) -> int:
    """Drop the traces of browsers whose session is over; how many there were."""
    live = Session.objects.filter(expire_date__gt=at).values("session_key")
    over = list(SignIn.objects.exclude(session_key__in=live).order_by("id").values_list("pk", flat=True)[:limit])
    return SignIn.objects.filter(pk__in=over).delete()[0]
