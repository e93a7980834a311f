"""What an open basket has reserved: nobody else spends it, and it does not expire while it is held."""

from datetime import datetime

from regulars.core.lots import Draw, cut, draw, joined, spendable_total, spending_order
from regulars.ledger.models import Ending
from regulars.ledger.wallet import OpenHold, Wallet


def find_hold(wallet: Wallet, key: str) -> OpenHold | None:
    """Return the wallet's open hold of this key."""
    return next((hold for hold in wallet.open_holds if hold.key == key), None)


def available_with(wallet: Wallet, *, key: str | None, at: datetime) -> int:
    """Return what can be spent with the hold of this key: what it holds, and what nobody holds, less what is owed."""
    hold = find_hold(wallet, key) if key is not None else None
    return spendable_total(wallet.open_lots, at=at) + (hold.amount if hold else 0) - wallet.debt


def take_from_hold(wallet: Wallet, *, key: str, amount: int, at: datetime) -> list[Draw]:
    """End the hold of this key and draw `amount`: from what it held first, then from what is free. The rest of it is
    free again.

    The draws say what was found. The journal that debits them (kind redeem) writes the hold's end with it. A hold that
    has ended, or that never was, holds nothing: then all comes from what is free.
    """
    hold = find_hold(wallet, key)
    if hold is None:
        return draw(wallet.open_lots, wanted=amount, at=at)
    held = held_draws(wallet, hold)
    wallet.free(hold, ending=Ending.REDEEMED)
    draws = cut(held, amount)
    short = amount - sum(each.amount for each in draws)
    if not short:
        return draws
    for each in draws:
        each.lot.held += each.amount
    more = draw(wallet.open_lots, wanted=short, at=at)
    for each in draws:
        each.lot.held -= each.amount
    return joined([*draws, *more])


def held_draws(wallet: Wallet, hold: OpenHold) -> list[Draw]:
    """Return what a hold holds, as draws on the wallet's lots, in the order of spending."""
    lots = {lot.id: lot for lot in wallet.open_lots}
    draws = [Draw(lots[lot], amount) for lot, amount in hold.draws]
    return sorted(draws, key=lambda each: spending_order(each.lot))
