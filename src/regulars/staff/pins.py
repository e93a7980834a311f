"""A person's PIN: set by themselves, kept as a hash, and locked after five wrong tries.

A try is counted and committed before the PIN is looked at: so a hundred guesses at once are five tries, and a crash
forgets none.
"""

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.pin_tries import MOST_DOUBLED, MOST_WRONG, is_guessable, lock_for
from regulars.core.refusals import Refusal
from regulars.platform.pins import hash_pin, is_pin
from regulars.platform.rows import fetch
from regulars.staff.models import Pin

COUNT_TRY = """
UPDATE staff_pin SET
    wrong = CASE WHEN wrong + 1 >= %(most)s THEN 0 ELSE wrong + 1 END,
    locked_until = CASE WHEN wrong + 1 >= %(most)s
        THEN %(at)s + (%(locks)s::interval[])[least(lockouts, %(doubled)s) + 1] ELSE NULL END,
    lockouts = CASE WHEN wrong + 1 >= %(most)s THEN least(lockouts, 1000) + 1 ELSE lockouts END
WHERE person_id = %(person)s AND (locked_until IS NULL OR locked_until <= %(at)s)
RETURNING pin_hash, wrong
"""
FORGET_TRIES = """
UPDATE staff_pin SET wrong = 0, lockouts = 0, locked_until = NULL WHERE person_id = %(person)s RETURNING person_id
"""
LOCKS = [lock_for(lockouts) for lockouts in range(MOST_DOUBLED + 1)]


class InvalidPin(Refusal):
    """A PIN has 4 to 8 digits, not all the same and not in a row."""

    code = "invalid_pin"


class NoPin(Refusal):
    """This person has not set a PIN yet."""

    code = "no_pin"


class WrongPin(Refusal):
    """The PIN is wrong; after `left` more wrong tries it is locked."""

    code = "wrong_pin"

    def __init__(self, *, left: int) -> None:
        self.left = left


class PinLocked(Refusal):
    """The PIN was wrong too often, and is not looked at until `until_at`."""

    code = "pin_locked"

    def __init__(self, *, until_at: datetime | None) -> None:
        self.until_at = until_at


@transaction.atomic
def set_pin(*, person_id: int, pin: str, at: datetime, by: Actor) -> None:
    """Give a person a new PIN; wrong tries are forgotten. Refuses: InvalidPin."""
    if not re.fullmatch(r"[0-9]{4,8}", pin, re.ASCII) or is_guessable(pin):
        raise InvalidPin()
    fresh = {"pin_hash": hash_pin(pin), "set_at": at, "wrong": 0, "lockouts": 0, "locked_until": None}
    Pin.objects.update_or_create(person_id=person_id, defaults=fresh)
    record_event(action="person.pin_set", about="person", about_id=person_id, at=at, by=by)


@transaction.atomic
def remove_pin(*, person_id: int, at: datetime, by: Actor) -> None:
    """Take a PIN away, with whatever locked it. Without one, nothing changes."""
    if Pin.objects.filter(person_id=person_id).delete()[0]:
        record_event(action="person.pin_removed", about="person", about_id=person_id, at=at, by=by)


def check_pin(*, person_id: int, pin: str, at: datetime) -> None:
    """Return if the PIN is right. Never inside another transaction, whose end would take the counting back.

    Refuses: NoPin, WrongPin, PinLocked.
    """
    with transaction.atomic(durable=True):
        counted = _count_try(person_id, at=at)
    refusal = _judge(counted, person_id=person_id, pin=pin)
    if refusal is not None:
        raise refusal
    with transaction.atomic(durable=True):
        fetch(FORGET_TRIES, {"person": person_id})


def try_pin(*, person_id: int, pin: str, at: datetime) -> Refusal | None:
    """Answer what is wrong with the PIN, if anything, in the caller's transaction, which has to commit either way."""
    refusal = _judge(_count_try(person_id, at=at), person_id=person_id, pin=pin)
    if refusal is None:
        fetch(FORGET_TRIES, {"person": person_id})
    return refusal


def _count_try(person_id: int, *, at: datetime) -> list[tuple[Any, ...]]:
    facts = {"person": person_id, "at": at, "most": MOST_WRONG, "locks": LOCKS, "doubled": MOST_DOUBLED}
    return fetch(COUNT_TRY, facts)


def _judge(counted: list[tuple[Any, ...]], *, person_id: int, pin: str) -> Refusal | None:
    if not counted:
        kept = Pin.objects.filter(person_id=person_id).first()
        return NoPin() if kept is None else PinLocked(until_at=kept.locked_until)
    [(pin_hash, wrong)] = counted
    return None if is_pin(pin, kept=pin_hash) else WrongPin(left=MOST_WRONG - wrong if wrong else 0)
