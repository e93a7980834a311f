"""A till's sale becomes a receipt, and the member's units move: in one commit, once, however often it is sent."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regulars.core.sale import NewSale
from regulars.members.first_use import open_guests
from regulars.platform.rows import together
from regulars.sales.settle import Outcome, Settlement, ask_to_open
from regulars.sales.till_batch import cards_to_start, check_batch


@transaction.atomic(savepoint=False)
def record_sales(batch: Sequence[NewSale], *, at: datetime, is_history: bool = False) -> list[Outcome]:
    """Record sales in their order; return one outcome for each, in the same order: one bad sale never fails the rest.

    (store, external_id) is the natural key for ever: the same content again gets the first answer, other content
    ReceiptReused. Units pay first, then what was paid with money earns. Refuses, besides, what `check_batch` refuses,
    MemberLocked and InsufficientBalance. `is_history` lets any past time in, for loading what happened elsewhere.
    The first purchase with an anonymous card makes the guest who holds what it earns. The number of statements does not
    grow with the batch.
    """
    book, seen, refused = check_batch(batch, at=at, is_history=is_history)
    if unused := cards_to_start(seen):
        open_guests(unused, at=at)
        book, seen, refused = check_batch(batch, at=at, is_history=is_history)
    outcomes: dict[int, Outcome] = dict(refused)
    with together():
        opened = ask_to_open(seen, book, at=at, lock=True)
    settlement = Settlement(at=at, book=book, opened=opened())
    for each in seen:
        outcomes[each.place] = settlement.settle(each)
    settlement.write()
    return [outcomes[place] for place in range(len(batch))]
