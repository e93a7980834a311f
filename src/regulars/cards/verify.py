"""Cards and members agree: what a number finds is there."""

from regulars.ledger.verify import Check

CARD_CHECKS = (
    Check(
        "K1-cards",
        "A card finds somebody who is there, and was not merged into another; only one in stock finds nobody.",
        """
        SELECT count(*) FROM members_card AS card LEFT JOIN members_member AS member ON member.id = card.member_id
        WHERE member.merged_into_id IS NOT NULL
           OR (member.id IS NULL AND (card.member_id IS NOT NULL OR card.status IN ('active', 'replaced')))
        """,
    ),
)
