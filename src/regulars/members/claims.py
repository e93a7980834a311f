"""An identifier finds one member: who holds it already, asked once for a whole batch."""

from collections.abc import Collection

from regulars.platform.rows import encode_rows, fetch

CARD = "card"

type Claim = tuple[str, str]
"""A kind (card, external_id, phone or email) and the cleaned value."""

SELECT = """
SELECT claim.kind, claim.value, holder.member_id
FROM json_to_recordset(%(claims)s::json) AS claim(kind text, value text)
JOIN LATERAL (
    (SELECT CASE WHEN status <> 'stock' THEN member_id END AS member_id FROM members_card
     WHERE claim.kind = 'card' AND number = claim.value LIMIT 1)
    UNION ALL
    (SELECT member_id FROM members_identifier WHERE kind = claim.kind AND value = claim.value LIMIT 1)
) AS holder ON true
"""


def find_holders(claims: Collection[Claim]) -> dict[Claim, int | None]:
    """The ids of the members who hold these, with one statement; what nobody holds is missing from the answer.

    None is a card that nobody has activated.
    """
    if not claims:
        return {}
    rows = [{"kind": kind, "value": value} for kind, value in claims]
    return {(kind, value): member_id for kind, value, member_id in fetch(SELECT, {"claims": encode_rows(rows)})}
