"""Where a member's rows are, and what becomes of them when the member is merged into another."""

from collections.abc import Mapping

import msgspec

from regulars.platform.rows import fetch, run


class Place(msgspec.Struct, frozen=True):
    """A table whose rows belong to a member. Only rows that `goes` is true of go over: the others would stand beside
    one of the keeper's that says the same.
    """

    table: str
    goes: str = "true"


PLACES = (
    Place("sales_sale"),
    Place("rewards_issuedreward"),
    Place("members_card"),
    Place("members_membernote"),
    Place("members_addresscode"),
    Place(
        "members_attributevalue",
        "attribute_id <> ALL(%(swapped)s::bigint[]) AND attribute_id NOT IN "
        "(SELECT attribute_id FROM members_attributevalue WHERE member_id = %(keeper)s)",
    ),
    Place("receipts_receipt"),
    Place("receipts_dispute"),
    Place("files_keptfile"),
    Place("consents_retentionhold"),
    Place("messaging_delivery"),
    Place("audiences_worn", "tag_id NOT IN (SELECT tag_id FROM audiences_worn WHERE member_id = %(keeper)s)"),
)
"""What simply becomes the keeper's. Identifiers, levels, counts and units have rules of their own."""

STAYS = frozenset(
    {
        "audit_event",  # the trail is never changed; the keeper's is read with that of everybody merged into them
        "points_memberevent",  # likewise
        "points_stampcode",  # says who used the code, as the ledger does
        "tiers_standing",
        "tiers_change",
        "members_identifier",
        "consents_consent",  # what was said stays said; the stricter of both is decided anew
        "consents_consentnow",
        "consents_erasure",  # nobody is merged while an erasure waits
        "staff_approval",
        "audiences_tagbatchrow",
        "care_likeness",  # looked at anew
        "imports_importresult",  # says whom a line brought; its undo finds who they are now
    }
)
"""Where rows stay with the member they were written for, or are moved by a rule of their own. Nothing is done with them
here; a test holds that every table with a member is in one of the two.
"""

# The names are ours, and never somebody's input.
MOVE = """
WITH moved AS (
    UPDATE {table} AS place SET member_id = %(keeper)s WHERE member_id = %(source)s AND {goes} RETURNING id
)
INSERT INTO care_mergemove (merge_id, place, row_id, from_id, to_id)
SELECT %(merge)s, '{table}', id, %(source)s, %(keeper)s FROM moved ORDER BY id
"""

MOVE_BACK = """
UPDATE {table} AS place SET member_id = move.from_id FROM care_mergemove AS move
WHERE move.merge_id = %(merge)s AND move.place = '{table}' AND place.id = move.row_id AND place.member_id = move.to_id
"""

SALES = "SELECT row_id FROM care_mergemove WHERE merge_id = %(merge)s AND place = 'sales_sale'"

MOVED = """
SELECT place, count(*) FROM care_mergemove WHERE merge_id = %(merge)s GROUP BY place
"""


def move_rows(*, merge_id: int, source: int, keeper: int, swapped: list[int]) -> Mapping[str, int]:
    """Give the source's rows to the keeper and remember each; how many of each table. `swapped` are attributes whose
    values have changed hands before.
    """
    params = {"merge": merge_id, "source": source, "keeper": keeper, "swapped": swapped}
    return {place.table: run(MOVE.format(table=place.table, goes=place.goes), params) for place in PLACES}


def move_rows_back(*, merge_id: int) -> Mapping[str, int]:
    """Give back every row that is still the keeper's; how many of each table did not come back."""
    moved = dict(fetch(MOVED, {"merge": merge_id}))
    missing: dict[str, int] = {}
    for place in PLACES:
        if place.table in moved:
            back = run(MOVE_BACK.format(table=place.table), {"merge": merge_id})
            if back < moved[place.table]:
                missing[place.table] = moved[place.table] - back
    return missing


def sales_of_merge(merge_id: int) -> list[int]:
    """Return the sales that the merge gave to the keeper."""
    return [sale for (sale,) in fetch(SALES, {"merge": merge_id})]
