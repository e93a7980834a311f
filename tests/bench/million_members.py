"""A million made-up members, written by SQL in the current merchant's schema, to measure lists and the search box with.

Names follow a steep curve, as real ones do: the commonest of 60 first names and 1,000 surnames belong to many
thousands. A tenth have a second first name, two thirds a phone, three quarters an e-mail, nine tenths a card; a fifth
are guests. Needs the owner's role, for its temporary tables and for VACUUM.
"""

from django.db import connection

FIRST = """
james mary john patricia robert jennifer michael linda william elizabeth david barbara richard susan joseph jessica
thomas sarah charles karen christopher nancy daniel lisa matthew betty anthony margaret mark sandra donald ashley
steven kimberly paul emily andrew donna joshua michelle kenneth dorothy kevin carol brian amanda george melissa
edward deborah martin maria marta marcus marion marvin jose ana zoe
"""
SYLLABLES = "an bel cor dan el far gar hol in jor kel lin mar nor ol per qui ros sal tor ul ver wal xan yor zel"
ENDINGS = "son man ton ley field er ez ski berg well"

NAMES = """
CREATE TEMPORARY TABLE first_names AS
SELECT ordinality AS n, name FROM unnest(%(first)s::text[]) WITH ORDINALITY AS f(name);
CREATE TEMPORARY TABLE surnames AS
SELECT row_number() OVER (ORDER BY md5(a || b || c)) AS n, a || b || c AS name
FROM unnest(%(syllables)s::text[]) a, unnest(%(syllables)s::text[]) b, unnest(%(endings)s::text[]) c LIMIT 1000;
"""

# random() ^ 2 makes a steep curve; the seed makes the same people every time.
MEMBERS = """
INSERT INTO members_member (id, first_name, last_name, status, status_reason, joined_at, created_at, is_generated,
                            has_card, name_key, surname_key)
SELECT n, initcap(first), initcap(last), CASE WHEN n %% 500 = 0 THEN 'blocked' ELSE 'active' END, '',
       CASE WHEN n %% 5 = 0 THEN NULL ELSE made_at END, made_at, true, n %% 10 > 0,
       first || ' ' || last, last || ' ' || first
FROM (
    SELECT i AS n, timestamptz '2020-01-01' + i * interval '2 minutes' AS made_at,
           f.name || CASE WHEN i %% 10 = 0 THEN ' ' || m.name ELSE '' END AS first, s.name AS last
    FROM (
        SELECT i, 1 + floor(%(firsts)s * random() ^ 2)::int AS f, 1 + floor(%(firsts)s * random())::int AS m,
               1 + floor(1000 * random() ^ 2)::int AS s
        FROM generate_series(%(start)s::bigint, %(stop)s::bigint) AS i
    ) AS drawn
    JOIN first_names f ON f.n = drawn.f JOIN first_names m ON m.n = drawn.m JOIN surnames s ON s.n = drawn.s
) AS person
"""

IDENTIFIERS = """
INSERT INTO members_identifier (member_id, kind, value)
SELECT id, 'phone', '+1' || (200 + id * 7919 %% 800)::text || lpad((id * 104729 %% 10000000)::text, 7, '0')
FROM members_member WHERE id BETWEEN %(start)s AND %(stop)s AND id %% 3 > 0
UNION ALL
SELECT id, 'email',
       replace(name_key, ' ', '.') || id || '@' || (ARRAY['example.com', 'example.org', 'example.net'])[1 + id %% 3]
FROM members_member WHERE id BETWEEN %(start)s AND %(stop)s AND id %% 4 > 0
UNION ALL
SELECT id, 'external_id', 'C-' || lpad(id::text, 8, '0')
FROM members_member WHERE id BETWEEN %(start)s AND %(stop)s
ON CONFLICT DO NOTHING
"""

CARDS = """
INSERT INTO members_card (member_id, number, status, issued_at)
SELECT id, (9000000000 + id)::text, 'active', created_at
FROM members_member WHERE id BETWEEN %(start)s AND %(stop)s AND id %% 10 > 0
"""


def make_members(count: int = 1_000_000, *, chunk: int = 100_000) -> None:
    """Write `count` members with their identifiers and cards (no accounts), from the next free id on; then analyze."""
    names = {"first": FIRST.split(), "syllables": SYLLABLES.split(), "endings": ENDINGS.split()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5), coalesce(max(id), 0) + 1 FROM members_member")
        first_id = cursor.fetchone()[1]
        for statement in NAMES.split(";")[:2]:
            cursor.execute(statement, names)
        for start in range(first_id, first_id + count, chunk):
            window = {"start": start, "stop": min(start + chunk, first_id + count) - 1}
            cursor.execute(MEMBERS, {**window, "firsts": len(names["first"])})
            cursor.execute(IDENTIFIERS, window)
            cursor.execute(CARDS, window)
        cursor.execute("DROP TABLE first_names, surnames")
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('members_member', 'id'), (SELECT max(id) FROM members_member))"
        )
        for table in ("members_member", "members_identifier", "members_card"):
            cursor.execute(f"VACUUM ANALYZE {table}")
