"""People of the team: known by their e-mail, allowed what their role and their grants allow, in their stores."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.identifiers import fold_email
from regulars.core.refusals import Refusal
from regulars.staff.giving import check_over, check_rights, check_stores, giver_of
from regulars.staff.grants import pass_on
from regulars.staff.models import Person, Role
from regulars.staff.roles import rights_in
from regulars.stores.models import Store


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


class UnknownStores(Refusal):
    """One of these stores is not there any more."""

    code = "unknown_stores"


class LastOwner(Refusal):
    """A merchant keeps at least one active owner."""

    code = "last_owner"


@transaction.atomic
def create_person(
    *,
    email: str,
    role: str,
    at: datetime,
    by: Actor,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    stores: Collection[int] | None = None,
) -> Person:
    """Add a person to the team, for these stores or for all; without a password they set one by a link.

    They receive what the grants of whoever adds them pass on, and never more than that person holds.
    Refuses: InvalidEmail, EmailTaken, WeakPassword, UnknownRole, UnknownStores, MoreThanYouHold.
    """
    email = fold_email(email)
    check_rights(by, rights_in(role))
    works_in = None if stores is None else frozenset(stores)
    check_stores(by, works_in)
    if Person.objects.filter(email=email).exists():
        raise EmailTaken()
    person = Person(email=email, role=role, is_staff=True, first_name=first_name, last_name=last_name)
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise WeakPassword(why=list(error.messages)) from None
    person.set_password(password)
    giver = giver_of(by)
    person.added_by, person.all_stores = giver, works_in is None
    person.save()
    if works_in is not None:
        _put_in(person, works_in)
    facts = {"role": role, "stores": _said(works_in)}
    record_event(action="person.created", about="person", about_id=person.pk, facts=facts, at=at, by=by)
    if giver is not None:
        pass_on(giver, to=person, at=at, by=by)
    return person


@transaction.atomic
def change_role(*, person_id: int, role: str, at: datetime, by: Actor) -> Person:
    """Refuses: UnknownPerson, UnknownRole, LastOwner, MoreThanYouHold."""
    person, rights = lock_person_row(person_id), rights_in(role)
    if person.role != role:
        check_over(by, person)
        check_rights(by, rights)
        facts = {"from": person.role, "to": role}
        person.role = role
        person.save(update_fields=["role"])
        if facts["from"] == Role.OWNER:
            keep_an_owner()
        record_event(action="person.role_changed", about="person", about_id=person.pk, facts=facts, at=at, by=by)
    return person


@transaction.atomic
def change_stores(*, person_id: int, stores: Collection[int] | None, at: datetime, by: Actor) -> Person:
    """Let a person work in these stores, or in all. Refuses: UnknownPerson, UnknownStores, MoreThanYouHold."""
    person, works_in = lock_person_row(person_id), None if stores is None else frozenset(stores)
    before = None if person.all_stores else frozenset(person.stores.values_list("pk", flat=True))
    if works_in != before:
        check_over(by, person)
        check_stores(by, works_in)
        person.all_stores = works_in is None
        person.save(update_fields=["all_stores"])
        _put_in(person, works_in or frozenset())
        facts = {"from": _said(before), "to": _said(works_in)}
        record_event(action="person.stores_changed", about="person", about_id=person.pk, facts=facts, at=at, by=by)
    return person


@transaction.atomic
def rename_person(*, person_id: int, first_name: str, last_name: str, at: datetime, by: Actor) -> Person:
    """Refuses: UnknownPerson, MoreThanYouHold."""
    person = lock_person_row(person_id)
    if (person.first_name, person.last_name) != (first_name, last_name):
        check_over(by, person)
        person.first_name, person.last_name = first_name, last_name
        person.save(update_fields=["first_name", "last_name"])
        record_event(action="person.renamed", about="person", about_id=person.pk, at=at, by=by)
    return person


def actor_for(person: Person) -> Actor:
    """Return how the ledger and the trail name this person."""
    return Actor(kind="staff", id=person.pk, name=str(person))


def lock_person_row(person_id: int) -> Person:
    """Refuses: UnknownPerson."""
    # All owners are locked too, in id order: two owners who demote each other at once leave one.
    locked = Person.objects.select_for_update(no_key=True).order_by("id")
    owners_and_person = [*locked.filter(role=Role.OWNER), *locked.filter(pk=person_id).exclude(role=Role.OWNER)]
    person = next((person for person in owners_and_person if person.pk == person_id), None)
    if person is None:
        raise UnknownPerson()
    return person


def keep_an_owner() -> None:
    """Refuses: LastOwner."""
    if not Person.objects.filter(role=Role.OWNER, is_active=True).exists():
        raise LastOwner()


def _put_in(person: Person, stores: frozenset[int]) -> None:
    if Store.objects.filter(pk__in=stores).count() != len(stores):
        raise UnknownStores()
    person.stores.set(sorted(stores))


def _said(stores: frozenset[int] | None) -> list[str] | str:
    """Where somebody works, in the stores' codes."""
    if stores is None:
        return "all"
    return list(Store.objects.filter(pk__in=stores).order_by("code").values_list("code", flat=True))
