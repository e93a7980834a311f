"""What a sale would do: the same rules on the same facts, and nothing is locked or written."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.compiled import Compiled
from regulars.core.sale import NewSale
from regulars.ledger.wallet import Wallet
from regulars.platform.rows import together
from regulars.programs.book import Book
from regulars.sales.answers import Recorded
from regulars.sales.settle import Opened, Outcome, Settlement, ask_to_open
from regulars.sales.till_batch import cards_to_start, check_batch


@transaction.atomic(savepoint=False)
def quote_sales(
    batch: Sequence[NewSale], *, at: datetime, draft: Compiled | None = None, is_history: bool = False
) -> list[Outcome]:
    """Return what `record_sales` would answer to each sale by itself, without an id; refuses what it refuses.

    With a `draft`, that version decides instead of the live one: so a basket is tried before a program is published.
    """
    book, seen, refused = check_batch(batch, at=at, is_history=is_history, draft=draft)
    outcomes: dict[int, Outcome] = dict(refused)
    with together():
        asked = ask_to_open(seen, book, at=at, lock=False)
    opened = asked()
    if draft is not None:
        book = book.with_draft(draft)
        _open_new_wallets(opened, book, {each.member.member_id for each in seen if each.member}, at=at)
    if unused := cards_to_start(seen):
        _open_new_wallets(opened, book, [-card_id for card_id in unused], at=at)
    for each in seen:
        # Each quote stands alone: one basket must not spend or count what another one shows.
        settlement = Settlement(at=at, book=book, opened=_own(opened) if len(seen) > 1 else opened)
        outcomes[each.place] = settlement.settle(each)
    return [_without_id(outcomes[place]) for place in range(len(batch))]


def _open_new_wallets(opened: Opened, book: Book, member_ids: Iterable[int], *, at: datetime) -> None:
    """Let members hold the units that only the draft has, and cards that were never used any: nothing yet."""
    for member_id in member_ids:
        for code, unit_id in book.units.items():
            if (member_id, code) not in opened.wallets:
                opened.wallets[member_id, code] = Wallet(
                    id=unit_id,
                    holder_id=member_id,
                    unit=code,
                    unit_id=unit_id,
                    balance=0,
                    debt=0,
                    earned=0,
                    spent=0,
                    expired=0,
                    seen_at=at,
                    lots=[],
                )


def _own(opened: Opened) -> Opened:
    wallets = deepcopy(opened.wallets)
    return Opened(wallets, opened.states.copy(wallets), dict(opened.existing), opened.ids, deepcopy(opened.spending))


def _without_id(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Recorded) and not outcome.replayed:
        is_somebody = outcome.member_id is not None and outcome.member_id > 0
        return msgspec.structs.replace(outcome, id=None, member_id=outcome.member_id if is_somebody else None)
    return outcome
