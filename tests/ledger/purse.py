"""Holders of units, and the journal's own words for what happens in their wallets: no program, no members, no sales."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.core.actor import SYSTEM
from regulars.core.life import FOR_EVER, Life
from regulars.core.lots import draw
from regulars.core.periods import end_of_day
from regulars.core.why import Adjusted
from regulars.ledger.accounts import open_accounts, open_unit
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import lock_wallets
from regulars.ledger.models import Account, Kind, Unit
from regulars.ledger.verify import LEDGER_CHECKS, run_checks
from regulars.ledger.wallet import Wallet

ZONE = ZoneInfo("America/New_York")
_numbers = count(1)


def noon(month: int, day: int, year: int = 2026) -> datetime:
    """Noon of a day in the program's time zone."""
    return datetime(year, month, day, 12, tzinfo=ZONE).astimezone(UTC)


def end_of(month: int, day: int, year: int = 2026) -> datetime:
    """The moment a day of the program is over."""
    return end_of_day(date(year, month, day), ZONE)


def a_unit(code: str = "points") -> None:
    open_unit(code=code, name=code.title())


def a_holder() -> int:
    """Somebody with an account of each unit; the ledger knows no more of them than a number."""
    number = next(_numbers)
    open_accounts([number])
    return number


def units() -> dict[str, int]:
    """The units' ids by code, as the book of a program has them."""
    return dict(Unit.objects.values_list("code", "id"))


def sides() -> dict[tuple[int, str], int]:
    """The merchant's accounts by unit and side."""
    return {(each.unit_id, each.side): each.id for each in Account.objects.filter(holder_id=None)}


@transaction.atomic
def post(member: int, at: datetime, do: Callable[[Journal, Wallet], object], *, unit: str = "points") -> list[int]:
    """Lock a member's wallet, do something with it, and write it."""
    wallet = lock_wallets([member], units=units(), at=at, giving=[member])[member, unit]
    journal = Journal(at=at, sides=sides(), zone=ZONE)
    do(journal, wallet)
    return journal.write()


def a_note(at: datetime, key: str | None = None) -> Note:
    return Note(key=key or f"test/{next(_numbers)}", occurred_at=at, why=Adjusted(0), by=SYSTEM)


def earn(member: int, amount: int, at: datetime, life: Life = FOR_EVER, *, occurred_at: datetime | None = None) -> int:
    """Let a member earn; returns the entry's (and the lot's) id."""
    note = a_note(occurred_at or at)
    [entry] = post(member, at, lambda j, w: j.credit(w, kind=Kind.EARN, amount=amount, note=note, life=life))
    return entry


def earn_unseen(member: int, amount: int, at: datetime, life: Life = FOR_EVER) -> int:
    """The same as a sale without tenders does it: without looking at the lots."""
    with transaction.atomic():
        wallet = lock_wallets([member], units=units(), at=at)[member, "points"]
        journal = Journal(at=at, sides=sides(), zone=ZONE)
        journal.credit(wallet, kind=Kind.EARN, amount=amount, note=a_note(at), life=life)
        [entry] = journal.write()
        return entry


def spend(member: int, amount: int, at: datetime) -> int:
    """Let a member spend what there is."""

    def redeem(journal: Journal, wallet: Wallet) -> None:
        draws = draw(wallet.open_lots, wanted=amount, at=at)
        assert sum(each.amount for each in draws) == amount, "there is enough"
        journal.debit(wallet, kind=Kind.REDEEM, draws=draws, amount=amount, note=a_note(at))

    [entry] = post(member, at, redeem)
    return entry


def broken() -> list[str]:
    """The invariants that do not hold."""
    return [result.name for result in run_checks(LEDGER_CHECKS) if result.breaches]
