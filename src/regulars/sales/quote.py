"""What a sale would do: the same rules on the same facts, and nothing is locked or written."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from regulars.core.sale import NewSale
from regulars.ledger.lock import peek_wallets
from regulars.sales.answers import Recorded
from regulars.sales.existing import find_existing
from regulars.sales.settle import Outcome, Settlement
from regulars.sales.till_batch import check_batch


def quote_sales(batch: Sequence[NewSale], *, at: datetime) -> list[Outcome]:
    """Return what `record_sales` would answer to each sale by itself, without an id; refuses what it refuses."""
    book, seen, refused = check_batch(batch, at=at, is_history=False)
    outcomes: dict[int, Outcome] = dict(refused)
    existing = find_existing(seen)
    sound = [each for each in seen if each.refusal is None]
    members = {each.member.member_id for each in sound if each.member}
    giving = {each.member.member_id for each in sound if each.member and each.tender}
    for each in seen:
        # Each quote stands alone: one basket must not spend what another one shows.
        wallets = peek_wallets(members, units=book.units, at=at, giving=giving)
        settlement = Settlement(at=at, book=book, wallets=wallets, existing=existing, free_ids=(0,))
        outcomes[each.place] = settlement.settle(each)
    return [_without_id(outcomes[place]) for place in range(len(batch))]


def _without_id(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Recorded) and not outcome.replayed:
        return msgspec.structs.replace(outcome, id=None)
    return outcome
