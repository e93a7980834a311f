"""How many members have each level, and who they are; as of the last write, which the night brings up to date."""

from regulars.platform.rows import fetch

COUNT = "SELECT tier_set, level, count(*) FROM tiers_standing WHERE level IS NOT NULL GROUP BY tier_set, level"

PAGE = """
SELECT member_id FROM tiers_standing
WHERE tier_set = %(set)s AND level = %(level)s AND member_id < %(before)s
ORDER BY tier_set, level, member_id DESC
LIMIT %(limit)s
"""

LARGEST_ID = 2**63 - 1


def count_levels() -> dict[tuple[str, str], int]:
    """Return how many members have a level, by tier set and level; one that nobody has is left out."""
    return {(tier_set, level): count for tier_set, level, count in fetch(COUNT, {})}


def list_members_at(tier_set: str, level: str, *, before: int | None = None, limit: int = 50) -> list[int]:
    """Return a page of the members who have a level, the newest first; `before` is the last page's last one."""
    params = {"set": tier_set, "level": level, "before": LARGEST_ID if before is None else before, "limit": limit}
    return [member for (member,) in fetch(PAGE, params)]
