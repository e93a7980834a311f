"""Where tallies are kept: one row for each holder. A member's is guarded by the lock of the member's accounts; those
that members share (a store's, a cashier's, a card's, the program's) are locked before any account.
"""

from collections.abc import Callable, Collection, Mapping

import msgspec

from regulars.core.tallies import Tally
from regulars.platform.rows import Asked, encode_rows, run

PROGRAM = "program"

SELECT = "SELECT holder, counts FROM programs_tally WHERE holder = ANY(%(holders)s::text[])"

MAKE = """
INSERT INTO programs_tally (holder, counts)
SELECT holder, '{}' FROM unnest(%(holders)s::text[]) AS holder ORDER BY holder COLLATE "C"
ON CONFLICT DO NOTHING
"""

# In one order, so that two batches never wait for each other in a circle.
LOCK = SELECT + " ORDER BY holder FOR NO KEY UPDATE"

WRITE = """
INSERT INTO programs_tally (holder, counts)
SELECT holder, counts FROM json_to_recordset(%(rows)s::json) AS r(holder text, counts text) ORDER BY holder COLLATE "C"
ON CONFLICT (holder) DO UPDATE SET counts = excluded.counts
"""

Tallies = dict[str, Tally]

_decode = msgspec.json.Decoder(Tally).decode


class _Row(msgspec.Struct, gc=False):
    holder: str
    counts: Tally


def member_holder(member_id: int) -> str:
    return f"member/{member_id}"


def ask_tallies(holders: Collection[str], *, lock: bool = False) -> Callable[[], Tallies]:
    """Send, inside a `together` block, what these holders have had so far; with `lock`, hold them until the
    transaction ends. Members need no lock of their own: their accounts are locked. Who had nothing has an empty tally.
    """
    wanted = sorted(holders)
    if not wanted:
        return dict
    if lock:
        Asked(MAKE, {"holders": wanted})
    asked = Asked(LOCK if lock else SELECT, {"holders": wanted})
    return lambda: {
        **{holder: Tally() for holder in wanted},
        **{holder: _decode(counts) for holder, counts in asked.rows()},
    }


def write_tallies(tallies: Mapping[str, Tally]) -> None:
    """Keep these tallies, with one statement."""
    if tallies:
        run(WRITE, {"rows": encode_rows([_Row(holder, tally) for holder, tally in tallies.items()])})
