"""Line by line: whom it means, and what of them it changes. Nothing is read or written here."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

import msgspec

from regulars.core.attributes import Value
from regulars.core.importing import Taken, Terms, check_match, find_changes, match_line
from regulars.core.periods import start_of_day
from regulars.core.refusals import Refusal
from regulars.imports.lines import Line
from regulars.imports.people.fields import ATTRIBUTE, CARD, IDENTIFIERS
from regulars.imports.people.look import Held
from regulars.members.attributes import (
    Definitions,
    ValueClaim,
    ValueTaken,
    clean_values,
    unique_claims,
)
from regulars.members.claims import Claim
from regulars.members.identity import name_keys

PLAIN = ("first_name", "last_name", "birth_on", "language", "home_store")
EMPTY: dict[str, Any] = {"first_name": "", "last_name": "", "language": ""}
"""What an emptied field holds where that is not nothing."""


class CardWaits(Refusal):
    """The card was printed and waits to be activated: it is activated, and not given away by a file."""

    code = "card_waits"

    def __init__(self, *, card: str) -> None:
        self.card = card


class Create(msgspec.Struct, frozen=True, kw_only=True):
    line: Line
    member_id: int
    claims: tuple[Claim, ...]
    joined_at: datetime | None
    values: dict[str, Value | None]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """`fields`, `identifiers` and `values` are (before, after) by name; `cards` are added; tags by name."""

    line: Line
    held: Held
    fields: dict[str, tuple[Any, Any]]
    identifiers: dict[str, tuple[str | None, str | None]]
    values: dict[str, tuple[Value | None, Value | None]]
    cards: tuple[str, ...]
    put: tuple[str, ...]
    take: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        return not (self.fields or self.identifiers or self.values or self.cards or self.put or self.take)


class Shop(msgspec.Struct, frozen=True):
    """What lines are decided by besides themselves; `tags` and `stores` are those there are."""

    terms: Terms
    definitions: Definitions
    tags: Mapping[str, int]
    stores: Mapping[str, int]
    zone: tzinfo
    at: datetime


class UnknownTagName(Refusal):
    """There is no such tag: create it first."""

    code = "unknown_tag"

    def __init__(self, *, name: str) -> None:
        self.name = name


class UnknownStoreCode(Refusal):
    """There is no store with this code."""

    code = "store_not_found"

    def __init__(self, *, store: str) -> None:
        self.store = store


def match_lines(lines: Sequence[Line], holders: Mapping[Claim, int | None], terms: Terms) -> list[int | Refusal | None]:
    """Return for each line the member it means, None for somebody new, or why neither can be said."""
    matched: list[int | Refusal | None] = []
    for line in lines:
        try:
            claims = claims_of(line)
            if waits := next((value for kind, value in claims if holders.get((kind, value), 0) is None), None):
                raise CardWaits(card=waits)
            held: dict[str, int] = {}
            for claim in claims:
                holder = holders.get(claim)
                if holder is not None and held.setdefault(claim[0], holder) != holder:
                    raise Taken(kind=claim[0], member_id=holder)
            matched.append(match_line([kind for kind, _ in claims], held, terms))
        except Refusal as refusal:
            matched.append(refusal)
    return matched


def decide(
    line: Line,
    held: Held | None,
    *,
    new_id: int,
    shop: Shop,
    holders: MutableMapping[Claim, int | None],
    value_holders: MutableMapping[ValueClaim, int],
) -> Create | Change:
    """Return what becomes of a line, and note in `holders` what it claims, for the lines behind it.

    Refuses: OtherIdentifier, Taken, ValueTaken, UnknownTagName, UnknownStoreCode, InvalidValue, ValueNeeded.
    """
    member_id = new_id if held is None else held.id
    claims = claims_of(line)
    if held is not None:
        _check_found(line, held, shop.terms)
    for claim in claims:
        # An earlier line of the batch may have taken what nobody had when this one was matched.
        if (holder := holders.get(claim)) is not None and holder != member_id:
            raise Taken(kind=claim[0], member_id=holder)
    for name in line.values.get("tags") or ():
        if name not in shop.tags:
            raise UnknownTagName(name=name)
    if (store := line.values.get("home_store")) and store not in shop.stores:
        raise UnknownStoreCode(store=store)
    given = {name.removeprefix(ATTRIBUTE): cell for name, cell in line.values.items() if name.startswith(ATTRIBUTE)}
    values = clean_values(given, shop.definitions) if given else {}
    unique = unique_claims(values, shop.definitions) if values else {}
    for value_claim, code in unique.items():
        if value_holders.setdefault(value_claim, member_id) != member_id:
            raise ValueTaken(attribute=code, member_id=value_holders[value_claim])
    holders.update(dict.fromkeys(claims, member_id))
    if held is None:
        return Create(line=line, member_id=member_id, claims=claims, joined_at=_joins(line, shop), values=values)
    change = _change(line, held, values, shop)
    for kind, (before, _) in change.identifiers.items():
        if before is not None:
            holders.pop((kind, before), None)
    return change


def _check_found(line: Line, held: Held, terms: Terms) -> None:
    """Refuses: OtherIdentifier. A member may have many cards: another one is no other member."""
    order = terms.order
    if CARD in order and any(number in held.cards for number in line.values.get(CARD) or ()):
        order = order[: order.index(CARD)]
    given = {kind: value for kind, value in claims_of(line) if kind != CARD}
    check_match(held.id, given, held.identifiers, msgspec.structs.replace(terms, order=order))


def claims_of(line: Line) -> tuple[Claim, ...]:
    return tuple(_claims(line.values))


def _claims(values: Mapping[str, Any]) -> Iterator[Claim]:
    for kind in IDENTIFIERS:
        if (value := values.get(kind)) is not None:
            yield kind, value
    for number in values.get(CARD) or ():
        yield CARD, number


def _joins(line: Line, shop: Shop) -> datetime | None:
    joined_on = line.values.get("joined_on")
    if joined_on is not None:
        return min(start_of_day(date.fromisoformat(joined_on), shop.zone), shop.at)
    return shop.at if shop.terms.joins else None


def _change(line: Line, held: Held, values: Mapping[str, Value | None], shop: Shop) -> Change:
    wanted: dict[str, Any] = {
        name: EMPTY.get(name) if line.values[name] is None else line.values[name]
        for name in PLAIN
        if name in line.values
    }
    now = {"birth_on": held.birth_on and held.birth_on.isoformat()}
    now |= {name: getattr(held, name) for name in PLAIN if name != "birth_on"}
    fields = find_changes(wanted, now)
    if (joined_on := line.values.get("joined_on")) is not None:
        day = None if held.joined_at is None else held.joined_at.astimezone(shop.zone).date().isoformat()
        if day != joined_on:
            before = None if held.joined_at is None else held.joined_at.isoformat()
            joined_at = _joins(line, shop)
            fields["joined_at"] = (before, joined_at and joined_at.isoformat())
    tags = line.values.get("tags", ())
    return Change(
        line=line,
        held=held,
        fields=fields,
        identifiers=find_changes(
            {kind: line.values[kind] for kind in IDENTIFIERS if kind in line.values}, held.identifiers
        ),
        values=find_changes(values, held.values),
        cards=tuple(number for number in line.values.get(CARD) or () if number not in held.cards),
        put=tuple(name for name in tags or () if name not in held.tags),
        take=held.tags if tags is None else (),
    )


def keys_after(change: Change) -> tuple[str, str]:
    """Return the folded names that a member has after a change."""
    first = change.fields.get("first_name", (None, change.held.first_name))[1]
    last = change.fields.get("last_name", (None, change.held.last_name))[1]
    return name_keys(first, last)
