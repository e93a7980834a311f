"""The language in which a person reads the back office and gets letters."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.staff.models import Person


@transaction.atomic
def choose_language(*, person_id: int, language: str, at: datetime, by: Actor) -> Person:
    """Keep the language a person reads; "" is whatever their browser asks for. The same again changes nothing."""
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.language != language:
        person.language = language
        person.save(update_fields=["language"])
        facts = {"language": language}
        record_event(action="person.language_chosen", about="person", about_id=person_id, facts=facts, at=at, by=by)
    return person
