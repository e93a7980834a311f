"""Opening accounts: one per member and unit, and the merchant's four sides of each unit."""

from collections.abc import Sequence

from django.db import transaction

from regulars.ledger.models import Side, Unit
from regulars.platform.rows import Asked, run, together

# Who opens a unit waits for enrolments under way, and they for it: otherwise neither would see the other's row, and a
# member would lack an account for ever. The lock is taken by a statement of its own, so that the next one sees what was
# committed while it waited. Reading units waits for nobody.
LOCK_UNITS = "LOCK TABLE ledger_unit IN EXCLUSIVE MODE"
LOCK_HOLDERS = "SELECT id FROM ledger_unit ORDER BY id FOR KEY SHARE"

OPEN_HOLDERS = """
INSERT INTO ledger_account (unit_id, side, holder_id, balance, debt, earned, spent, expired)
SELECT unit.id, 'member', holder, 0, 0, 0, 0, 0
FROM ledger_unit unit, unnest(%(members)s::bigint[]) AS holder
ORDER BY holder, unit.id
ON CONFLICT DO NOTHING
"""

OPEN_SIDES = """
INSERT INTO ledger_account (unit_id, side)
SELECT %(unit)s, side FROM unnest(%(sides)s::text[]) AS side
ON CONFLICT DO NOTHING
"""

OPEN_FOR_ALL = """
INSERT INTO ledger_account (unit_id, side, holder_id, balance, debt, earned, spent, expired)
SELECT %(unit)s, 'member', holder_id, 0, 0, 0, 0, 0
FROM ledger_account WHERE side = 'member' GROUP BY holder_id
ON CONFLICT DO NOTHING
"""

# Who was merged into another holds nothing of the new unit either.
CLOSE_MERGED = """
UPDATE ledger_account AS account SET merged_into = keeper.id
FROM (SELECT DISTINCT merged.holder_id, holder.holder_id AS keeper_id
      FROM ledger_account AS merged JOIN ledger_account AS holder ON holder.id = merged.merged_into
      WHERE merged.merged_into IS NOT NULL) AS pair
JOIN ledger_account AS keeper ON keeper.holder_id = pair.keeper_id AND keeper.side = 'member'
WHERE keeper.unit_id = %(unit)s AND account.unit_id = %(unit)s AND account.side = 'member'
  AND account.holder_id = pair.holder_id
"""


@transaction.atomic(savepoint=False)
def open_unit(*, code: str, name: str) -> Unit:
    """Make a unit with the merchant's sides of it, and an account for every member there is. Can run twice."""
    run(LOCK_UNITS, {})
    unit, _ = Unit.objects.get_or_create(code=code, defaults={"name": name})
    sides = [side for side in Side if side != Side.MEMBER]
    run(OPEN_SIDES, {"unit": unit.id, "sides": sides})
    run(OPEN_FOR_ALL, {"unit": unit.id})
    run(CLOSE_MERGED, {"unit": unit.id})
    return unit


def open_accounts(member_ids: Sequence[int]) -> None:
    """Open an account of every unit for these members, in one round trip. Can run twice."""
    with together():
        Asked(LOCK_HOLDERS, {})
        Asked(OPEN_HOLDERS, {"members": list(member_ids)})
