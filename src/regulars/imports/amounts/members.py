"""Which member a line of amounts means: by the same identifiers and the same rules as a line of people."""

from collections.abc import Sequence

import msgspec

from regulars.core.importing import Mode, Terms
from regulars.core.refusals import Refusal
from regulars.imports.lines import Line
from regulars.imports.people.decide import match_lines
from regulars.imports.people.look import find_holders


def find_members(lines: Sequence[Line], terms: Terms) -> list[int | Refusal]:
    """Return whom each line means, or why that cannot be said; nobody is made."""
    matched = match_lines(lines, find_holders(lines), msgspec.structs.replace(terms, mode=Mode.UPDATE))
    return [each for each in matched if each is not None]
