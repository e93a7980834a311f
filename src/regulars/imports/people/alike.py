"""People of a file who may be there already: a name with a birth date, as the work list of duplicates finds it.

They are brought in all the same, since two people may share both; the check counts and shows them.
"""

from collections.abc import Sequence

from regulars.care.duplicates import MOST_ALIKE
from regulars.platform.rows import fetch, run

# Whom too many are like is nobody in particular.
COMPARE = """
WITH later AS (
    SELECT line, first FROM (
        SELECT line.line, min(line.line) OVER alike AS first, count(*) OVER alike AS many
        FROM imports_importline AS line
        WHERE line.run_id = %(run)s AND line.faults IS NULL AND line.values ? 'birth_mark'
        WINDOW alike AS (PARTITION BY (line.values ->> 'birth_mark')::bigint)
    ) AS each
    WHERE line > first AND many <= %(most)s
)
UPDATE imports_importline AS line SET like_line = later.first
FROM later WHERE line.run_id = %(run)s AND line.line = later.line
"""

# Each mark is one probe of the index, and stops at one more than is believed.
NOTE_MEMBERS = """
UPDATE imports_importline AS line SET like_member_id = alike.members[1]
FROM unnest(%(new)s::bigint[]) AS new(line)
CROSS JOIN LATERAL (
    SELECT (values ->> 'birth_mark')::bigint AS mark FROM imports_importline
    WHERE run_id = %(run)s AND imports_importline.line = new.line LIMIT 1
) AS said
CROSS JOIN LATERAL (
    SELECT array_agg(member_id) AS members FROM (
        SELECT member_id FROM care_likeness
        WHERE kind = 'birth' AND mark = said.mark ORDER BY member_id LIMIT %(most)s + 1) AS found
) AS alike
WHERE cardinality(alike.members) <= %(most)s AND line.run_id = %(run)s AND line.line = new.line
"""

FORGET = """
UPDATE imports_importline SET like_line = NULL
WHERE run_id = %(run)s AND line = ANY(%(others)s::bigint[]) AND like_line IS NOT NULL
"""

COUNT = """
SELECT count(*) FROM imports_importline
WHERE run_id = %(run)s AND line = ANY(%(new)s::bigint[]) AND (like_line IS NOT NULL OR like_member_id IS NOT NULL)
"""


def compare_lines(run_id: int) -> None:
    """Note of each line of a file which earlier one may be the same person."""
    run(COMPARE, {"run": run_id, "most": MOST_ALIKE})


def note_alike(new: Sequence[int], others: Sequence[int], *, run_id: int) -> int:
    """Note of new people which member they may be, and forget of others what they are like; how many new ones are."""
    params = {"run": run_id, "new": list(new), "others": list(others), "most": MOST_ALIKE}
    if others:
        run(FORGET, params)
    if not new:
        return 0
    run(NOTE_MEMBERS, params)
    [[found]] = fetch(COUNT, params)
    return int(found)
