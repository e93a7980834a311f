"""What refunds decide on: the sales, and everything of their members that a refund can move, locked in one order."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from regulars.core.compiled import Compiled
from regulars.core.lots import Lot
from regulars.ledger.lock import Wallets, load_lots, lock_wallets, peek_wallets
from regulars.platform.rows import together
from regulars.points.unfill import Pasts, ask_pasts
from regulars.programs.book import Book
from regulars.sales.member_states import MemberStates, Scopes, ask_own, ask_shared
from regulars.sales.sold import Sold, load_sold, members_of
from regulars.sales.unstamp import cards_asked


class Desk(msgspec.Struct, kw_only=True):
    """`lots` are those that units may return to: the wallets' own where they are open, so that each lot is one object.
    `pasts` are the full cards that may have to be opened again.
    """

    sold: dict[int, Sold]
    wallets: Wallets
    states: MemberStates
    lots: dict[int, Lot]
    pasts: Pasts


def open_desk(sale_ids: Collection[int], *, book: Book, at: datetime, lock: bool) -> Desk:
    """Read these sales and their members; with `lock`, hold them until the transaction ends.

    What members share is locked first, then their accounts, then the sales.
    """
    before = {sale.id: sale for sale in load_sold(sale_ids).values()}
    with together():
        asked_shared = ask_shared(_scopes(before.values(), book), lock=lock)
    shared = asked_shared()
    members = {sale.member_id for sale in before.values() if sale.member_id is not None}
    open_wallets = lock_wallets if lock else peek_wallets
    wallets = open_wallets(members, units=book.units, at=at, giving=members)
    if lock:
        locked = {member for member in members_of(sale_ids, lock=True).values() if member is not None}
        if attached := locked - members:
            # Somebody claimed the sale between the two looks.
            wallets |= lock_wallets(attached, units=book.units, at=at, giving=attached)
    sold = load_sold(sale_ids) if lock else before
    with together():
        earned = _earned(sold.values(), book)
        own = ask_own([(program, sale.member_id) for sale, program in earned if sale.member_id], at=at)
    states = MemberStates(shared=shared, own=own(), wallets=wallets)
    with together():
        pasts = ask_pasts(cards_asked(sold.values(), states, book), lock=lock)
    found = pasts()
    lots = {lot.id: lot for wallet in wallets.values() for lot in wallet.open_lots}
    drawn = {lot for sale in sold.values() for entry in sale.entries for lot, _ in entry.draws}
    drawn |= {lot for past in found.values() for filling in past.filled.values() for lot, _ in filling.draws}
    return Desk(sold=sold, wallets=wallets, states=states, lots=lots | load_lots(drawn - lots.keys()), pasts=found)


def _earned(sold: Iterable[Sold], book: Book) -> list[tuple[Sold, Compiled]]:
    return [(sale, book.version(sale.version_id)) for sale in sold if sale.version_id is not None]


def _scopes(sold: Iterable[Sold], book: Book) -> list[tuple[Compiled, Scopes]]:
    return [(program, sale.scopes) for sale, program in _earned(sold, book)]
