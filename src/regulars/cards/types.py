"""A shop decides what kinds of cards there are, and what an anonymous one may do before somebody activates it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.cards.models import CardType
from regulars.core.actor import Actor
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.refusals import Refusal
from regulars.programs.book import load_book

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
LONGEST_DAYS = 3_660
MOST_RANKS = 20
PIN_DIGITS = (0, 6, 7, 8, 9, 10)


class UnknownCardType(Refusal):
    """The shop has no cards of this kind."""

    code = "card_type_not_found"

    def __init__(self, *, card_type: str) -> None:
        self.card_type = card_type


class InvalidCardType(Refusal):
    """A kind of card has a code, a name, a PIN of 6 to 10 digits or none, bounds above 0, days from 1 to 3,660, and
    ranks with different codes; `field` says which of them cannot be.
    """

    code = "invalid_card_type"

    def __init__(self, *, field: str) -> None:
        self.field = field


class CardTypeExists(Refusal):
    """Another kind of card has this code."""

    code = "card_type_exists"

    def __init__(self, *, card_type: str) -> None:
        self.card_type = card_type


class Rank(msgspec.Struct, frozen=True):
    code: str
    name: str


class CardTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of card is; see `CardType` for the sense of each. `most_before` is in smallest steps, by unit."""

    name: str
    pin_digits: int = 0
    earns_before: bool = True
    most_before: Mapping[str, int] = {}
    unused_days: int | None = None
    ranks: Sequence[Rank] = ()
    tier_set: str = ""


@transaction.atomic
def make_card_type(*, code: str, terms: CardTerms, at: datetime, by: Actor) -> CardType:
    """Add a kind of card. Refuses: InvalidCardType, CardTypeExists."""
    if not CODE.fullmatch(code):
        raise InvalidCardType(field="code")
    fields = _checked(terms, at=at)
    made, is_new = CardType.objects.get_or_create(code=code, defaults={**fields, "created_at": at})
    if not is_new:
        raise CardTypeExists(card_type=code)
    record_event(action="card_type.made", about="card_type", about_id=0, facts={"type": code}, at=at, by=by)
    return made


@transaction.atomic
def change_card_type(*, code: str, terms: CardTerms, at: datetime, by: Actor) -> CardType:
    """Give a kind of card other terms. Cards keep the PIN and the end that they were printed with; what they may earn
    and hold before they are activated is what the terms say now. Refuses: UnknownCardType, InvalidCardType.
    """
    found = CardType.objects.select_for_update(no_key=True).filter(code=code).first()
    if found is None:
        raise UnknownCardType(card_type=code)
    fields = _checked(terms, at=at)
    changed = {name: [getattr(found, name), value] for name, value in fields.items() if getattr(found, name) != value}
    if changed:
        for name, value in fields.items():
            setattr(found, name, value)
        found.save(update_fields=list(changed))
        facts = {"type": code, **changed}
        record_event(action="card_type.changed", about="card_type", about_id=0, facts=facts, at=at, by=by)
    return found


def terms_of(card_type: CardType) -> CardTerms:
    """Return a kind of card's terms as values."""
    return CardTerms(
        name=card_type.name,
        pin_digits=card_type.pin_digits,
        earns_before=card_type.earns_before,
        most_before=card_type.most_before,
        unused_days=card_type.unused_days,
        ranks=tuple(Rank(**rank) for rank in card_type.ranks),
        tier_set=card_type.tier_set,
    )


def _checked(terms: CardTerms, *, at: datetime) -> dict[str, Any]:
    name = " ".join(terms.name.split())
    program = load_book().compiled_at(at)
    codes = [rank.code for rank in terms.ranks]
    for field, is_sound in (
        ("name", 1 <= len(name) <= 64 and name.isprintable()),
        ("pin_digits", terms.pin_digits in PIN_DIGITS),
        ("most_before", all(_is_bound(unit, most, program.units) for unit, most in terms.most_before.items())),
        ("unused_days", terms.unused_days is None or 1 <= terms.unused_days <= LONGEST_DAYS),
        ("ranks", len(codes) <= MOST_RANKS and len(set(codes)) == len(codes) and all(map(_is_rank, terms.ranks))),
        ("tier_set", not terms.tier_set or terms.tier_set in {each.code for each in program.tier_sets}),
    ):
        if not is_sound:
            raise InvalidCardType(field=field)
    return {
        "name": name,
        "pin_digits": terms.pin_digits,
        "earns_before": terms.earns_before,
        "most_before": dict(terms.most_before),
        "unused_days": terms.unused_days,
        "ranks": [msgspec.to_builtins(rank) for rank in terms.ranks],
        "tier_set": terms.tier_set,
    }


def _is_bound(unit: str, most: int, units: Mapping[str, object]) -> bool:
    return unit in units and 0 <= most <= LARGEST_AMOUNT


def _is_rank(rank: Rank) -> bool:
    return bool(CODE.fullmatch(rank.code)) and 1 <= len(rank.name) <= 64 and rank.name.isprintable()
