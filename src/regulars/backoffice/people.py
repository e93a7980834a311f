"""A person of the team as the pages show them: who, what they may and through what, and where."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Max, Q, QuerySet
from django.http import Http404

from regulars.backoffice.office import Office
from regulars.backoffice.rights_words import FEATURE_WORDS
from regulars.staff.actors import name_actors
from regulars.staff.models import Grant, Person, SignIn
from regulars.staff.rights import Right, rights_of
from regulars.stores.models import Store

AT_MOST_STORES = 6


class ShownGrant(msgspec.Struct, frozen=True, kw_only=True):
    """`origin` is whom it was passed on from, `given_by` who gave it or added the person."""

    id: int
    feature: str
    level: str
    is_inherited: bool
    stores: str
    given_by: str
    given_at: Any
    origin: str
    reaches: int


def people_in_reach(office: Office) -> QuerySet[Person]:
    """Everybody who works somewhere this person does, and themselves."""
    reach = office.reach_for(Right.SEE_PEOPLE)
    people = Person.objects.all()
    if reach.everything:
        return people
    here = Person.stores.through.objects.filter(store_id__in=reach.stores).values("person_id")
    return people.filter(Q(all_stores=True) | Q(pk__in=here) | Q(pk=office.person.pk))


def person_or_404(office: Office, person_id: int) -> Person:
    """Somebody in reach; for others there is no such person."""
    person = people_in_reach(office).select_related("added_by").filter(pk=person_id).first()
    if person is None:
        raise Http404
    return person


def may_decide_over(office: Office, person: Person) -> bool:
    """Tell whether the person who looks may change this one: they hold at least as much, and it is not themselves."""
    if not office.can(Right.CHANGE_PEOPLE) or person.pk == office.person.pk:
        return False
    shadow = Person(pk=person.pk, role=person.role, is_superuser=person.is_superuser, all_stores=person.all_stores)
    return rights_of(shadow) <= rights_of(office.person)


def last_seen(people: Sequence[Person]) -> dict[int, datetime]:
    """When each of them was last seen in a browser, or signed in; one statement."""
    rows = SignIn.objects.filter(person__in=[each.pk for each in people]).values_list("person_id")
    seen: dict[int, datetime] = dict(rows.annotate(seen=Max("seen_at")))
    for each in people:
        if each.last_login is not None:
            seen[each.pk] = max(seen.get(each.pk, each.last_login), each.last_login)
    return seen


def say_stores(people: Sequence[Person]) -> dict[int, str]:
    """Where each of them works: a few stores by code, or how many; empty is all. One statement."""
    worked: dict[int, list[str]] = {}
    rows = Person.stores.through.objects.filter(person__in=[each.pk for each in people if not each.all_stores])
    for person_id, code in rows.order_by("store__code").values_list("person_id", "store__code"):
        worked.setdefault(person_id, []).append(code)
    return {person.pk: "" if person.all_stores else say_codes(worked.get(person.pk, [])) for person in people}


def say_codes(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:AT_MOST_STORES]) or "-"
    return f"{shown} + {len(codes) - AT_MOST_STORES}" if len(codes) > AT_MOST_STORES else shown


def grants_of(person: Person) -> list[ShownGrant]:
    """What they hold beyond their role, and where it comes from."""
    rows = list(Grant.objects.filter(person=person).select_related("source__person").order_by("id"))
    names = name_actors({grant.given_by for grant in rows})
    ids = {pk for grant in rows for pk in grant.stores or ()}
    codes = dict(Store.objects.filter(pk__in=ids).values_list("pk", "code"))
    return [
        ShownGrant(
            id=grant.pk,
            feature=str(FEATURE_WORDS.get(grant.feature, grant.feature)),
            level=grant.level,
            is_inherited=grant.is_inherited,
            stores="" if grant.stores is None else say_codes(sorted(codes[pk] for pk in grant.stores if pk in codes)),
            given_by=names.get(grant.given_by, grant.given_by),
            given_at=grant.given_at,
            origin=str(grant.source.person) if grant.source else "",
            reaches=count_through(grant),
        )
        for grant in rows
    ]


def count_through(grant: Grant) -> int:
    """How many people have it through this grant, one by the other."""
    found, count = [grant.pk], 0
    while found := list(Grant.objects.filter(source__in=found).values_list("pk", flat=True)):
        count += len(found)
    return count
