"""The whole proof: every invariant of every part, for the merchant whose schema is set."""

from collections.abc import Iterator

from regulars.cards.verify import CARD_CHECKS
from regulars.consents.verify import CONSENT_CHECKS
from regulars.ledger.verify import CheckResult, run_checks
from regulars.members.verify import MEMBER_CHECKS
from regulars.messages.verify import MESSAGE_CHECKS
from regulars.receipts.verify import RECEIPT_CHECKS
from regulars.sales.verify import PROOF

EVERY_CHECK = (*PROOF, *RECEIPT_CHECKS, *CONSENT_CHECKS, *CARD_CHECKS, *MEMBER_CHECKS, *MESSAGE_CHECKS)


def verify_everything() -> Iterator[CheckResult]:
    """Check it all; results come one by one."""
    return run_checks(EVERY_CHECK)
