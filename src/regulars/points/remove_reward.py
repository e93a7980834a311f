"""The team takes a reward away that nobody has used, and says whether its price comes back."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.actor import SYSTEM, Actor
from regulars.core.refusals import Refusal
from regulars.core.why import RewardRemoved
from regulars.ledger.journal import Journal
from regulars.ledger.lock import load_lots, lock_wallets
from regulars.ledger.wallet import Balance, Wallet
from regulars.platform.rows import fetch
from regulars.platform.trying import try_out
from regulars.points.give_back import give_all_back
from regulars.programs.book import Book, load_book
from regulars.rewards.issued import Issued, read_one
from regulars.rewards.models import IssuedReward, Status
from regulars.rewards.use import AlreadyUsed, RewardUnknown, take_step

# What the entry that paid for a reward still holds of which lot.
PAID = """
SELECT entry.id, allocation.lot_id, sum(allocation.amount)::bigint
FROM ledger_entry AS entry JOIN ledger_allocation AS allocation ON allocation.debit_id = entry.id
WHERE entry.key = %(key)s AND entry.kind = 'redeem'
GROUP BY entry.id, allocation.lot_id HAVING sum(allocation.amount) > 0
ORDER BY min(allocation.id)
"""


class InvalidRemoval(Refusal):
    """Taking a reward away needs a reason of 1 to 1,000 characters."""

    code = "invalid_removal"

    def __init__(self, *, field: str) -> None:
        self.field = field


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """What a removal did, or would do: `given_back` of the price's unit, and the balance with it."""

    issued: Issued
    given_back: int
    balance: Balance | None
    graced_until: datetime | None = None
    replayed: bool = False


@transaction.atomic
def remove_reward(
    *, issued_id: int, give_back: bool, reason: str, at: datetime, by: Actor, comment: str = ""
) -> Removed:
    """Take an unused reward away; with `give_back` its price returns to the lots it came from, with their dates.

    Removing it again changes nothing. `reason` stays inside, the member reads `comment`. Refuses: InvalidRemoval,
    RewardUnknown, AlreadyUsed.
    """
    for field, text in (("reason", reason), ("comment", comment)):
        if len(text) > 1000 or "\x00" in text or (field == "reason" and not text.strip()):
            raise InvalidRemoval(field=field)
    seen = read_one(issued_id)
    if seen is None:
        raise RewardUnknown()
    book = load_book()
    wallets = lock_wallets([seen.member_id], units=book.units, at=at, giving=[seen.member_id])
    issued = read_one(issued_id, lock=True)
    assert issued is not None, "a reward stays for ever"
    wallet = wallets.get((issued.member_id, issued.price_unit))
    balance = None if wallet is None else wallet.balance_at(at)
    if issued.status == Status.USED:
        assert issued.ended_at is not None, "what is used has an end"
        raise AlreadyUsed(used_at=issued.ended_at)
    if issued.status != Status.OUTSTANDING:
        return Removed(issued=issued, given_back=0, balance=balance, replayed=True)
    IssuedReward.objects.filter(pk=issued_id).update(status=Status.REMOVED, ended_at=at)
    take_step(issued, "removed", at=at, by=by, note=reason)
    after = read_one(issued_id)
    assert after is not None, "a reward stays for ever"
    if wallet is None or not give_back or not issued.price_amount:
        return Removed(issued=after, given_back=0, balance=balance)
    graced_until = _return_price(issued, wallet, book, at=at, by=by, reason=reason.strip(), comment=comment.strip())
    return Removed(
        issued=after,
        given_back=issued.price_amount,
        balance=wallet.balance_at(at),
        graced_until=graced_until,
    )


def preview_removal(*, issued_id: int, give_back: bool, at: datetime) -> Removed:
    """Return what `remove_reward` would do; nothing is kept. Refuses what it refuses of the reward."""
    return try_out(lambda: remove_reward(issued_id=issued_id, give_back=give_back, reason="-", at=at, by=SYSTEM))


def _return_price(
    issued: Issued, wallet: Wallet, book: Book, *, at: datetime, by: Actor, reason: str, comment: str
) -> datetime | None:
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    paid = fetch(PAID, {"key": f"{issued.key}/{issued.price_unit}"})
    graced_until = give_all_back(
        wallet,
        debit=paid[0][0],
        taken=[(lot, amount) for _, lot, amount in paid],
        lots=load_lots([lot for _, lot, _ in paid]),
        key=f"{issued.key}/{issued.price_unit}/removed",
        why=lambda until: RewardRemoved(issued.name, until),
        journal=journal,
        policies=book.compiled_at(at).policies,
        by=by,
        reason=reason,
        comment=comment,
    )
    journal.write()
    return graced_until
