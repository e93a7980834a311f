"""Who can let somebody do something at the counter: people who may approve, in that store, and who have a PIN."""

from django.db.models import Q

from regulars.staff.approvals import Ask, may_approve
from regulars.staff.models import GrantLevel, Need, OwnRole, Person
from regulars.staff.rights import RIGHTS, Right

AT_MOST = 100


def approvers_for(ask: Ask, *, person: Person, need: str) -> list[Person]:
    """In the order of their names; a second person is never the one who asks."""
    roles = [role for role, rights in RIGHTS.items() if Right.APPROVE in rights]
    own = OwnRole.objects.filter(rights__contains=[Right.APPROVE.value]).values("code")
    by_grant = Q(grants__feature="approvals", grants__level=GrantLevel.EDIT)
    people = Person.objects.filter(Q(role__in=roles) | Q(role__in=own) | by_grant, is_active=True, pin__isnull=False)
    if need == Need.SECOND:
        people = people.exclude(pk=person.pk)
    found = people.order_by("first_name", "last_name", "id").distinct()[:AT_MOST]
    return [each for each in found if may_approve(each, store_id=ask.store_id)]
