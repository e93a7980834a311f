"""A holder's balance ends with their data: by entries, so that every report still adds up."""

from collections.abc import Iterable

import msgspec

from regulars.core.actor import Actor
from regulars.core.lots import Draw
from regulars.core.why import Forfeited
from regulars.ledger.journal import Journal, Note
from regulars.ledger.models import Ending, Kind
from regulars.ledger.wallet import Wallet


class Forfeit(msgspec.Struct, frozen=True):
    """What ended of one unit: so much was `left` in lots, so much was `owed`."""

    unit: str
    left: int
    owed: int


def forfeit_wallets(
    wallets: Iterable[Wallet], *, about: str, journal: Journal, by: Actor, paid_out: bool = False
) -> list[Forfeit]:
    """Take everything out of these wallets (locked with their lots), also what waits or is over; write off what is
    owed. Baskets' holds end. `about` begins the entries' keys.
    """
    ended: list[Forfeit] = []
    for wallet in wallets:
        for hold in wallet.open_holds:
            wallet.free(hold, ending=Ending.RELEASED)
            journal.touch(wallet)
        owed, left = wallet.debt, sum(lot.remaining for lot in wallet.open_lots)
        note = Note(
            key=f"{about}/{wallet.holder_id}/{wallet.unit}",
            occurred_at=journal.at,
            why=Forfeited(paid_out=paid_out),
            by=by,
        )
        if left:
            draws = [Draw(lot, lot.remaining) for lot in wallet.open_lots if lot.remaining]
            journal.debit(wallet, kind=Kind.FORFEIT, draws=draws, amount=left, note=note)
        if owed:
            journal.credit(wallet, kind=Kind.WRITE_OFF, amount=owed, note=note)
        if left or owed:
            ended.append(Forfeit(wallet.unit, left, owed))
    return ended
