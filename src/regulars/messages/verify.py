"""Nothing was sent that nobody allowed, and no code can be read afterwards."""

from regulars.ledger.verify import Check

MESSAGE_CHECKS = (
    Check(
        "N1-allowed",
        "What was sent says what allowed it, and a consent it names is a yes to the template's purpose.",
        """
        SELECT count(*) FROM messaging_delivery delivery
        JOIN messaging_templateversion version ON version.id = delivery.version_id
        JOIN messaging_template template ON template.id = version.template_id
        LEFT JOIN consents_consent consent ON consent.id = delivery.consent_id
        LEFT JOIN consents_purpose purpose ON purpose.id = consent.purpose_id
        WHERE delivery.state IN ('sent', 'sending')
          AND NOT CASE delivery.why
              WHEN 'test' THEN delivery.trigger = 'test'
              WHEN 'code' THEN template.kind = 'code'
              WHEN 'service' THEN template.kind = 'service'
              WHEN 'basis' THEN template.kind = 'purpose'
              WHEN 'consent' THEN template.kind = 'purpose' AND consent.is_given IS TRUE
                  AND purpose.code = template.purpose
              ELSE false END
        """,
    ),
    Check(
        "N2-codes",
        "The text of a code is kept only where it is to be read: in a sink, and sealed until it is sent.",
        """
        SELECT count(*) FROM messaging_delivery delivery
        LEFT JOIN messaging_channel channel ON channel.id = delivery.sent_over_id
        WHERE (delivery.sealed IS NOT NULL AND state NOT IN ('waiting', 'sending', 'stopped'))
           OR (trigger = 'code' AND body <> '' AND position('••••' IN body) = 0
               AND NOT (state = 'sent' AND coalesce(channel.way, '') = 'sink'))
        """,
    ),
    Check(
        "N3-erased",
        "What is being sent has begun, and nothing is left of messages to who was erased.",
        """
        SELECT count(*) FROM messaging_delivery delivery
        LEFT JOIN members_member member ON member.id = delivery.member_id
        WHERE (state = 'sending' AND sending_at IS NULL)
           OR (member.erased_at IS NOT NULL AND (address <> '' OR body <> '' OR subject <> '' OR sealed IS NOT NULL))
        """,
    ),
)
