"""A file of tags: a line names a member and says which tags to put on and which to take off.

Whom the line found is kept, and nothing else of it: the file's phones and e-mails are read and forgotten.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import StringIO
from itertools import batched

import msgspec

from regulars.audiences.tags import LONGEST_NAME, find_known_tags
from regulars.core.identifiers import MemberHandle
from regulars.core.refusals import Refusal
from regulars.members.find import find_members

COLUMNS = ("member_id", "card", "external_id", "phone", "email", "put_on", "take_off")
NEEDED = ("put_on", "take_off")
EXAMPLES = (
    ("", "9000000017", "", "", "", "vip; press", ""),
    ("", "", "", "", "ann@example.com", "vip", "newcomer"),
)
MOST_BYTES = 20 * 2**20
MOST_LINES = 100_000
LONGEST_CELL = 2_000
LOOKED_UP_AT_ONCE = 1_000


class InvalidTagFile(Refusal):
    """The file cannot be read as a whole: `problem` is not_utf8, too_large, no_heading, columns or no_lines."""

    code = "invalid_tag_file"

    def __init__(self, *, problem: str) -> None:
        self.problem = problem


class TagLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was understood; `fault` is ragged, nobody_named, nobody_found, doubled (the member had a line
    before), unknown_tag or no_tags.
    """

    line: int
    member_id: int | None = None
    put: tuple[int, ...] = ()
    take: tuple[int, ...] = ()
    fault: str = ""


def write_template() -> str:
    """Return the file to fill in, with two lines to show how."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([COLUMNS, *EXAMPLES])
    return "\N{BYTE ORDER MARK}" + out.getvalue()


def tags_named(content: bytes) -> set[str]:
    """Return the names of all tags in a file. Refuses: InvalidTagFile."""
    return {name for _, row in _rows(content) if row is not None for name in _names(row)}


def read_tag_file(content: bytes, *, country: str, at: datetime) -> Iterator[list[TagLine]]:
    """Yield the lines of a file in batches, each looked up with two statements. Refuses: InvalidTagFile."""
    seen: set[int] = set()
    for batch in batched(_rows(content), LOOKED_UP_AT_ONCE):
        known = find_known_tags({name for _, row in batch if row is not None for name in _names(row)})
        handles = [_handle(row) for _, row in batch]
        asked = [handle for handle in handles if handle is not None]
        found = iter(find_members(asked, country=country, at=at))
        members = [None if handle is None else next(found) for handle in handles]
        yield [
            _line(number, row, handle, member.member_id if member else None, known, seen)
            for (number, row), handle, member in zip(batch, handles, members, strict=True)
        ]


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Yield the number of each line, and what is in it by column; None for a line that cannot be told apart."""
    text = _decode(content)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=False)
    heading = [" ".join(cell.split()).lower() for cell in next(reader, [])]
    if not set(heading) & set(COLUMNS[:5]) or not set(heading) & set(NEEDED) or len(set(heading)) < len(heading):
        raise InvalidTagFile(problem="columns" if any(heading) else "no_heading")
    for count, cells in enumerate(reader, 1):
        if count > MOST_LINES:
            raise InvalidTagFile(problem="too_large")
        if any(cell.strip() for cell in cells):
            is_sound = len(cells) <= len(heading) and all(len(cell) <= LONGEST_CELL for cell in cells)
            yield reader.line_num, dict(zip(heading, map(str.strip, cells), strict=False)) if is_sound else None


def _decode(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise InvalidTagFile(problem="too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidTagFile(problem="not_utf8") from None
    return text.replace("\0", "")


def _separator(text: str) -> str:
    """Spreadsheets of many countries separate by semicolons; tags within a cell do too, but not in the heading."""
    heading = text.partition("\n")[0]
    return max((",", ";", "\t"), key=heading.count)


def _handle(row: Mapping[str, str] | None) -> MemberHandle | None:
    if row is None or not any(row.get(column) for column in COLUMNS[:5]):
        return None
    return MemberHandle(
        id=row.get("member_id") or None,
        card=row.get("card") or None,
        external_id=row.get("external_id") or None,
        phone=row.get("phone") or None,
        email=row.get("email") or None,
    )


def _line(
    number: int,
    row: Mapping[str, str] | None,
    handle: MemberHandle | None,
    member: int | None,
    known: Mapping[str, int],
    seen: set[int],
) -> TagLine:
    if row is None:
        return TagLine(line=number, fault="ragged")
    if handle is None:
        return TagLine(line=number, fault="nobody_named")
    if member is None:
        return TagLine(line=number, fault="nobody_found")
    if member in seen:
        return TagLine(line=number, fault="doubled")
    names = _names(row)
    if not names:
        return TagLine(line=number, fault="no_tags")
    if any(name not in known for name in names):
        return TagLine(line=number, fault="unknown_tag")
    seen.add(member)
    put, take = (tuple(known[name] for name in _split(row.get(column, ""))) for column in NEEDED)
    return TagLine(line=number, member_id=member, put=put, take=take)


def _names(row: Mapping[str, str]) -> list[str]:
    return [name for column in NEEDED for name in _split(row.get(column, ""))]


def _split(cell: str) -> list[str]:
    names = (" ".join(name.split())[: LONGEST_NAME + 1] for name in cell.split(";"))
    return list(dict.fromkeys(name for name in names if name))
