"""What a program's rules ask about members' tags and segments; where they ask for none, nothing is looked up."""

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo

import msgspec

from regulars.audiences.segments import ask_segments
from regulars.audiences.tags import ask_tags
from regulars.core.compiled import Compiled


class Belonging(msgspec.Struct, frozen=True, gc=False):
    """Names, by member; who has none is missing."""

    tags: dict[int, tuple[str, ...]] = {}
    segments: dict[int, tuple[str, ...]] = {}


def ask_belonging(pairs: Iterable[tuple[Compiled, int]], *, at: datetime) -> Callable[[], Belonging]:
    """Send, inside a `together` block, what these versions of the program ask about these members at a moment."""
    tagged: set[int] = set()
    segmented: set[int] = set()
    names: set[str] = set()
    zone: tzinfo | None = None
    for program, member in pairs:
        if program.needs.tags:
            tagged.add(member)
        if program.needs.segments:
            segmented.add(member)
            names |= program.needs.segments
            zone = program.zone
    tags = ask_tags(tagged) if tagged else dict
    segments = ask_segments(segmented, names, at=at, zone=zone) if segmented else dict
    return lambda: Belonging(tags(), segments())
