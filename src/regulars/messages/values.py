"""The values that texts say, for many members at once: each source is asked for all of them with one statement, and
only where a text asks for it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

import msgspec
from django.utils.translation import gettext

from regulars.brand.dates import days_written, say_day
from regulars.brand.looks import UNTOUCHED, load_looks
from regulars.core.checkout import worth_minor
from regulars.core.compiled import Compiled
from regulars.core.messages.variables import VARIABLES, Source
from regulars.core.money import write_money
from regulars.core.phrases import count
from regulars.core.store_words import ENGLISH
from regulars.ledger.statement import FullBalance, balances_of
from regulars.members.rows import MemberRow
from regulars.platform.rows import fetch
from regulars.platform.tongues import spoken
from regulars.programs.book import Book, NoProgram, load_book

type Values = dict[str, str]

REWARDS = """
SELECT member_id, array_agg(name ORDER BY id) FROM rewards_issuedreward
WHERE member_id = ANY(%(members)s::bigint[]) AND status = 'outstanding' AND issued_at <= %(at)s
  AND (usable_until IS NULL OR usable_until > %(at)s)
GROUP BY member_id
"""

STORES = "SELECT code, name FROM stores_store WHERE code = ANY(%(codes)s::text[])"

MOST_REWARDS = 10


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member stands on one ladder: names of levels, `missing` in the metric's unit or in money."""

    tier_set: str
    level: str = ""
    next_level: str = ""
    missing: Callable[[str], str] = lambda language: ""
    until: datetime | None = None


type Standings = Callable[[Sequence[int], datetime], Mapping[int, Sequence[Standing]]]

_standings: list[Standings] = []


def register_standings(read: Standings) -> Standings:
    """Let levels be said: they are known above this layer. The last that registers is asked."""
    _standings[:] = [read]
    return read


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for all members."""

    book: Book
    program: Compiled
    name: str
    zone: tzinfo
    currency: str


def load_shop(*, at: datetime) -> Shop | None:
    """Read what texts need of the program; None where there is none."""
    try:
        book = load_book()
    except NoProgram:
        return None
    return Shop(
        book=book,
        program=book.compiled_at(at),
        name=book.program.name,
        zone=book.zone,
        currency=book.program.currency,
    )


def zone_of(shop: Shop | None) -> tzinfo:
    """Where the shop's days begin and end; UTC where there is no program."""
    return UTC if shop is None else shop.zone


WRITTEN_BY_LOOKS = {Source.SHOP, Source.BALANCE, Source.LEVEL}
"""Of these there are days, or the merchant's word for a store."""


def read_values(
    members: Sequence[MemberRow],
    names: Collection[str],
    *,
    languages: Mapping[int, str],
    at: datetime,
) -> dict[int, Values]:
    """Return what these members' texts say for `names` (with their codes), by member, in each one's language.

    What is given by the sender is not there. Values that nobody has are missing.
    """
    asked: dict[Source, set[str]] = {}
    for name in names:
        asked.setdefault(VARIABLES[name.partition(".")[0]].source, set()).add(name)
    ids = [member.id for member in members]
    values: dict[int, Values] = {member: {} for member in ids}
    if asked.keys() & {Source.MEMBER, Source.CARD}:
        _say_members(members, values, with_stores="store" in asked.get(Source.MEMBER, ()))
    shop = load_shop(at=at)
    looks = load_looks() if asked.keys() & WRITTEN_BY_LOOKS else UNTOUCHED
    if Source.SHOP in asked:
        word = ENGLISH[looks.store_word].singular if "store_word" in names else ""
        for member in ids:
            values[member]["shop"] = "" if shop is None else shop.name
            if word:
                with spoken(languages.get(member, "")):
                    values[member]["store_word"] = gettext(word)
    if Source.BALANCE in asked and shop is not None:
        for member, balances in balances_of(ids, at=at).items():
            with spoken(languages.get(member, ""), looks.store_word), days_written(looks.date_style):
                values[member] |= _say_balances(balances, asked[Source.BALANCE], shop, languages.get(member, ""))
    if Source.LEVEL in asked and _standings:
        for member, standings in _standings[0](ids, at).items():
            with spoken(languages.get(member, ""), looks.store_word), days_written(looks.date_style):
                values[member] |= _say_levels(standings, asked[Source.LEVEL], zone_of(shop), languages.get(member, ""))
    if Source.REWARDS in asked:
        for member, rewards in fetch(REWARDS, {"members": ids, "at": at}):
            values[member]["rewards"] = ", ".join(rewards[:MOST_REWARDS])
            values[member]["rewards_count"] = str(len(rewards))
    return values


def write_date(day: date, language: str) -> str:
    """Write a day as the merchant does, in a language."""
    with spoken(language):
        return say_day(day)


def last_day(end: datetime, zone: tzinfo) -> date:
    """The last day before a half-open end, as people say it."""
    return (end - timedelta(microseconds=1)).astimezone(zone).date()


def _say_members(members: Sequence[MemberRow], values: dict[int, Values], *, with_stores: bool) -> None:
    codes = sorted({member.home_store for member in members if member.home_store}) if with_stores else []
    stores = dict(fetch(STORES, {"codes": codes})) if codes else {}
    for member in members:
        values[member.id] |= {
            "first_name": member.first_name,
            "last_name": member.last_name,
            "name": member.name,
            "number": str(member.id),
            "store": stores.get(member.home_store or "", ""),
            "card": next((card.number[-4:] for card in reversed(member.cards) if card.status == "active"), ""),
        }


def _say_balances(balances: Sequence[FullBalance], names: Collection[str], shop: Shop, language: str) -> Values:
    held = {balance.unit: balance for balance in balances}
    first = next((code for code, unit in shop.program.units.items() if unit.kind != "stamps"), "")
    said: Values = {}
    for name in names:
        word, _, code = name.partition(".")
        unit, balance = shop.book.unit(code or first), held.get(code or first)
        expiry = None if balance is None else balance.next_expiry
        available = 0 if balance is None else balance.available
        match word:
            case "balance":
                said[name] = count(available, unit, language=language)
            case "pending":
                said[name] = count(0 if balance is None else balance.pending, unit, language=language)
            case "worth" if unit.pays is not None:
                said[name] = write_money(worth_minor(max(available, 0), unit), shop.currency)
            case "expiring" if expiry is not None:
                said[name] = count(expiry.amount, unit, language=language)
            case "expires_on" if expiry is not None:
                said[name] = write_date(last_day(expiry.at, shop.zone), language)
            case _:
                pass  # nothing expires, or the unit pays for nothing
    return said


def _say_levels(standings: Sequence[Standing], names: Collection[str], zone: tzinfo, language: str) -> Values:
    by_code = {standing.tier_set: standing for standing in standings}
    said: Values = {}
    for name in names:
        word, _, code = name.partition(".")
        standing = by_code.get(code) if code else next(iter(standings), None)
        if standing is None:
            continue
        match word:
            case "level":
                said[name] = standing.level
            case "next_level":
                said[name] = standing.next_level
            case "missing":
                said[name] = standing.missing(language) if standing.next_level else ""
            case "level_until" if standing.until is not None:
                said[name] = write_date(last_day(standing.until, zone), language)
            case _:
                pass  # the level is for ever
    return said
