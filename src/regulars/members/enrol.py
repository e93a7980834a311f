"""A person becomes a member once: who is found by the same card, phone, e-mail or external id is the same person."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM, Actor
from regulars.core.identifiers import clean_card
from regulars.core.refusals import Refusal
from regulars.ledger.accounts import open_accounts
from regulars.members.attribute_files import check_no_files
from regulars.members.attribute_rows import insert_values
from regulars.members.attributes import (
    Definitions,
    Given,
    Values,
    ValueTaken,
    clean_values,
    find_value_holders,
    hold_definitions,
    unique_claims,
)
from regulars.members.claims import CARD, Claim, find_holders
from regulars.members.identity import (
    CardInStock,
    Duplicate,
    check_birth_on,
    clean_identifier,
    clean_language,
    clean_name,
    name_keys,
)
from regulars.members.models import IdentifierKind, Status
from regulars.platform.again import looks_again
from regulars.platform.rows import encode_rows, run, take_ids
from regulars.programs.book import load_book
from regulars.stores.change import UnknownStore
from regulars.stores.find import find_stores

INSERT_MEMBERS = """
INSERT INTO members_member (id, first_name, last_name, birth_on, status, status_reason, joined_at, created_at,
                            is_generated, has_card, name_key, surname_key, language, home_store_id)
SELECT id, first_name, last_name, birth_on, %(status)s, '', joined_at, %(at)s, is_generated, has_card, name_key,
       surname_key, language, (SELECT id FROM stores_store WHERE code = home_store)
FROM json_to_recordset(%(rows)s::json) AS member(
    id bigint, first_name text, last_name text, birth_on date, joined_at timestamptz, is_generated boolean,
    has_card boolean, name_key text, surname_key text, language text, home_store text)
"""

# In the order of their unique index: two batches with the same people wait for each other, and cannot deadlock.
INSERT_IDENTIFIERS = """
INSERT INTO members_identifier (member_id, kind, value)
SELECT member_id, kind, value
FROM json_to_recordset(%(rows)s::json) AS claim(member_id bigint, kind text, value text)
WHERE kind <> 'card'
ORDER BY kind, value COLLATE "C"
"""

INSERT_CARDS = """
INSERT INTO members_card (member_id, number, status, issued_at)
SELECT member_id, value, 'active', %(at)s
FROM json_to_recordset(%(rows)s::json) AS claim(member_id bigint, kind text, value text)
WHERE kind = 'card'
ORDER BY value COLLATE "C"
"""


class NobodyInParticular(Refusal):
    """A member has at least a name, an identifier or a card."""

    code = "nobody_in_particular"


class NewMember(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to enrol: `joined_at` None is a guest; `is_generated` marks people a demo made up; `home_store` is a store's
    code.
    """

    first_name: str = ""
    last_name: str = ""
    phone: str | None = None
    email: str | None = None
    birth_on: date | None = None
    external_id: str | None = None
    cards: tuple[str, ...] = ()
    language: str = ""
    home_store: str | None = None
    attributes: Given = {}
    joined_at: datetime | None = None
    is_generated: bool = False
    by: Actor = SYSTEM


class Enrolled(msgspec.Struct, frozen=True):
    member_id: int


class _Person(msgspec.Struct, frozen=True):
    """A new member with every part in its one spelling, and what it claims to be found by."""

    fields: dict[str, Any]
    claims: tuple[Claim, ...]
    values: Values
    by: Actor


