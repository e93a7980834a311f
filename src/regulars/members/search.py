"""One box finds a member by name, e-mail, phone, card or external id, while it is being typed.

Every look-up reads a stretch of one index from its start and stops after `limit` rows, so that a common beginning costs
no more than a rare one. Only where all of them find too little are the words looked up anywhere in the names.
"""

import re
from collections.abc import Iterator, Sequence

from phonenumbers import PhoneMetadata, country_code_for_region

from regulars.core.identifiers import fold_name
from regulars.members.rows import MemberRow, read_members
from regulars.platform.rows import fetch

MOST = 200
SHORTEST = 2
SHORTEST_PHONE = 3
LAST = "\U0010ffff"
"""Sorts behind every other character: a prefix p covers [p, p + LAST)."""

DIGITS = re.compile(r"[0-9\s()./+-]+")

BY_NAME = """
(SELECT id, '1' FROM members_member
 WHERE name_key >= %(name)s AND name_key < %(name_end)s ORDER BY name_key, id DESC LIMIT %(limit)s)"""

BY_SURNAME = """
(SELECT id, '2' FROM members_member
 WHERE surname_key >= %(name)s AND surname_key < %(name_end)s ORDER BY surname_key, id DESC LIMIT %(limit)s)"""

BY_CARD = """
(SELECT member_id, '3' FROM members_card
 WHERE number >= %(card)s AND number < %(card_end)s ORDER BY number LIMIT %(limit)s)"""

BY_EXTERNAL_ID = """
(SELECT member_id, '4' FROM members_identifier
 WHERE kind = 'external_id' AND value >= %(text)s AND value < %(text_end)s ORDER BY value LIMIT %(limit)s)"""

BY_EMAIL = """
(SELECT member_id, '5' FROM members_identifier
 WHERE kind = 'email' AND value >= %(email)s AND value < %(email_end)s ORDER BY value LIMIT %(limit)s)"""

BY_PHONE = """
(SELECT member_id, '6' FROM members_identifier
 WHERE kind = 'phone' AND value >= %(phone)s AND value < %(phone_end)s ORDER BY value LIMIT %(limit)s)"""

BY_NATIONAL_PHONE = """
(SELECT member_id, '7' FROM members_identifier
 WHERE kind = 'phone' AND value >= %(national)s AND value < %(national_end)s ORDER BY value LIMIT %(limit)s)"""

BY_LAST_DIGITS = """
(SELECT member_id, '8' FROM members_identifier
 WHERE kind = 'phone' AND reverse(value) >= %(tail)s AND reverse(value) < %(tail_end)s
 ORDER BY reverse(value) LIMIT %(limit)s)"""

BY_ANY_WORD = """
SELECT id FROM members_member
WHERE to_tsvector('simple'::regconfig, COALESCE(name_key, '')) @@ to_tsquery('simple', %(words)s)
LIMIT %(limit)s"""


def search_members(text: str, *, country: str, limit: int = 20) -> list[MemberRow]:
    """Find up to `limit` members (at most 200) whom this could mean, the likeliest first.

    Names match from the first letters of the whole name, the surname, or any words of it, without regard to accents and
    capitals; e-mails, cards and external ids from their beginning; phones from 3 digits of their beginning, national
    (of `country`) or international, or their last digits. Of equal names the newest member comes first.
    """
    limit = min(max(limit, 1), MOST)
    asked = " ".join(text.split())[:128]
    if len(asked) < SHORTEST or not asked.isprintable():
        return []
    looks, params = _looks(asked, country=country)
    kinds: dict[str, list[int]] = {}
    for member_id, kind in fetch(" UNION ALL ".join(looks), {**params, "limit": limit}):
        kinds.setdefault(kind, []).append(member_id)
    found = list(dict.fromkeys(_in_turn(list(kinds.values()))))
    if len(found) < limit and (words := _words(asked)):
        wanted = {"words": words, "limit": limit + len(found)}
        found = list(dict.fromkeys([*found, *(row[0] for row in fetch(BY_ANY_WORD, wanted))]))
    return read_members(found[:limit])


def _looks(asked: str, *, country: str) -> tuple[list[str], dict[str, str]]:
    """Return the look-ups that fit what was typed, and their parameters."""
    compact = asked.replace(" ", "")
    prefixes = {"text": asked, "card": compact.upper()}
    looks = [BY_CARD, BY_EXTERNAL_ID]
    if DIGITS.fullmatch(asked):
        digits = re.sub(r"[^0-9]", "", asked)
        if len(digits) >= SHORTEST_PHONE:
            looks += [BY_PHONE, BY_NATIONAL_PHONE, BY_LAST_DIGITS]
            prefixes["phone"] = "+" + digits.removeprefix("00")
            prefixes["national"] = _national_prefix(digits, country)
            prefixes["tail"] = digits[::-1]
    else:
        looks.append(BY_EMAIL)
        prefixes["email"] = compact.lower()
        if "@" not in asked and (name := fold_name(asked)):
            looks += [BY_NAME, BY_SURNAME]
            prefixes["name"] = name
    return looks, {**prefixes, **{f"{key}_end": value + LAST for key, value in prefixes.items()}}


def _national_prefix(digits: str, country: str) -> str:
    """Return how a number of this country begins in E.164: without its trunk prefix, behind the country's code."""
    metadata = PhoneMetadata.metadata_for_region(country, None)
    trunk = (metadata.national_prefix if metadata else None) or ""
    return f"+{country_code_for_region(country)}{digits.removeprefix(trunk)}"


def _in_turn(lists: Sequence[Sequence[int]]) -> Iterator[int]:
    """Yield the first of each list, then the second of each: a common first name must not hide a surname."""
    for place in range(max(map(len, lists), default=0)):
        for ids in lists:
            if place < len(ids):
                yield ids[place]


def _words(asked: str) -> str:
    """Return the tsquery that asks for every word by its beginning; empty where a word is too short to look up."""
    words = re.findall(r"[^\W_]+", fold_name(asked))
    if "@" in asked or not words or max(map(len, words)) < SHORTEST_PHONE:
        return ""
    return " & ".join(f"'{word}':*" for word in words)
