"""What counts is what was said last, and nothing is left of who was erased."""

from regulars.ledger.verify import Check

CONSENT_CHECKS = (
    Check(
        "C1-consents",
        "What counts of a member's decisions is what was said last about each purpose and channel.",
        """
        WITH last AS (
            SELECT consent.* FROM consents_consent consent
            WHERE NOT EXISTS (
                SELECT FROM consents_consent later
                WHERE later.member_id = consent.member_id AND later.purpose_id = consent.purpose_id
                  AND later.channel IN (consent.channel, '')
                  AND (later.given_at, later.id) > (consent.given_at, consent.id))
        )
        SELECT count(*) FROM last FULL JOIN consents_consentnow now ON now.consent_id = last.id
        WHERE (last.member_id, last.purpose_id, last.channel, last.is_given, last.given_at, last.version_id)
            IS DISTINCT FROM
              (now.member_id, now.purpose_id, now.channel, now.is_given, now.given_at, now.version_id)
        """,
    ),
    Check(
        "C2-erased",
        "Who was erased has a certificate, no name, and nothing that finds them or tells of them.",
        """
        WITH certified AS (
            SELECT jsonb_array_elements(certificate -> 'members')::bigint AS id
            FROM consents_erasure WHERE state = 'done'
        )
        SELECT count(*) FROM members_member member
        WHERE erased_at IS NOT NULL
          AND ((first_name, last_name, name_key, status_reason, left_reason) IS DISTINCT FROM ('', '', '', '', '')
               OR birth_on IS NOT NULL
               OR EXISTS (SELECT FROM members_identifier WHERE member_id = member.id)
               OR EXISTS (SELECT FROM members_attributevalue WHERE member_id = member.id)
               OR EXISTS (SELECT FROM members_membernote WHERE member_id = member.id)
               OR id NOT IN (SELECT id FROM certified))
        """,
    ),
)
