"""The same receipt from everywhere at once, through two web servers: one sale, and everybody gets the same answer."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from regulars.sales.models import Sale
from tests.torture.crowd import broken_invariants
from tests.torture.rounds import rounds
from tests.torture.tills import a_receipt

pytestmark = [pytest.mark.fault, pytest.mark.slow]

COPIES = 50


@pytest.fixture
def tills(shop, webs):
    """Fifty tills, half of them at each web server, with connections that stay open."""
    tills = [shop.till(webs[number % 2]) for number in range(COPIES)]
    yield tills
    for till in tills:
        till.hang_up()


@pytest.fixture
def everybody():
    with ThreadPoolExecutor(COPIES) as threads:
        yield threads


@pytest.mark.parametrize("is_anonymous", [False, True])
def test_a_receipt_sent_fifty_times_from_two_processes_is_one_sale(shop, tills, everybody, is_anonymous):
    """A member's lock puts the copies in a row; where there is no member, the receipt's own key has to."""
    told = {}
    for turn in range(rounds(20, release=5_000)):
        receipt, card = f"D-{turn}", None if is_anonymous else shop.cards[turn % len(shop.cards)]
        shot = threading.Barrier(COPIES)

        def send(till, receipt=receipt, card=card, shot=shot):
            shot.wait(30)
            return till.sell(receipt, card)

        answers = list(everybody.map(send, tills))
        assert all(answer.is_acknowledged for answer in answers), [a for a in answers if not a.is_acknowledged][:3]
        assert len({answer.body["id"] for answer in answers}) == 1
        assert [answer.body["replayed"] for answer in answers].count(False) == 1
        assert all(answer.body["balances"] == answers[0].body["balances"] for answer in answers)
        told[receipt] = answers[0]
    assert Sale.objects.filter(external_id__in=told).count() == len(told)
    assert shop.sum_of_balances() == (0 if is_anonymous else 12 * len(told))
    assert broken_invariants() == []


@pytest.mark.parametrize("is_keyed", [False, True])
def test_the_same_number_with_another_body_changes_nothing(shop, tills, everybody, is_keyed):
    """By receipt number or by `Idempotency-Key`: whichever body came first counts, and the other is refused, always."""
    draw = random.Random(3)
    for turn in range(rounds(100, release=1_000)):
        card = shop.cards[turn % len(shop.cards)]
        totals = [1234, draw.randint(1, 1233)]
        bodies = [a_receipt(f"C-{turn}-{way if is_keyed else 0}", card, totals[way]) for way in range(2)]
        key = f"key-{turn}" if is_keyed else None
        pair = [tills[0], tills[1]] if turn % 2 else [tills[2], tills[4]]

        def send(way, pair=pair, bodies=bodies, key=key):
            return pair[way].send("/api/v1/sales", bodies[way], key=key)

        answers = list(everybody.map(send, range(2)))
        assert sorted(answer.status for answer in answers) in ([201, 409], [201, 422]), answers
        [first] = [answer for answer in answers if answer.is_acknowledged]
        again = [send(way) for way in range(2)]
        assert [answer.status for answer in again] == [answer.status for answer in answers]
        assert again[answers.index(first)].body["id"] == first.body["id"]
        assert Sale.objects.filter(external_id__startswith=f"C-{turn}-").count() == 1
    assert broken_invariants() == []
