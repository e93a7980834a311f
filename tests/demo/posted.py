"""What the database holds of the grocer's year, in the same words as `grocer.expected_by_rule`."""

import json
from collections.abc import Callable

POSTED = """
SELECT json_object_agg(what, amount) FROM (
    SELECT part ->> 0 AS what, sum((part ->> 5)::bigint) AS amount
    FROM ledger_entry, jsonb_array_elements(why::jsonb -> 'parts') AS part WHERE kind = 'earn' GROUP BY 1
    UNION ALL
    SELECT 'full cards', count(*) FROM rewards_issuedreward WHERE reward = 'pastry'
    UNION ALL
    SELECT given, (SELECT count(*) FROM rewards_issuedreward WHERE reward = given)
    FROM unnest(ARRAY['pastry', 'coffee', 'hamper']) AS given
    UNION ALL
    SELECT 'silver', count(*) FROM tiers_standing WHERE level IN ('silver', 'gold')
    UNION ALL
    SELECT 'gold', count(*) FROM tiers_standing WHERE level = 'gold'
) AS posted
"""


def posted_by_rule(look: Callable[[str], str]) -> dict[str, int]:
    """Return what was posted; rules that gave nothing are 0."""
    nothing = dict.fromkeys(("base", "own-brand", "welcome", "produce", "bakery"), 0)
    return nothing | json.loads(look(POSTED))
