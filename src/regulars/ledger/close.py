"""Accounts that nothing ever moved through go with their holder."""

from collections.abc import Sequence

from regulars.platform.rows import run

DELETE = """
DELETE FROM ledger_account AS account
WHERE holder_id = ANY(%(members)s::bigint[]) AND side = 'member'
  AND NOT EXISTS (SELECT FROM ledger_entry WHERE source_id = account.id)
  AND NOT EXISTS (SELECT FROM ledger_entry WHERE target_id = account.id)
"""


def close_accounts(member_ids: Sequence[int]) -> int:
    """Delete the accounts of these members that no entry ever touched; how many there were."""
    return run(DELETE, {"members": list(member_ids)})
