"""Phone numbers that are plain already are recognised without being taken apart: a file has a million of them.

What is plain is decided by the library's own table of each country; whatever could mean anything else is left to it.
"""

import re
from functools import lru_cache

import msgspec
import phonenumbers
from phonenumbers import PhoneMetadata

_SIGNS = str.maketrans("", "", " ()-./")
_SIGNED = re.compile(r"\+?[0-9 ()./-]{4,24}", re.ASCII)


class _Plan(msgspec.Struct, frozen=True):
    """How long a country's numbers can be, and what may stand before them and is no part of them."""

    lengths: frozenset[int]
    prefix: re.Pattern[str] | None


def plain_e164(text: str, *, country: str) -> str | None:
    """Return a plain number in E.164, as `phonenumbers` would write it; None where it should be asked."""
    if not _SIGNED.fullmatch(text):
        return None
    digits = text.translate(_SIGNS)
    if digits.startswith("+"):
        for size in (1, 2, 3):
            if plan := _plan_of_code(digits[1 : 1 + size]):
                return digits if _is_plain(digits[1 + size :], plan) else None
        return None
    home = _home_of(country)
    if home is None:
        return None
    code, plan, abroad = home
    if digits.startswith(code) or abroad.match(digits) or not _is_plain(digits, plan):
        return None
    return f"+{code}{digits}"


def _is_plain(national: str, plan: _Plan) -> bool:
    if len(national) not in plan.lengths or national.startswith("0"):
        return False
    return plan.prefix is None or not plan.prefix.match(national)


@lru_cache(maxsize=1024)
def _plan_of_code(code: str) -> _Plan | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code.isdigit() else None
    return _plan(regions[0]) if regions and regions[0] != phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else None


@lru_cache(maxsize=512)
def _home_of(country: str) -> tuple[str, _Plan, re.Pattern[str]] | None:
    metadata = PhoneMetadata.metadata_for_region(country.upper(), None)
    plan = _plan(country.upper())
    if metadata is None or plan is None:
        return None
    return str(metadata.country_code), plan, re.compile(metadata.international_prefix or "(?!)")


def _plan(region: str) -> _Plan | None:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return _Plan(
        lengths=frozenset(metadata.general_desc.possible_length), prefix=re.compile(prefix) if prefix else None
    )
