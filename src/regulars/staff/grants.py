"""A feature that one person may see or change beyond their role; views can be passed on to those they add."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.granting import GrantTerms, passed_on
from regulars.core.refusals import Refusal
from regulars.staff.features import FEATURES
from regulars.staff.giving import check_over, check_rights, check_stores
from regulars.staff.models import Grant, GrantLevel, Person
from regulars.staff.reach import Reach, reach_of
from regulars.stores.models import Store


class InvalidGrant(Refusal):
    """A grant names a feature there is, to view or to edit, and at least one store or all; only views are passed on."""

    code = "invalid_grant"

    def __init__(self, *, field: str) -> None:
        self.field = field


class UnknownGrant(Refusal):
    code = "unknown_grant"


@transaction.atomic
def give_grant(
    *,
    person_id: int,
    feature: str,
    level: str,
    at: datetime,
    by: Actor,
    inherits: bool = False,
    stores: Collection[int] | None = None,
) -> Grant:
    """Let a person view or edit a feature, in these stores or wherever they work.

    The same feature and level again replaces what was said before. Refuses: InvalidGrant, MoreThanYouHold.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    wanted = None if stores is None else frozenset(stores)
    _check(feature=feature, level=level, inherits=inherits, stores=wanted)
    check_over(by, person)
    rights = FEATURES[feature].rights(level)
    check_rights(by, rights)
    for right in rights:
        check_stores(by, _where(wanted, reach_of(person)), right=right)
    terms = {
        "is_inherited": inherits,
        "stores": None if wanted is None else sorted(wanted),
        "given_by": by.tag,
        "given_at": at,
        "source": None,
    }
    grant, _ = Grant.objects.update_or_create(person=person, feature=feature, level=level, defaults=terms)
    _tell("given", grant, at=at, by=by)
    return grant


@transaction.atomic
def take_grant(*, grant_id: int, cascades: bool, at: datetime, by: Actor) -> int:
    """Take a grant back; with `cascades`, from everybody too who has it through this one. Returns how many went.

    Refuses: UnknownGrant, MoreThanYouHold.
    """
    grant = Grant.objects.select_related("person").filter(pk=grant_id).first()
    if grant is None:
        raise UnknownGrant()
    check_over(by, grant.person)
    gone = [grant]
    if cascades:
        found = [grant]
        while found := list(Grant.objects.filter(source__in=found).order_by("id")):
            gone += found
    for each in gone:
        _tell("taken", each, at=at, by=by)
    Grant.objects.filter(pk__in=[each.pk for each in gone]).delete()
    return len(gone)


def pass_on(giver: Person, *, to: Person, at: datetime, by: Actor) -> list[Grant]:
    """Give somebody who is added what the giver's grants pass on."""
    held = list(Grant.objects.filter(person=giver).order_by("id"))
    reach = reach_of(to)
    terms = passed_on(
        [(grant.pk, _terms(grant)) for grant in held], works_in=None if reach.everything else reach.stores
    )
    received = Grant.objects.bulk_create(
        Grant(
            person=to,
            feature=each.feature,
            level=each.level,
            is_inherited=each.inherits,
            stores=None if each.stores is None else sorted(each.stores),
            given_by=by.tag,
            given_at=at,
            source_id=each.source,
        )
        for each in terms
    )
    for grant in received:
        _tell("passed_on", grant, at=at, by=by)
    return received


def _terms(grant: Grant) -> GrantTerms:
    return GrantTerms(
        feature=grant.feature,
        level="edit" if grant.level == GrantLevel.EDIT else "view",
        inherits=grant.is_inherited,
        stores=None if grant.stores is None else frozenset(grant.stores),
    )


def _where(stores: frozenset[int] | None, reach: Reach) -> frozenset[int] | None:
    """Where a grant would hold for somebody of this reach."""
    if reach.everything:
        return stores
    return reach.stores if stores is None else stores & reach.stores


def _check(*, feature: str, level: str, inherits: bool, stores: frozenset[int] | None) -> None:
    if feature not in FEATURES:
        raise InvalidGrant(field="feature")
    if level not in GrantLevel.values or not FEATURES[feature].rights(level):
        raise InvalidGrant(field="level")
    if inherits and level != GrantLevel.VIEW:
        raise InvalidGrant(field="inherits")
    if stores is not None and (not stores or Store.objects.filter(pk__in=stores).count() != len(stores)):
        raise InvalidGrant(field="stores")


def _tell(deed: str, grant: Grant, *, at: datetime, by: Actor) -> None:
    facts: dict[str, Any] = {"feature": grant.feature, "level": grant.level, "inherits": grant.is_inherited}
    if grant.stores is not None:
        codes = Store.objects.filter(pk__in=grant.stores).order_by("code").values_list("code", flat=True)
        facts["stores"] = list(codes)
    record_event(action=f"grant.{deed}", about="person", about_id=grant.person_id, facts=facts, at=at, by=by)
