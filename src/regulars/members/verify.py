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
)
