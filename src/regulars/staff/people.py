"""People of the team: known by their e-mail address, and allowed what their role allows."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.identifiers import fold_email
from regulars.core.refusals import Refusal
from regulars.staff.models import Person, PersonState, Role


class EmailTaken(Refusal):
    """Somebody of the team has this address already."""

    code = "email_taken"


class WeakPassword(Refusal):
    """The password is too short, too common, only digits, or too much like the person's name."""

    code = "weak_password"

    def __init__(self, *, why: list[str]) -> None:
        self.why = why


class UnknownPerson(Refusal):
    code = "unknown_person"


class LastOwner(Refusal):
    """A merchant keeps at least one active owner."""

    code = "last_owner"


@transaction.atomic
def create_person(
    *,
    email: str,
    role: Role | str,
    at: datetime,
    by: Actor,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
) -> Person:
    """Add a person to the team; without a password they sign in by a code or a link that is sent to them.

    Refuses: InvalidEmail, EmailTaken, WeakPassword.
    """
    email, role = fold_email(email), Role(role)
    if Person.objects.filter(email=email).exists():
        raise EmailTaken()
    person = Person(email=email, role=role, is_staff=True, first_name=first_name, last_name=last_name)
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise WeakPassword(why=list(error.messages)) from None
    person.set_password(password)
    person.save()
    record_event(action="person.created", about="person", about_id=person.pk, facts={"role": role.value}, at=at, by=by)
    return person


@transaction.atomic
def change_role(*, person_id: int, role: Role | str, at: datetime, by: Actor) -> Person:
    """Refuses: UnknownPerson, LastOwner."""
    role, person = Role(role), _lock_person(person_id)
    if person.role != role:
        facts = {"from": person.role, "to": role.value}
        person.role = role
        person.save(update_fields=["role"])
        _keep_an_owner()
        record_event(action="person.role_changed", about="person", about_id=person.pk, facts=facts, at=at, by=by)
    return person


@transaction.atomic
def deactivate_person(*, person_id: int, at: datetime, by: Actor) -> Person:
    """Somebody leaves: no way in, and their name stays in the history. Refuses: UnknownPerson, LastOwner."""
    person = _lock_person(person_id)
    if person.is_active:
        person.is_active = False
        person.state = PersonState.INACTIVE
        person.save(update_fields=["is_active", "state"])
        _keep_an_owner()
        record_event(action="person.deactivated", about="person", about_id=person.pk, at=at, by=by)
    return person


def actor_for(person: Person) -> Actor:
    """Return how the ledger and the trail name this person."""
    return Actor(kind="staff", id=person.pk, name=str(person))


def _lock_person(person_id: int) -> Person:
    # All owners are locked too, in id order: two owners who demote each other at once leave one.
    locked = Person.objects.select_for_update(no_key=True).order_by("id")
    owners_and_person = [*locked.filter(role=Role.OWNER), *locked.filter(pk=person_id).exclude(role=Role.OWNER)]
    person = next((person for person in owners_and_person if person.pk == person_id), None)
    if person is None:
        raise UnknownPerson()
    return person


def _keep_an_owner() -> None:
    if not Person.objects.filter(role=Role.OWNER, is_active=True).exists():
        raise LastOwner()
