"""Many at the same moment: a receipt counts once, a code has five tries, and a promise is never lost or kept twice."""

import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connection
from django_tenants.utils import tenant_context

from regulars.care.merge import merge_members
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.jobs.proof import verify_everything
from regulars.ledger.statement import balance_of
from regulars.platform.batches import run_batch
from regulars.receipts.codes import make_code
from regulars.receipts.confirm import confirm_receipt, confirm_with_code
from regulars.receipts.match import match_receipts
from regulars.receipts.models import Receipt
from regulars.receipts.reject import lapse_receipts, reject_receipt
from regulars.sales.models import Sale
from regulars.sales.record import record_sales
from tests.receipts.desk import CLERK, a_receipt, key_in
from tests.shop import NOON, a_member, a_sale, a_shop

pytestmark = pytest.mark.fault
THREADS = 12
ROUNDS = 8


def colleague(number: int) -> Actor:
    return Actor(kind="staff", id=100 + number)


@pytest.fixture
def at_once(fresh_merchant) -> Callable[..., Counter]:
    """Do something in many threads at the same moment; count what came of it. The books must balance afterwards."""

    def run(work: Callable[[int], object]) -> Counter:
        start = Barrier(THREADS)

        def one(number: int) -> str:
            with tenant_context(fresh_merchant):
                start.wait()
                try:
                    done = work(number)
                except Refusal as refusal:
                    return refusal.code
                except OperationalError as fault:
                    assert "deadlock" not in str(fault), fault
                    raise
                finally:
                    connection.close()
                return done.code if isinstance(done, Refusal) else "done"

        with ThreadPoolExecutor(THREADS) as pool:
            outcomes = Counter(pool.map(one, range(THREADS)))
        assert [check.name for check in verify_everything() if check.breaches] == []
        return outcomes

    a_shop()
    return run


def held(member: int, *, at=NOON) -> tuple[int, int]:
    balance = balance_of(member, at=at)
    return balance.available, balance.pending


def test_of_many_who_confirm_one_does(at_once):
    ana = a_member()
    for _ in range(ROUNDS):
        before = held(ana)[0]
        entered = key_in(a_receipt(8_000, member=ana))
        outcomes = at_once(lambda n, of=entered.receipt_id: confirm_receipt(of, at=NOON, by=colleague(n)))
        assert outcomes == {"done": 1, "not_awaiting": THREADS - 1}
        assert held(ana) == (before + 80, 0)
    assert Sale.objects.count() == ROUNDS


def test_confirming_rejecting_and_lapsing_decide_a_receipt_once(at_once):
    ana = a_member()
    for _ in range(ROUNDS):
        before = held(ana)[0]
        entered = key_in(a_receipt(8_000, member=ana))
        at = NOON + timedelta(days=7)

        def decide(n: int, of: int = entered.receipt_id, late=at) -> object:
            match n % 3:
                case 0:
                    return confirm_receipt(of, at=late - timedelta(seconds=1), by=colleague(n))
                case 1:
                    return reject_receipt(of, reason="No", at=late - timedelta(seconds=1), by=colleague(n))
                case _:
                    return lapse_receipts(at=late)

        at_once(decide)
        state = Receipt.objects.get(pk=entered.receipt_id).state
        assert state in ("confirmed", "rejected", "lapsed")
        assert held(ana, at=at) == (before + (80 if state == "confirmed" else 0), 0)


def test_one_receipt_keyed_for_many_members_is_promised_to_one(at_once):
    members = [a_member() for _ in range(THREADS)]
    for place in range(ROUNDS):
        works = [a_receipt(8_000, member=member, number=f"R-{place}") for member in members]
        outcomes = at_once(lambda n, works=works: key_in(works[n], by=colleague(n)))
        assert outcomes == {"done": 1, "receipt_claimed": THREADS - 1}
    assert sum(held(member)[1] for member in members) == 80 * ROUNDS


def test_the_same_form_sent_by_many_is_one_receipt(at_once):
    ana = a_member()
    for place in range(ROUNDS):
        new = a_receipt(8_000, member=ana, number=f"R-{place}")
        assert at_once(lambda n, new=new: key_in(new)) == {"done": THREADS}
    assert held(ana) == (0, 80 * ROUNDS)


def test_five_wrong_codes_are_five_however_many_guess_at_once(at_once):
    entered = key_in(a_receipt(8_000, member=a_member(email="ana@example.com")))
    code = make_code(entered.receipt_id, kind="email", at=NOON, by=CLERK).code
    guesses = (f"{n:06}" for n in itertools.count() if f"{n:06}" != code)
    works = [next(guesses) for _ in range(THREADS)]
    outcomes = at_once(lambda n: confirm_with_code(entered.receipt_id, works[n], at=NOON, by=CLERK))
    assert outcomes == {"wrong_code": 5, "no_live_code": THREADS - 5}


def test_a_till_that_reports_while_people_confirm_makes_one_sale(at_once):
    for place in range(ROUNDS):
        ana = a_member()
        entered = key_in(a_receipt(8_000, member=ana, number=f"T-{place}"))

        def work(n: int, of: int = entered.receipt_id, number: str = f"T-{place}") -> object:
            match n % 3:
                case 0:
                    return confirm_receipt(of, at=NOON, by=colleague(n))
                case 1:
                    return run_batch([a_sale(8_000, receipt=number)], lambda sales: record_sales(sales, at=NOON))[0]
                case _:
                    return match_receipts(at=NOON)

        at_once(work)
        match_receipts(at=NOON)
        assert Sale.objects.filter(external_id=f"T-{place}").count() == 1
        assert (Receipt.objects.get(pk=entered.receipt_id).state, held(ana)) == ("confirmed", (80, 0))


def test_a_receipt_follows_a_member_who_is_merged_meanwhile(at_once):
    for _ in range(ROUNDS):
        source, keeper = a_member(), a_member()
        entered = key_in(a_receipt(8_000, member=source))

        def work(n: int, of: int = entered.receipt_id, source: int = source, keeper: int = keeper) -> object:
            if n == 0:
                return merge_members(source=source, keeper=keeper, at=NOON, by=CLERK)
            if n % 2:
                return confirm_receipt(of, at=NOON, by=colleague(n))
            return run_batch([a_sale(1_000, member=keeper)], lambda sales: record_sales(sales, at=NOON))[0]

        sold = sum(1 for n in range(THREADS) if n and n % 2 == 0)
        at_once(work)
        receipt = Receipt.objects.get(pk=entered.receipt_id)
        assert (receipt.state, receipt.member_id) == ("confirmed", keeper)
        assert held(keeper) == (80 + 10 * sold, 0)
