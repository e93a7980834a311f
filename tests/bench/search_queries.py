"""Two hundred things people type into the search box, drawn from the members there are; the same ones every time."""

import random

from django.db import connection

SAMPLE = """
SELECT member.name_key, member.surname_key, card.number,
       (SELECT value FROM members_identifier WHERE member_id = member.id AND kind = 'phone'),
       (SELECT value FROM members_identifier WHERE member_id = member.id AND kind = 'email'),
       (SELECT value FROM members_identifier WHERE member_id = member.id AND kind = 'external_id')
FROM members_member AS member JOIN members_card AS card ON card.member_id = member.id
WHERE member.id = ANY(%(ids)s)
"""


def make_queries(*, seed: int = 7) -> list[str]:
    """Common and rare beginnings, whole names, two words, second names, phones, cards, e-mails, ids, and no hits."""
    draw = random.Random(seed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM members_member")
        low, high = cursor.fetchone()
        cursor.execute(SAMPLE, {"ids": [draw.randint(low, high) for _ in range(60)]})
        people = cursor.fetchall()
    queries = ["mar", "joh", "jam", "son", "ann", "zoe", "ma", "jo", "s", "mary", "maria", "martin", "qui", "xan"]
    for name, surname, card, phone, email, external_id in people:
        first, last = name.split()[0], name.split()[-1]
        queries += [
            first[:3],
            last[:3],
            name,
            surname,
            f"{first[:3]} {last[:3]}",
            f"{last[:4]} {first[:2]}",
            name.split()[1],
            f"{first} {draw.choice(people)[0].split()[-1]}",
            card,
            card[:5],
            external_id,
        ]
        if phone:
            queries += [
                phone,
                phone[:5],
                phone[2:5],
                phone[2:9],
                phone[-3:],
                phone[-4:],
                f"({phone[2:5]}) {phone[5:8]}",
            ]
        if email:
            queries += [email, email[:3], email[:8], email.split("@")[0] + "@"]
    queries += ["zzz", "qqq xyz", "nobody@example", "+99", "0000000000", "wolfeschlegel stein", "mary zzz", "zzz mary"]
    return draw.sample(sorted(set(queries)), 200)
