"""Two holders become one and two again: lots go over with their dates, and undoing it is as if nothing had been."""

from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.core.actor import SYSTEM
from regulars.core.life import Life
from regulars.core.lots import claw
from regulars.ledger.lock import MemberMerged, lock_wallets
from regulars.ledger.merge import hand_over, lock_both
from regulars.ledger.models import Account, Allocation, Entry, Kind, Lot
from regulars.ledger.part import Back, hand_back
from regulars.ledger.statement import balance_of
from tests.ledger.purse import ZONE, a_holder, a_note, a_unit, broken, earn, end_of, noon, post, sides, spend, units

pytestmark = pytest.mark.django_db
MERGED, LATER, PARTED = noon(3, 1), noon(3, 5), noon(3, 10)


@transaction.atomic
def merge(source: int, keeper: int, number: int = 1, at: datetime = MERGED) -> None:
    lock_both([source, keeper])
    hand_over(source=source, keeper=keeper, merge_id=number, units=units(), sides=sides(), zone=ZONE, at=at, by=SYSTEM)


@transaction.atomic
def part(source: int, keeper: int, number: int = 1, at: datetime = PARTED) -> Back:
    lock_both([source, keeper])
    [back] = hand_back(merge_id=number, sales=(), earlier=(), at=at, by=SYSTEM)
    return back


def held(*holders: int, at: datetime = PARTED) -> list[int]:
    return [balance_of(each, at=at).available for each in holders]


def take_back(holder: int, amount: int, at: datetime) -> None:
    """A refund takes more than there is: the rest is owed."""

    def debit(journal, wallet):
        draws = claw(wallet.open_lots, own=[], wanted=amount, at=at)
        journal.debit(wallet, kind=Kind.CLAWBACK, draws=draws, amount=amount, note=a_note(at))

    post(holder, at, debit)


def state(*holders: int) -> list[object]:
    """All that an account is, but for the numbers of its lots' moves."""
    accounts = Account.objects.filter(holder_id__in=holders).order_by("id")
    return [
        *accounts.values_list("id", "balance", "debt", "earned", "spent", "expired", "idle_days", "idle_at"),
        *Lot.objects.filter(account__holder_id__in=holders, amount__gt=0)
        .exclude(amount__gt=0, remaining=0, entry__kind=Kind.MERGE_IN)
        .order_by("pk")
        .values_list("pk", "account_id", "remaining", "available_at", "expires_at"),
    ]


@pytest.fixture
def two() -> tuple[int, int]:
    """The keeper has 100, the source 60 that end in June."""
    a_unit()
    keeper, source = a_holder(), a_holder()
    earn(keeper, 100, noon(1, 10), Life(expires_at=end_of(12, 31)))
    earn(source, 60, noon(1, 12), Life(expires_at=end_of(6, 30)))
    return keeper, source


def test_lots_go_over_with_their_dates_and_come_back_less_what_was_spent(two):
    keeper, source = two
    merge(source, keeper)
    assert held(keeper) == [160]
    expiry = balance_of(keeper, at=PARTED).next_expiry
    assert expiry is not None
    assert (expiry.amount, expiry.at) == (60, end_of(6, 30))
    assert balance_of(keeper, at=PARTED).earned == 160
    spend(keeper, 30, LATER)
    assert broken() == []
    back = part(source, keeper)
    assert held(keeper, source) == [100, 30]
    assert (back.brought, back.left, back.used, back.owed) == (60, 30, 30, 0)
    assert broken() == []


def test_what_left_is_a_pair_of_entries_for_each_lot(two):
    keeper, source = two
    merge(source, keeper)
    lot = Lot.objects.get(amount=60)
    pair = Entry.objects.filter(key=f"merge/1/lot/{lot.pk}").order_by("id")
    assert [(each.kind, each.amount) for each in pair] == [("merge_out", 60), ("merge_in", 60)]
    assert lot.account.holder_id == keeper


