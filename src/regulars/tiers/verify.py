"""Levels and their history agree."""

from regulars.ledger.verify import Check

TIER_CHECKS = (
    Check(
        "T1-levels",
        "A member has the level that the history ended with.",
        """
        SELECT count(*) FROM tiers_standing standing
        FULL JOIN (SELECT DISTINCT ON (member_id, tier_set) member_id, tier_set, after FROM tiers_change
                   ORDER BY member_id, tier_set, id DESC) last
            ON (last.member_id, last.tier_set) = (standing.member_id, standing.tier_set)
        WHERE standing.level IS DISTINCT FROM last.after
        """,
    ),
    Check(
        "T2-history",
        "Each change of a level begins where the one before it ended.",
        """
        SELECT count(*) FROM (
            SELECT before, lag(after) OVER (PARTITION BY member_id, tier_set ORDER BY id) AS was FROM tiers_change
        ) change
        WHERE before IS DISTINCT FROM was
        """,
    ),
    Check(
        "T3-reviews",
        "What ends has a review that is not later than its end allows.",
        """
        SELECT count(*) FROM tiers_standing
        WHERE (reached IS NOT NULL AND kept_until IS NOT NULL AND review_at IS NULL)
           OR (override_until IS NOT NULL AND (review_at IS NULL OR review_at > override_until))
        """,
    ),
    Check(
        "T4-gifts",
        "Each reward of a level has a level that its member was given or reached.",
        """
        SELECT count(*) FROM rewards_issuedreward issued
        WHERE cause = 'tier' AND NOT EXISTS (
            SELECT FROM tiers_change change
            WHERE change.member_id = split_part(issued.key, '/', 2)::bigint
              AND change.tier_set = split_part(issued.key, '/', 3)
              AND change.after IS NOT NULL)
        """,
    ),
    Check(
        "T5-events",
        "Each change of a level left one event.",
        """
        SELECT count(*) FROM tiers_change change
        FULL JOIN (SELECT about_id, count(*) AS events FROM audit_event WHERE about = 'tier' GROUP BY about_id) event
            ON event.about_id = change.id
        WHERE event.events IS DISTINCT FROM 1 OR change.id IS NULL
        """,
    ),
)
