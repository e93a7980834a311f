"""What is known of members lies as the shop's own fields say it."""

from regulars.ledger.verify import Check

MEMBER_CHECKS = (
    Check(
        "M1-values",
        "A regulated value is sealed and no other is; each stands for one member where its field says so.",
        """
        SELECT count(*) FROM members_attributevalue AS value JOIN members_attribute AS field
            ON field.id = value.attribute_id
        WHERE (value.sealed IS NOT NULL) <> (field.is_regulated AND field.kind <> 'file')
           OR value.is_unique <> field.is_unique
           OR (value.is_unique AND value.key IS NULL)
        """,
    ),
    Check(
        "M2-identifiers",
        "An identifier finds somebody who is there, and was not merged into another.",
        """
        SELECT count(*) FROM members_identifier AS identifier
        LEFT JOIN members_member AS member ON member.id = identifier.member_id
        WHERE member.id IS NULL OR member.merged_into_id IS NOT NULL
        """,
    ),
)