def test_nobody_puts_anything_into_the_accounts_of_who_was_merged_away(two):
    keeper, source = two
    merge(source, keeper)
    with transaction.atomic(), pytest.raises(MemberMerged) as refusal:
        lock_wallets([source], units=units(), at=LATER)
    assert refusal.value.member_id == str(keeper)
    part(source, keeper)
    earn(source, 5, PARTED)
    assert held(source) == [65]


def test_a_debt_goes_over_and_is_paid_from_what_the_other_has_soonest_to_expire_first(two):
    keeper, source = two
    take_back(source, 130, noon(2, 1))
    assert held(source) == [-70]
    merge(source, keeper)
    assert held(keeper) == [30]
    assert balance_of(keeper, at=PARTED).debt == 0
    assert broken() == []
    part(source, keeper)
    assert held(keeper, source) == [100, -70]
    assert broken() == []


def test_what_was_paid_of_a_debt_since_stays_paid(two):
    keeper, source = two
    spend(keeper, 100, noon(2, 1))
    take_back(source, 130, noon(2, 1))
    merge(source, keeper)
    assert held(keeper) == [-70]
    earn(keeper, 50, LATER)
    assert held(keeper) == [-20]
    part(source, keeper)
    assert held(keeper, source) == [0, -20]
    assert broken() == []


def test_merging_is_also_undone_when_people_were_merged_before(two):
    keeper, source = two
    third = a_holder()
    earn(third, 7, noon(1, 20))
    merge(third, source, 1)
    merge(source, keeper, 2, at=LATER)
    assert held(keeper) == [167]
    with transaction.atomic(), pytest.raises(MemberMerged) as refusal:
        lock_wallets([third], units=units(), at=LATER)
    assert refusal.value.member_id == str(keeper)
    with transaction.atomic():
        lock_both([source, keeper])
        hand_back(merge_id=2, sales=(), earlier=[third], at=PARTED, by=SYSTEM)
    assert held(keeper, source) == [100, 67]
    part(third, source, 1)
    assert held(keeper, source, third) == [100, 60, 7]
    assert broken() == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["earn", "spend", "owe"]), st.integers(0, 1), st.integers(1, 90), st.integers(0, 3)),
    max_size=8,
)


def play(steps, holders, at) -> None:
    for what, who, amount, month in steps:
        holder = holders[who]
        if what == "earn":
            earn(holder, amount, at, Life(expires_at=end_of(6 + month, 30)) if month else Life())
        elif what == "spend":
            spend(holder, min(amount, max(held(holder, at=at)[0], 0)) or 0, at) if held(holder, at=at)[0] > 0 else None
        else:
            take_back(holder, amount, at)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=STEPS, since=STEPS)
def test_any_history_holds_together_and_without_activity_undoing_is_as_if_nothing_had_been(db, before, since):
    with transaction.atomic():
        a_unit()
        holders = [a_holder(), a_holder()]
        keeper, source = holders
        play(before, holders, noon(2, 1))
        total, was = sum(held(*holders)), state(*holders)
        merge(source, keeper)
        assert held(keeper) == [total]
        assert broken() == []
        point = transaction.savepoint_create()
        part(source, keeper)
        assert state(*holders) == was
        assert broken() == []
        transaction.savepoint_rollback(point)
        play([(what, 0, *rest) for what, _, *rest in since], holders, LATER)
        total = sum(held(keeper))
        part(source, keeper)
        assert sum(held(*holders)) == total
        assert broken() == []
        play(since, holders, noon(3, 20))
        merge(source, keeper, 2, at=noon(3, 21))
        assert broken() == []
        part(source, keeper, 2, at=noon(3, 22))
        assert broken() == []
        transaction.set_rollback(True)


def test_what_the_keeper_used_of_a_lot_that_left_is_in_a_lot_of_its_own(two):
    keeper, source = two
    merge(source, keeper)
    spent = spend(keeper, 70, LATER)
    part(source, keeper)
    net: dict[int, int] = {}
    for each in Allocation.objects.filter(debit_id=spent):
        net[each.lot.account.holder_id] = net.get(each.lot.account.holder_id, 0) + each.amount
    assert net == {keeper: 70, source: 0}
    assert held(keeper, source) == [90, 0]
