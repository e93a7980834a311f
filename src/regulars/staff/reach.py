"""Where a person's rights hold: in all stores, or in the ones they work in and nowhere else."""

import msgspec
from django.db.models import Model, Q, QuerySet

from regulars.staff.features import Right
from regulars.staff.held import held_by
from regulars.staff.models import Person
from regulars.staff.rights import RIGHTS


class Reach(msgspec.Struct, frozen=True):
    """`everything`, or these stores by id. What belongs to no store is within everybody's reach."""

    everything: bool
    stores: frozenset[int] = frozenset()

    def covers(self, store_id: int | None) -> bool:
        return self.everything or store_id is None or store_id in self.stores

    def within[M: Model](self, rows: QuerySet[M], field: str = "store_id") -> QuerySet[M]:
        """Those of the rows whose store lies in reach, or that have none."""
        if self.everything:
            return rows
        return rows.filter(Q(**{f"{field}__in": self.stores}) | Q(**{f"{field}__isnull": True}))

    def shared_with(self, other: "Reach") -> "Reach":
        """Return where both reach."""
        if self.everything or other.everything:
            return other if self.everything else self
        return Reach(everything=False, stores=self.stores & other.stores)


EVERYWHERE = Reach(everything=True)


def reach_of(person: Person, right: Right | None = None) -> Reach:
    """Where the person works; with a right, where that right holds: a grant can be for some of their stores only."""
    held = held_by(person)
    if person.is_superuser:
        return EVERYWHERE
    works_in = EVERYWHERE if held.stores is None else Reach(everything=False, stores=held.stores)
    if right is None or right in RIGHTS.get(person.role, frozenset()) or right in held.own_role:
        return works_in
    granted = [grant.stores for grant in held.grants if right in grant.rights]
    if any(stores is None for stores in granted):
        return works_in
    stores = frozenset().union(*(stores for stores in granted if stores is not None))
    return Reach(everything=False, stores=stores if held.stores is None else stores & held.stores)
