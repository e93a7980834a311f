"""A basket reserves units while it is open: nobody else spends them, and they do not expire meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.lots import Draw, draw_first, joined, spendable_total
from regulars.core.refusals import Refusal
from regulars.ledger.holds import find_hold, held_draws
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, ask_wallets, lock_wallets
from regulars.ledger.models import Ending
from regulars.ledger.wallet import Balance, OpenHold, Wallet
from regulars.members.status import STANDING
from regulars.platform.again import looks_again
from regulars.platform.rows import Asked, fetch, run, together
from regulars.points.adjust import AccountNotFound
from regulars.programs.book import Book, load_book

LONGEST = timedelta(hours=24)
"""However often a hold is replaced: what it keeps from expiring is not kept for ever."""

SPENDABLE = ("points", "cashback")

SAME_KEY = """
SELECT hold.account_id, hold.until, hold.ending FROM ledger_hold hold
WHERE hold.key = %(key)s AND (hold.ended_at IS NULL OR hold.ending = 'redeemed')
ORDER BY hold.ended_at NULLS FIRST LIMIT 1
"""

LAPSE_KEY = """
UPDATE ledger_hold SET ended_at = %(at)s, ended_number = nextval('ledger_entry_id_seq'), ending = 'lapsed'
WHERE key = %(key)s AND ended_at IS NULL AND until <= %(at)s
"""

LAST = """
SELECT account.holder_id, hold.ending
FROM ledger_hold hold JOIN ledger_account account ON account.id = hold.account_id
WHERE hold.key = %(key)s ORDER BY hold.id DESC LIMIT 1
"""

_SameKey = tuple[int, datetime, str | None]


class InvalidHold(Refusal):
    """A hold reserves at least 1, for 1 minute to 24 hours, under a key of 1 to 100 characters without a slash."""

    code = "invalid_hold"

    def __init__(self, *, field: str) -> None:
        self.field = field


class UnitNotSpendable(Refusal):
    """Stamps and status points cannot be spent."""

    code = "unit_not_spendable"

    def __init__(self, *, unit: str) -> None:
        self.unit = unit


class HolderLocked(Refusal):
    """The member may look and earn, but not spend."""

    code = "member_locked"


class HolderBlocked(Refusal):
    """The member may do nothing."""

    code = "member_blocked"


class HolderLeft(Refusal):
    """The member has left the program, and spends nothing until they come back."""

    code = "member_left"


class HoldKeyReused(Refusal):
    """Another member's basket has this key."""

    code = "key_reused"


class HoldUsed(Refusal):
    """The basket was paid: its hold is over."""

    code = "hold_used"


class HoldNotFound(Refusal):
    """There never was a hold of this key."""

    code = "hold_not_found"

    def __init__(self, *, key: str) -> None:
        self.key = key


class NotEnoughToHold(Refusal):
    code = "insufficient_balance"

    def __init__(self, *, available: int, wanted: int) -> None:
        self.available = available
        self.wanted = wanted


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a basket has reserved, until when, and the member's balance with it."""

    key: str
    member_id: int
    unit: str
    amount: int
    until: datetime
    balance: Balance


class Released(msgspec.Struct, frozen=True):
    """A hold that is over; `ending` says how it ended: released or lapsed."""

    key: str
    ending: str


@looks_again
def reserve_units(
    *, member_id: int, amount: int, key: str, at: datetime, by: Actor, unit: str = "points", minutes: int | None = None
) -> Held:
    """Reserve `amount` units for the basket `key`, soonest to expire first; the same key again replaces its hold.

    It ends after `minutes`, the program's if None, and 24 hours after it was first made at the latest. Refuses:
    InvalidHold, UnitNotSpendable, AccountNotFound, HolderLocked, HolderBlocked, HolderLeft, HoldKeyReused, HoldUsed,
    NotEnoughToHold.
    """
    _check(amount=amount, key=key, minutes=minutes)
    book = load_book()
    if unit in book.units and book.unit(unit).kind not in SPENDABLE:
        raise UnitNotSpendable(unit=unit)
    wallets, same_key = _look(member_id, units=book.units, key=key, at=at)
    wallet = wallets.get((member_id, unit))
    if wallet is None:
        raise AccountNotFound()
    _check_key(same_key, wallets, key=key, at=at)
    lasting = timedelta(minutes=minutes or book.compiled_at(at).policies.hold_minutes)
    hold, changed = _replace(wallets, wallet, amount=amount, key=key, lasting=lasting, at=at, by=by)
    write_holds(changed, book=book, at=at)
    record_event(
        action="hold.made",
        about="member",
        about_id=member_id,
        member_id=member_id,
        facts={"unit": unit, "amount": amount, "key": key, "until": hold.until},
        at=at,
        by=by,
    )
    return Held(key=key, member_id=member_id, unit=unit, amount=amount, until=hold.until, balance=wallet.balance_at(at))


