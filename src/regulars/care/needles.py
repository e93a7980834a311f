"""Strings that tell a text is about a person: what an erasure looks for where nothing else names its member."""

from collections.abc import Sequence

import msgspec

from regulars.platform.rows import encode_rows, fetch

SHORTEST = 4
"""What is shorter than this stands in every text."""

KNOWN = """
SELECT value FROM members_identifier WHERE member_id = ANY(%(members)s::bigint[])
UNION
SELECT number FROM members_card WHERE member_id = ANY(%(members)s::bigint[])
"""

NAMES = "SELECT first_name, last_name FROM members_member WHERE id = ANY(%(members)s::bigint[])"

type Needle = tuple[str, ...]
"""Strings that must all be found."""


class Needles(msgspec.Struct, frozen=True):
    """`in_json` for what is kept as JSON, where a name stands alone between its quotes; `in_text` for files."""

    in_json: tuple[Needle, ...]
    in_text: tuple[Needle, ...]

    @property
    def parameter(self) -> str:
        return encode_rows(self.in_json)


def collect_needles(member_ids: Sequence[int]) -> Needles:
    """Return what these rows of one person are told by, before they are emptied."""
    plain: set[Needle] = set()
    for (value,) in fetch(KNOWN, {"members": list(member_ids)}):
        plain |= {(each,) for each in _spellings(value) if len(each) >= SHORTEST}
    in_json, in_text = set(plain), set(plain)
    for first, last in fetch(NAMES, {"members": list(member_ids)}):
        if first and last:
            in_json.add((_quoted(first), _quoted(last)))
            in_text.add((first, last))
    return Needles(tuple(sorted(in_json)), tuple(sorted(in_text)))


def _spellings(value: str) -> set[str]:
    """A phone in E.164 is often written without its plus."""
    return {value, value.removeprefix("+")}


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
