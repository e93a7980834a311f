"""Roles: five that every merchant has, and those it makes itself."""

import re
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.staff.features import Right
from regulars.staff.giving import check_rights
from regulars.staff.held import known_rights
from regulars.staff.models import OwnRole, Person, Role, RolePolicy
from regulars.staff.rights import RIGHTS


class UnknownRole(Refusal):
    code = "unknown_role"


class InvalidRole(Refusal):
    """A role has a name of 1 to 64 visible characters that no other role has, and at least one right."""

    code = "invalid_role"

    def __init__(self, *, field: str) -> None:
        self.field = field


class RoleInUse(Refusal):
    """People still have this role: give them another one first."""

    code = "role_in_use"

    def __init__(self, *, people: int) -> None:
        self.people = people


def role_names() -> dict[str, str]:
    """Every role's name by its code: the built-in ones, then the merchant's own by name."""
    own = {role.code: role.name for role in OwnRole.objects.order_by("name", "id")}
    return {role.value: str(role.label) for role in Role} | own


def is_role(code: str) -> bool:
    return code in Role.values or OwnRole.objects.filter(code=code).exists()


def rights_in(code: str) -> frozenset[Right]:
    """What a role may do. Refuses: UnknownRole."""
    if code in RIGHTS:
        return RIGHTS[code]
    role = OwnRole.objects.filter(code=code).first()
    if role is None:
        raise UnknownRole()
    return known_rights(role.rights)


@transaction.atomic
def create_role(*, name: str, rights: Collection[str], at: datetime, by: Actor) -> OwnRole:
    """Make a role of the merchant's own. Refuses: InvalidRole, MoreThanYouHold."""
    name, wanted = _check(name, rights, besides=0)
    check_rights(by, known_rights(wanted))
    role = OwnRole.objects.create(code=_free_code(name), name=name, rights=wanted)
    facts = {"role": role.code, "rights": wanted}
    record_event(action="role.created", about="role", about_id=role.pk, facts=facts, at=at, by=by)
    return role


@transaction.atomic
def change_own_role(*, role_id: int, name: str, rights: Collection[str], at: datetime, by: Actor) -> OwnRole:
    """Change its name or rights, for everybody who has it. Refuses: UnknownRole, InvalidRole, MoreThanYouHold."""
    role = _lock(role_id)
    name, wanted = _check(name, rights, besides=role.pk)
    added, gone = sorted({*wanted} - {*role.rights}), sorted({*role.rights} - {*wanted})
    if (name, added, gone) != (role.name, [], []):
        check_rights(by, known_rights([*added, *gone]))
        role.name, role.rights = name, wanted
        role.save(update_fields=["name", "rights"])
        facts = {"role": role.code, "added": added, "removed": gone}
        record_event(action="role.changed", about="role", about_id=role.pk, facts=facts, at=at, by=by)
    return role


@transaction.atomic
def remove_role(*, role_id: int, at: datetime, by: Actor) -> None:
    """Refuses: UnknownRole, RoleInUse."""
    role = _lock(role_id)
    people = Person.objects.filter(role=role.code).count()
    if people:
        raise RoleInUse(people=people)
    record_event(action="role.removed", about="role", about_id=role.pk, facts={"role": role.code}, at=at, by=by)
    role.delete()


@transaction.atomic
def ask_second_factor(*, role: str, is_needed: bool, at: datetime, by: Actor) -> None:
    """Let everybody of a role set up a second factor before anything else, or no more.

    Refuses: UnknownRole, MoreThanYouHold.
    """
    check_rights(by, rights_in(role))
    policy, _ = RolePolicy.objects.select_for_update().get_or_create(role=role)
    if policy.needs_second_factor != is_needed:
        policy.needs_second_factor = is_needed
        policy.save(update_fields=["needs_second_factor"])
        facts = {"role": role, "second_factor": is_needed}
        record_event(action="role.second_factor", about="role", about_id=0, facts=facts, at=at, by=by)


def _lock(role_id: int) -> OwnRole:
    role = OwnRole.objects.select_for_update().filter(pk=role_id).first()
    if role is None:
        raise UnknownRole()
    return role


def _check(name: str, rights: Collection[str], *, besides: int = 0) -> tuple[str, list[str]]:
    name = " ".join(name.split())
    names = {str(role.label).lower() for role in Role}
    taken = name.lower() in names or OwnRole.objects.filter(name__iexact=name).exclude(pk=besides).exists()
    if not 1 <= len(name) <= 64 or not name.isprintable() or taken:
        raise InvalidRole(field="name")
    wanted = sorted(set(rights))
    if not wanted or set(wanted) - set(Right):
        raise InvalidRole(field="rights")
    return name, [str(Right(right).value) for right in wanted]


def _free_code(name: str) -> str:
    """A code that tells its name, and that nobody has."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24] or "role"
    taken = {*OwnRole.objects.filter(code__startswith=stem).values_list("code", flat=True), *Role.values}
    return next(code for nth in range(1, 1_000_000) if (code := stem if nth == 1 else f"{stem}-{nth}") not in taken)