def enrol_member(new: NewMember, *, at: datetime) -> Enrolled:
    """Enrol one member.

    Refuses: Duplicate, NobodyInParticular, InvalidName, InvalidBirthDate, InvalidPhone, InvalidEmail, InvalidCard,
    InvalidExternalId, UnknownLanguage, UnknownStore, UnknownAttribute, InvalidValue, ValueNeeded, ValueTaken.
    """
    outcome = enrol_members([new], at=at)[0]
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@looks_again
def enrol_members(batch: Sequence[NewMember], *, at: datetime) -> list[Enrolled | Refusal]:
    """Enrol many, each with their cards and an account for every unit; one answer per member, in order.

    A member who shares a card or identifier with an earlier one, in the database or in the batch, is refused as a
    Duplicate, one with a card that nobody has activated as CardInStock, and the others are enrolled. The number of
    statements does not grow with the batch.
    """
    country = load_book().program.country
    definitions = hold_definitions() if any(new.attributes for new in batch) else Definitions(())
    named = {new.home_store for new in batch if new.home_store}
    stores = find_stores(named) if named else {}
    people = [_cleaned(new, country=country, definitions=definitions, stores=stores, at=at) for new in batch]
    sound = [person for person in people if isinstance(person, _Person)]
    holders = find_holders({claim for person in sound for claim in person.claims})
    value_holders = find_value_holders({claim for each in sound for claim in unique_claims(each.values, definitions)})
    [ids] = take_ids(members_member=len(people))
    new_ids = iter(ids)
    outcomes: list[Enrolled | Refusal] = []
    enrolled: list[tuple[int, _Person]] = []
    for person in people:
        if isinstance(person, Refusal):
            outcomes.append(person)
            continue
        claims = unique_claims(person.values, definitions)
        if taken := next((claim for claim in person.claims if claim in holders), None):
            outcomes.append(_refuse(taken, holders[taken]))
        elif held := next((claim for claim in claims if claim in value_holders), None):
            outcomes.append(ValueTaken(attribute=claims[held], member_id=value_holders[held]))
        else:
            member_id = next(new_ids)
            holders.update(dict.fromkeys(person.claims, member_id))
            value_holders.update(dict.fromkeys(claims, member_id))
            enrolled.append((member_id, person))
            outcomes.append(Enrolled(member_id))
    if enrolled:
        _write(enrolled, definitions, at=at)
    return outcomes


def _refuse(taken: Claim, holder: int | None) -> Refusal:
    kind, value = taken
    return CardInStock(number=value) if holder is None else Duplicate(kind=kind, member_id=holder)


def _cleaned(
    new: NewMember, *, country: str, definitions: Definitions, stores: Collection[str], at: datetime
) -> _Person | Refusal:
    try:
        if new.home_store and new.home_store not in stores:
            raise UnknownStore()
        first_name = clean_name(new.first_name, field="first_name")
        last_name = clean_name(new.last_name, field="last_name")
        name_key, surname_key = name_keys(first_name, last_name)
        fields = {
            "first_name": first_name,
            "last_name": last_name,
            "name_key": name_key,
            "surname_key": surname_key,
            "birth_on": None if new.birth_on is None else check_birth_on(new.birth_on, at=at),
            "joined_at": new.joined_at,
            "is_generated": new.is_generated,
            "has_card": bool(new.cards),
            "language": clean_language(new.language),
            "home_store": new.home_store,
        }
        given = {
            IdentifierKind.EXTERNAL_ID: new.external_id,
            IdentifierKind.PHONE: new.phone,
            IdentifierKind.EMAIL: new.email,
        }
        claims = [(kind.value, clean_identifier(kind, text, country=country)) for kind, text in given.items() if text]
        claims += [(CARD, clean_card(number)) for number in new.cards]
        values = clean_values(new.attributes, definitions)
        check_no_files(values, definitions)
    except Refusal as refusal:
        return refusal
    if not claims and not name_key:
        return NobodyInParticular()
    return _Person(fields=fields, claims=tuple(dict.fromkeys(claims)), values=values, by=new.by)


def _write(enrolled: Sequence[tuple[int, _Person]], definitions: Definitions, *, at: datetime) -> None:
    members = [{"id": member_id, **person.fields} for member_id, person in enrolled]
    claims = [
        {"member_id": member_id, "kind": kind, "value": value}
        for member_id, person in enrolled
        for kind, value in person.claims
    ]
    rows = encode_rows(claims)
    # Identifiers first: a rival enrolment waits for them. Their reference to the member is checked at COMMIT.
    run(INSERT_IDENTIFIERS, {"rows": rows})
    run(INSERT_CARDS, {"rows": rows, "at": at})
    run(INSERT_MEMBERS, {"rows": encode_rows(members), "at": at, "status": Status.ACTIVE.value})
    insert_values({member_id: person.values for member_id, person in enrolled}, definitions)
    open_accounts([member_id for member_id, _ in enrolled])
    record_events([_event(member_id, person) for member_id, person in enrolled], at=at)


def _event(member_id: int, person: _Person) -> NewEvent:
    told = {name for name in ("birth_on", "language", "home_store") if person.fields[name]}
    given = sorted({kind for kind, _ in person.claims} | told | person.values.keys())
    return NewEvent(
        action="member.enrolled" if person.fields["joined_at"] else "guest.enrolled",
        about="member",
        about_id=member_id,
        member_id=member_id,
        facts={"given": given},
        by=person.by,
    )
