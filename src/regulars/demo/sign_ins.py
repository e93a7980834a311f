"""How to get into the demo: a person of each role with a random password, and a key for its tills, in files for their
owner alone.

REGULARS_HOME/demo/sign-ins.txt   role, e-mail and password, a line each
REGULARS_HOME/demo/till.key       the key, and nothing else, so that a command can read it
"""

import os
import secrets
from datetime import datetime
from pathlib import Path

import msgspec

from regulars.audit.record import record_event
from regulars.core.actor import SYSTEM
from regulars.core.refusals import Refusal
from regulars.staff.key_check import check_key
from regulars.staff.keys import create_key, revoke_key
from regulars.staff.models import ApiKey, Person, Role, Scope
from regulars.staff.people import create_person

KEY_NAME = "Demo tills"
ROLES = (Role.OWNER, Role.MANAGER, Role.CASHIER, Role.MARKETER, Role.AUDITOR)


class SignIn(msgspec.Struct, frozen=True):
    role: str
    email: str
    password: str


class SignIns(msgspec.Struct, frozen=True, kw_only=True):
    people: tuple[SignIn, ...]
    people_file: Path
    key_file: Path


def find_sign_ins(folder: Path) -> SignIns | None:
    """Return what an earlier run made, if it came that far."""
    made = SignIns(people=(), people_file=folder / "sign-ins.txt", key_file=folder / "till.key")
    if not (made.people_file.exists() and made.key_file.exists()):
        return None
    return msgspec.structs.replace(made, people=_read_people(made.people_file))


def make_sign_ins(folder: Path, *, at: datetime) -> SignIns:
    """Make what is missing, in the merchant's schema and in `folder`; a password once given stays what it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    people_file, key_file = folder / "sign-ins.txt", folder / "till.key"
    is_lost = not people_file.exists()
    if is_lost:
        # The file first: a password that nobody could read any more would lock everybody out.
        new = [SignIn(role.value, f"{role.value}@example.com", secrets.token_urlsafe(12)) for role in ROLES]
        _keep(people_file, "".join(f"{each.role:<8} {each.email:<20} {each.password}\n" for each in new))
    people = _read_people(people_file)
    for each in people:
        _let_in(each, is_changed=is_lost, at=at)
    if not _is_live(key_file, at=at):
        _keep(key_file, _new_key(at=at))
    return SignIns(people=people, people_file=people_file, key_file=key_file)


def _read_people(file: Path) -> tuple[SignIn, ...]:
    return tuple(SignIn(*line.split()) for line in file.read_text().splitlines())


def _let_in(each: SignIn, *, is_changed: bool, at: datetime) -> None:
    person = Person.objects.filter(email=each.email).first()
    if person is None:
        create_person(
            email=each.email,
            role=each.role,
            password=each.password,
            first_name="Demo",
            last_name=each.role.title(),
            at=at,
            by=SYSTEM,
        )
    elif is_changed:
        person.set_password(each.password)
        person.save(update_fields=["password"])
        record_event(action="person.password_set", about="person", about_id=person.pk, at=at, by=SYSTEM)


def _is_live(file: Path, *, at: datetime) -> bool:
    try:
        check_key(file.read_text().strip(), at=at)
    except (FileNotFoundError, Refusal):
        return False
    return True


def _new_key(*, at: datetime) -> str:
    """Make a key for all tills, and end the one it replaces: nobody can read that any more."""
    for key in ApiKey.objects.filter(name=KEY_NAME, revoked_at=None):
        revoke_key(key_id=key.pk, at=at, by=SYSTEM)
    _, token = create_key(name=KEY_NAME, scopes=list(Scope), at=at, by=SYSTEM)
    return token + "\n"


def _keep(file: Path, text: str) -> None:
    """Write a file that only its owner may read; it is there complete, or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)
