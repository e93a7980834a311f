"""What a sale would do: the same rules on the same facts, and nothing is locked or written."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.sale import NewSale
from regulars.ledger.lock import ask_wallets
from regulars.platform.rows import together
from regulars.sales.answers import Recorded
from regulars.sales.existing import ask_existing
from regulars.sales.settle import Outcome, Settlement
from regulars.sales.till_batch import check_batch


@transaction.atomic(savepoint=False)
def quote_sales(batch: Sequence[NewSale], *, at: datetime) -> list[Outcome]:
    """Return what `record_sales` would answer to each sale by itself, without an id; refuses what it refuses."""
    book, seen, refused = check_batch(batch, at=at, is_history=False)
    outcomes: dict[int, Outcome] = dict(refused)
    sound = [each for each in seen if each.refusal is None]
    with together():
        asked_wallets = ask_wallets(
            {each.member.member_id for each in sound if each.member},
            units=book.units,
            at=at,
            giving={each.member.member_id for each in sound if each.member and each.tender},
            lock=False,
        )
        asked_existing = ask_existing(seen)
    wallets, existing = asked_wallets(), asked_existing()
    for each in seen:
        # Each quote stands alone: one basket must not spend what another one shows.
        own = {
            key: deepcopy(wallet) for key, wallet in wallets.items() if each.member and key[0] == each.member.member_id
        }
        settlement = Settlement(at=at, book=book, wallets=own, existing=dict(existing), ids=((0,), ()))
        outcomes[each.place] = settlement.settle(each)
    return [_without_id(outcomes[place]) for place in range(len(batch))]


def _without_id(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Recorded) and not outcome.replayed:
        return msgspec.structs.replace(outcome, id=None)
    return outcome
