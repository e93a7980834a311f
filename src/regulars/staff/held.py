"""What a person holds beyond a built-in role, and where they work: read with one statement, once for each `Person`."""

from collections.abc import Sequence

import msgspec

from regulars.platform.rows import fetch
from regulars.staff.features import FEATURES, Right
from regulars.staff.models import Person

SELECT = """
SELECT (SELECT rights FROM staff_ownrole WHERE code = person.role),
       person.all_stores,
       array(SELECT store_id FROM staff_person_stores WHERE person_id = person.id),
       (SELECT coalesce(json_agg(json_build_array(feature, level, stores) ORDER BY id), '[]')::text
        FROM staff_grant WHERE person_id = person.id)
FROM staff_person AS person
WHERE person.id = %(person)s
"""


class HeldGrant(msgspec.Struct, frozen=True, array_like=True):
    """A feature that a person may view or edit; `stores` None is wherever they work."""

    feature: str
    level: str
    stores: frozenset[int] | None

    @property
    def rights(self) -> frozenset[Right]:
        return FEATURES[self.feature].rights(self.level) if self.feature in FEATURES else frozenset()


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """`stores` None is all stores; `own_role` are the rights of a role that the merchant made."""

    own_role: frozenset[Right] = frozenset()
    stores: frozenset[int] | None = frozenset()
    grants: tuple[HeldGrant, ...] = ()

    @property
    def rights(self) -> frozenset[Right]:
        return self.own_role.union(*(grant.rights for grant in self.grants))


def held_by(person: Person) -> Held:
    """What this person holds, as it was when first asked of this `Person`: a request sees one answer."""
    known: Held | None = person.__dict__.get("held")
    if known is None:
        known = _read(person.pk) if person.pk else Held(stores=None if person.all_stores else frozenset())
        person.__dict__["held"] = known
    return known


def known_rights(names: Sequence[str] | None) -> frozenset[Right]:
    """The rights of these names; a right that the program has no more is nobody's."""
    return frozenset(Right(name) for name in names or () if name in set(Right))


def _read(person_id: int) -> Held:
    rows = fetch(SELECT, {"person": person_id})
    if not rows:
        return Held()
    [(own_role, all_stores, stores, grants)] = rows
    return Held(
        own_role=known_rights(own_role),
        stores=None if all_stores else frozenset(stores),
        grants=msgspec.json.decode(grants, type=tuple[HeldGrant, ...]),
    )