@transaction.atomic
def release_hold(*, key: str, at: datetime, by: Actor) -> Released:
    """Free what a basket has reserved; one that is over already stays over. Refuses: HoldNotFound, HoldUsed."""
    holder, _ = _last(key)
    book = load_book()
    wallets = lock_wallets([holder], units=book.units, at=at, giving=[holder])
    for wallet in wallets.values():
        if hold := find_hold(wallet, key):
            wallet.free(hold, ending=Ending.RELEASED)
            write_holds([wallet], book=book, at=at)
            facts = {"unit": wallet.unit, "amount": hold.amount, "key": key}
            record_event(
                action="hold.released", about="member", about_id=holder, member_id=holder, facts=facts, at=at, by=by
            )
            return Released(key, Ending.RELEASED)
    _, ending = _last(key)
    if ending == Ending.REDEEMED:
        raise HoldUsed()
    return Released(key, ending or Ending.LAPSED)


def write_holds(wallets: Sequence[Wallet], *, book: Book, at: datetime) -> None:
    """Write the holds of these wallets as they are now."""
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    for wallet in wallets:
        journal.touch(wallet)
    journal.write()


def _check(*, amount: int, key: str, minutes: int | None) -> None:
    if not 1 <= amount <= LARGEST_AMOUNT:
        raise InvalidHold(field="amount")
    if not 1 <= len(key) <= 100 or "/" in key or not key.isprintable():
        raise InvalidHold(field="key")
    if minutes is not None and not 1 <= minutes <= LONGEST // timedelta(minutes=1):
        raise InvalidHold(field="minutes")


def _look(member_id: int, *, units: Mapping[str, int], key: str, at: datetime) -> tuple[Wallets, list[_SameKey]]:
    with together():
        wallets = ask_wallets([member_id], units=units, at=at, giving=[member_id])
        same_key = Asked(SAME_KEY, {"key": key})
        status = Asked(STANDING, {"member": member_id, "at": at})
    match status.rows():
        case [("blocked",)]:
            raise HolderBlocked()
        case [("locked",)]:
            raise HolderLocked()
        case [("left",)]:
            raise HolderLeft()
    return wallets(), same_key.rows()


def _check_key(same_key: list[_SameKey], wallets: Wallets, *, key: str, at: datetime) -> None:
    """One basket, one key, one member: until it is paid, or its hold is over."""
    for account_id, until, ending in same_key:
        if ending == Ending.REDEEMED:
            raise HoldUsed()
        if account_id in {wallet.id for wallet in wallets.values()}:
            continue
        if until > at:
            raise HoldKeyReused()
        run(LAPSE_KEY, {"key": key, "at": at})


def _replace(
    wallets: Wallets, wallet: Wallet, *, amount: int, key: str, lasting: timedelta, at: datetime, by: Actor
) -> tuple[OpenHold, list[Wallet]]:
    """Put the new hold on the wallet, in the place of what the basket held before."""
    began_at, kept, changed = at, list[Draw](), [wallet]
    for each in wallets.values():
        if before := find_hold(each, key):
            if each is wallet and before.began_at + LONGEST > at:
                began_at, kept = before.began_at, held_draws(wallet, before)
            each.free(before, ending=Ending.REPLACED)
            changed.append(each)
    draws = _draws(wallet, kept, amount=amount, at=at)
    hold = OpenHold(
        id=0,
        key=key,
        amount=amount,
        draws=[(each.lot.id, each.amount) for each in draws],
        began_at=began_at,
        until=min(at + lasting, began_at + LONGEST),
        actor=by.tag,
    )
    wallet.reserve(hold)
    return hold, changed


def _draws(wallet: Wallet, kept: Sequence[Draw], *, amount: int, at: datetime) -> list[Draw]:
    """What was kept from expiring stays first; the rest comes from what is free."""
    first, more = draw_first(kept, wallet.open_lots, wanted=amount, at=at)
    available = spendable_total(wallet.open_lots, at=at) - wallet.debt
    available += sum(each.amount for each in first if each.lot.expires_at is not None and each.lot.expires_at <= at)
    if available < amount:
        raise NotEnoughToHold(available=available, wanted=amount)
    return joined([*first, *more])


def _last(key: str) -> tuple[int, str | None]:
    rows = fetch(LAST, {"key": key})
    if not rows:
        raise HoldNotFound(key=key)
    [(holder, ending)] = rows
    return holder, ending
