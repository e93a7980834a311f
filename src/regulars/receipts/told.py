"""What happens to a receipt is in the trail, with its member and its store."""

from collections.abc import Mapping
from datetime import datetime

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.receipts.models import Receipt


def tell_receipt(action: str, receipt: Receipt, facts: Mapping[str, object], *, at: datetime, by: Actor) -> None:
    record_event(
        action=action,
        about="receipt",
        about_id=receipt.pk,
        member_id=receipt.member_id,
        store_id=receipt.store_id,
        facts=dict(facts),
        at=at,
        by=by,
    )
