"""People nobody knows yet, of whom a line says nothing that has to be decided: whole batches of them never leave the
database, which takes a third of the time.

What such a line may say is `PLAIN`; the rest (tags, a store, the shop's own fields) and whoever is known is decided
line by line (`decide`). Both come to the same.
"""

from collections.abc import Sequence
from datetime import datetime

from regulars.core.importing import Terms
from regulars.imports.people.fields import IDENTIFIERS
from regulars.ledger.accounts import open_accounts
from regulars.members.models import Status
from regulars.platform.rows import Asked, together

PLAIN = (
    *IDENTIFIERS,
    *("card", "first_name", "last_name", "birth_on", "joined_on", "language"),
    *("name_key", "surname_key", "joined_at", "birth_mark"),
)
"""What a line may say, and what was worked out from it as it was read (`fields.work_out`)."""

# Each identifier is one probe of a unique index: as subqueries with a LIMIT no table is ever read as a whole. Kinds
# named one by one would invite the planner to indexes that are of one kind only.
IS_PLAIN = """
line.faults IS NULL
AND line.values - %(plain)s::text[] = '{}'
AND jsonb_strip_nulls(line.values) ?| %(order)s::text[]
AND (SELECT 1
     FROM (VALUES
        ('external_id', line.values ->> 'external_id'), ('phone', line.values ->> 'phone'),
        ('email', line.values ->> 'email')
     ) AS claim(kind, value)
     WHERE (SELECT 1 FROM members_identifier AS held
            WHERE held.kind = claim.kind AND held.value = claim.value LIMIT 1) IS NOT NULL LIMIT 1) IS NULL
AND (SELECT 1 FROM jsonb_array_elements_text(line.values -> 'card') AS named(number)
     WHERE (SELECT 1 FROM members_card WHERE members_card.number = named.number LIMIT 1) IS NOT NULL LIMIT 1) IS NULL
"""

RESULTS = """
INSERT INTO imports_importresult (run_id, line, outcome, member_id, change)
SELECT run_id, line, 'created', nextval('members_member_id_seq'),
       CASE WHEN values ? 'card' THEN jsonb_build_object('cards', values -> 'card') ELSE '{}' END
FROM imports_importline WHERE run_id = %(run)s AND line = ANY(%(lines)s::bigint[]) ORDER BY line
RETURNING member_id
"""

# In the order of their unique index, as everybody writes them (members/enrol.py).
IDENTIFIERS_OF = """
INSERT INTO members_identifier (member_id, kind, value)
SELECT result.member_id, claim.kind, claim.value
FROM imports_importresult AS result JOIN imports_importline AS line USING (run_id, line)
CROSS JOIN LATERAL (VALUES
    ('external_id', line.values ->> 'external_id'), ('phone', line.values ->> 'phone'),
    ('email', line.values ->> 'email')
) AS claim(kind, value)
WHERE run_id = %(run)s AND line = ANY(%(lines)s::bigint[]) AND claim.value IS NOT NULL
ORDER BY claim.kind, claim.value COLLATE "C"
"""

CARDS_OF = """
INSERT INTO members_card (member_id, number, status, issued_at)
SELECT result.member_id, card.number, 'active', %(at)s
FROM imports_importresult AS result JOIN imports_importline AS line USING (run_id, line)
CROSS JOIN LATERAL jsonb_array_elements_text(line.values -> 'card') AS card(number)
WHERE run_id = %(run)s AND line = ANY(%(lines)s::bigint[])
ORDER BY card.number COLLATE "C"
"""

MEMBERS_OF = """
INSERT INTO members_member (id, first_name, last_name, birth_on, status, status_reason, joined_at, created_at,
                            is_generated, has_card, name_key, surname_key, language)
SELECT result.member_id, coalesce(values ->> 'first_name', ''), coalesce(values ->> 'last_name', ''),
       (values ->> 'birth_on')::date, %(status)s, '', coalesce((values ->> 'joined_at')::timestamptz, %(joined_at)s),
       %(at)s, false, values ? 'card', coalesce(values ->> 'name_key', ''), coalesce(values ->> 'surname_key', ''),
       coalesce(values ->> 'language', '')
FROM imports_importresult AS result JOIN imports_importline AS line USING (run_id, line)
WHERE run_id = %(run)s AND line = ANY(%(lines)s::bigint[]) ORDER BY line
"""


def create_plain(lines: Sequence[int], *, run: int, terms: Terms, at: datetime) -> None:
    """Make these members, with all that finds them, an account of every unit, and what an undo needs."""
    params = {"run": run, "lines": list(lines)}
    with together():
        made = Asked(RESULTS, params)
        # Identifiers first: a rival enrolment waits for them.
        Asked(IDENTIFIERS_OF, params)
        Asked(CARDS_OF, params | {"at": at})
        Asked(MEMBERS_OF, params | {"at": at, "joined_at": at if terms.joins else None, "status": Status.ACTIVE.value})
    open_accounts([member_id for (member_id,) in made.rows()])
