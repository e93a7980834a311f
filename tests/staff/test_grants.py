"""Beyond a role: features to view or edit, passed on to those one adds, and never more than one holds."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.staff.giving import MoreThanYouHold
from regulars.staff.grants import InvalidGrant, UnknownGrant, give_grant, take_grant
from regulars.staff.keys import create_key
from regulars.staff.models import ApiKey, Grant, Person
from regulars.staff.people import actor_for, change_role, change_stores, create_person
from regulars.staff.reach import reach_of
from regulars.staff.rights import Right, can
from regulars.stores.models import Store
from tests.shop import NOON, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores() -> dict[str, int]:
    a_shop(stores=("330", "340", "350"))
    return {store.code: store.pk for store in Store.objects.all()}


def add(name: str, *, role: str = "cashier", by: Person | None = None, stores: list[int] | None = None) -> Person:
    giver = actor_for(by) if by else SYSTEM
    pk = create_person(email=f"{name}@example.com", role=role, first_name=name, stores=stores, at=NOON, by=giver).pk
    return again(pk)


def again(person: Person | int) -> Person:
    return Person.objects.get(pk=person if isinstance(person, int) else person.pk)


def give(person: Person, feature: str, level: str, *, by: Person | None = None, **more: object) -> Grant:
    giver = actor_for(by) if by else SYSTEM
    return give_grant(person_id=person.pk, feature=feature, level=level, at=NOON, by=giver, **more)  # type: ignore[arg-type]


def held(person: Person) -> list[tuple[str, str, bool]]:
    return [(each.feature, each.level, each.is_inherited) for each in person.grants.order_by("id")]


def test_views_that_say_so_are_passed_on_down_the_line_and_edits_never(stores):
    ann = add("ann")
    give(ann, "people", "edit")
    give(ann, "reports", "view", inherits=True)
    give(ann, "rewards", "edit")

    bob = add("bob", by=ann)
    give(bob, "people", "edit")
    cem = add("cem", by=bob)

    assert held(bob) == [("reports", "view", True), ("people", "edit", False)]
    assert held(cem) == [("reports", "view", True)]
    assert can(cem, Right.SEE_DASHBOARD)
    origin = cem.grants.get().source
    assert origin is not None
    assert (origin.person_id, origin.source.person_id, cem.grants.get().given_by) == (
        bob.pk,
        ann.pk,
        actor_for(bob).tag,
    )


def test_what_is_passed_on_stays_within_the_stores_of_both(stores):
    ann = add("ann", stores=[stores["330"], stores["340"]])
    give(ann, "people", "edit")
    give(ann, "activity", "view", inherits=True, stores=[stores["330"], stores["340"]])

    bob = add("bob", by=ann, stores=[stores["340"]])

    assert bob.grants.get().stores == [stores["340"]]
    assert reach_of(bob, Right.SEE_ACTIVITY).stores == {stores["340"]}


def test_a_later_loss_does_not_cascade_unless_asked(stores):
    ann = add("ann")
    give(ann, "people", "edit")
    grant = give(ann, "reports", "view", inherits=True)
    bob = add("bob", by=ann)

    assert take_grant(grant_id=grant.pk, cascades=False, at=NOON, by=SYSTEM) == 1
    assert not can(again(ann), Right.SEE_DASHBOARD)
    assert can(again(bob), Right.SEE_DASHBOARD)


def test_when_asked_it_is_taken_from_everybody_who_has_it_through_it(stores):
    ann = add("ann")
    give(ann, "people", "edit")
    grant = give(ann, "reports", "view", inherits=True)
    bob = add("bob", by=ann)
    give(bob, "people", "edit")
    cem = add("cem", by=bob)

    assert take_grant(grant_id=grant.pk, cascades=True, at=NOON, by=SYSTEM) == 3
    assert [can(again(each), Right.SEE_DASHBOARD) for each in (ann, bob, cem)] == [False] * 3
    assert Event.objects.filter(action="grant.taken").count() == 3
    with pytest.raises(UnknownGrant):
        take_grant(grant_id=grant.pk, cascades=True, at=NOON, by=SYSTEM)


def test_nobody_gives_what_they_do_not_hold(stores):
    ann = add("ann", stores=[stores["330"]])
    give(ann, "people", "edit")
    bob = add("bob", by=ann, stores=[stores["330"]])
    before = (Person.objects.count(), Grant.objects.count(), Event.objects.count())

    for attempt in (
        lambda: add("eve", role="manager", by=ann, stores=[stores["330"]]),  # a role with more rights
        lambda: add("eve", by=ann, stores=[stores["340"]]),  # another store
        lambda: add("eve", by=ann),  # all stores
        lambda: change_role(person_id=bob.pk, role="owner", at=NOON, by=actor_for(ann)),
        lambda: change_role(person_id=ann.pk, role="owner", at=NOON, by=actor_for(ann)),
        lambda: change_stores(person_id=bob.pk, stores=None, at=NOON, by=actor_for(ann)),
        lambda: change_stores(person_id=ann.pk, stores=[stores["340"]], at=NOON, by=actor_for(ann)),
        lambda: give(bob, "reports", "view", by=ann),
        lambda: give(ann, "keys", "edit", by=ann),
    ):
        with pytest.raises(MoreThanYouHold):
            attempt()
    assert (Person.objects.count(), Grant.objects.count(), Event.objects.count()) == before


def test_nobody_decides_over_somebody_who_holds_more(stores):
    ann = add("ann")
    give(ann, "people", "edit")
    zoe = add("zoe", role="owner")

    with pytest.raises(MoreThanYouHold):
        change_role(person_id=zoe.pk, role="cashier", at=NOON, by=actor_for(ann))
    assert again(zoe).role == "owner"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"feature": "moon"}, "feature"),
        ({"level": "own"}, "level"),
        ({"feature": "keys", "level": "view"}, "level"),  # there is nothing to view in it alone
        ({"level": "edit", "inherits": True}, "inherits"),
        ({"stores": []}, "stores"),
        ({"stores": [2**40]}, "stores"),
    ],
)
def test_a_grant_that_means_nothing_is_refused(stores, wrong, field):
    ann = add("ann")

    with pytest.raises(InvalidGrant) as refused:
        give(ann, **({"feature": "sales", "level": "view"} | wrong))

    assert refused.value.field == field
    assert not Grant.objects.exists()


def test_giving_it_again_says_anew_what_it_is(stores):
    ann = add("ann")
    give(ann, "reports", "view", inherits=True)
    give(ann, "reports", "view", stores=[stores["330"]])

    grant = ann.grants.get()
    assert (grant.is_inherited, grant.stores) == (False, [stores["330"]])


def test_a_key_reaches_no_further_than_whoever_makes_it(stores):
    ann = add("ann", stores=[stores["330"]])
    here, there = Store.objects.get(code="330"), Store.objects.get(code="340")

    for store in (there, None):
        with pytest.raises(MoreThanYouHold):
            create_key(name="Till", scopes=["sales:write"], store=store, at=NOON, by=actor_for(ann))
    create_key(name="Till", scopes=["sales:write"], store=here, at=NOON, by=actor_for(ann))

    assert ApiKey.objects.get().store == here
