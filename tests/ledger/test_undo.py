"""A refund that is undone leaves every lot as it was; what happened meanwhile stays, and is paid for by debt."""

from datetime import datetime

import pytest
from django.db import transaction

from regulars.core.actor import SYSTEM
from regulars.core.life import FOR_EVER, Life
from regulars.core.lots import Draw, claw, draw
from regulars.core.why import Spent, Undone
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import load_lots, lock_wallets
from regulars.ledger.models import Account, Entry, Kind, Lot
from regulars.ledger.statement import balance_of, entries_of
from regulars.ledger.undo import undo_entries
from tests.ledger.purse import ZONE, a_holder, a_unit, broken, earn, end_of, noon, post, sides, spend, units

pytestmark = pytest.mark.django_db
SOLD, REFUNDED, UNDONE = noon(5, 1), noon(5, 10), noon(5, 10).replace(hour=20)


def note(key: str, at: datetime) -> Note:
    return Note(key=key, occurred_at=at, why=Spent(1, 1, 1, 1), by=SYSTEM)


@pytest.fixture
def ann() -> int:
    """Sale 5: 70 were paid with points that die in June, 100 were earned for it."""
    a_unit()
    ann = a_holder()
    earn(ann, 70, noon(4, 1), Life(expires_at=end_of(6, 1)))
    earn(ann, 25, noon(4, 2))

    def sell(journal, wallet):
        draws = draw(wallet.open_lots, wanted=90, at=SOLD)
        journal.debit(wallet, kind=Kind.REDEEM, draws=draws, amount=90, note=note("sale/5/points", SOLD))
        journal.credit(wallet, kind=Kind.EARN, amount=100, note=note("sale/5/points", SOLD), life=FOR_EVER)

    post(ann, SOLD, sell)
    return ann


def refund(member: int, *, policy: str = "absorb") -> None:
    """All of sale 5 comes back: its 90 return, and 100 are clawed."""

    def take_back(journal, wallet):
        redeemed = Entry.objects.get(kind="redeem", key="sale/5/points")
        earned = Entry.objects.get(kind="earn", key="sale/5/points")
        lots = {lot.id: lot for lot in wallet.open_lots}
        drawn = Lot.objects.filter(entry__in=redeemed.served_by.values("lot"))
        missing = load_lots({lot.pk for lot in drawn} - lots.keys())
        wallet.open_lots.extend(missing.values())
        lots |= missing
        back = [Draw(lots[a.lot_id], -a.amount) for a in redeemed.served_by.order_by("-id")]
        journal.give_back(wallet, debit=redeemed.pk, draws=back, note=note("sale/5/refund/9/points", REFUNDED))
        draws = claw(wallet.open_lots, own=earned.pk, wanted=100, at=REFUNDED)
        short = 100 - sum(each.amount for each in draws)
        clawed = note("sale/5/refund/9/earned/points", REFUNDED)
        journal.debit(wallet, kind=Kind.CLAWBACK, draws=draws, amount=100, note=clawed)
        if short and policy == "absorb":
            journal.credit(wallet, kind=Kind.WRITE_OFF, amount=short, note=clawed)

    post(member, REFUNDED, take_back)


def undo(member: int, at: datetime = UNDONE) -> None:
    with transaction.atomic():
        wallets = lock_wallets([member], units=units(), at=at, giving=[member])
        journal = Journal(at=at, sides=sides(), zone=ZONE)
        undo_entries(
            "sale/5/refund/9/", about="sale/5/", wallets=list(wallets.values()), journal=journal, by=SYSTEM, reason="x"
        )
        journal.write()


def state(member: int) -> tuple[object, ...]:
    """What counts: every lot with its dates, what is owed, and the lifetime sums."""
    lots = Lot.objects.filter(account__holder_id=member, remaining__gt=0).order_by("entry")
    account = Account.objects.get(holder_id=member)
    return (
        [(lot.pk, lot.remaining, lot.expires_at) for lot in lots],
        account.balance,
        account.debt,
        account.earned,
        account.spent,
        account.expired,
    )


@pytest.mark.parametrize("policy", ["absorb", "debt"])
@pytest.mark.parametrize("spent", [0, 60, 105])
def test_it_is_as_if_there_had_been_no_refund(ann, policy, spent):
    if spent:
        spend(ann, spent, noon(5, 5))
    before = state(ann)
    refund(ann, policy=policy)
    assert state(ann) != before
    undo(ann)
    assert state(ann) == before
    assert broken() == []


def test_a_debt_that_was_repaid_meanwhile_goes_back_to_the_lots_that_repaid_it(ann):
    spend(ann, 105, noon(5, 5))
    refund(ann, policy="debt")
    assert balance_of(ann, at=REFUNDED).available == -10
    earn(ann, 30, REFUNDED)
    assert balance_of(ann, at=REFUNDED).available == 20
    undo(ann)
    assert balance_of(ann, at=UNDONE).available == 30
    assert Account.objects.get(holder_id=ann).debt == 0
    assert broken() == []


def test_what_came_back_and_was_spent_again_is_taken_from_others_and_then_owed(ann):
    spend(ann, 105, noon(5, 5))
    refund(ann)
    earn(ann, 100, REFUNDED)
    spend(ann, 90, REFUNDED)
    before = balance_of(ann, at=REFUNDED).available
    undo(ann)
    after = balance_of(ann, at=UNDONE)
    assert (before, after.available, after.debt) == (10, 10, 0)  # minus 10 and 90, plus 100
    spend(ann, 10, UNDONE)
    assert broken() == []


def test_each_mirror_says_what_it_undoes(ann):
    refund(ann)
    refunded = Entry.objects.filter(key__startswith="sale/5/refund/9/").count()
    undo(ann)
    mirrors = [entry for entry in entries_of(ann) if isinstance(entry.why, Undone)]
    assert len(mirrors) == refunded
    assert {(entry.kind, entry.why.kind) for entry in mirrors} == {("redeem", "reverse"), ("restore", "clawback")}
    assert all(entry.key.endswith("/undo") and entry.reason == "x" for entry in mirrors)


def test_it_can_be_undone_once(ann):
    refund(ann)
    undo(ann)
    with pytest.raises(Exception, match="a refund writes no entry"):
        undo(ann)
