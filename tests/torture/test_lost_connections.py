"""Connections that break: the database ends some, a proxy cuts others. Tills send again, and each sale counts once."""

import random
import threading
import time

import psycopg
import pytest
from django.db import connection

from regulars.platform.home import Home
from regulars.platform.postgres import EmbeddedServer
from tests.platform.serving import wait_until
from tests.torture.crowd import broken_invariants
from tests.torture.proxy import CUTS, CuttingProxy
from tests.torture.rounds import rounds
from tests.torture.tills import Rush, Till, broken_promises

pytestmark = [pytest.mark.fault, pytest.mark.slow]


def test_the_database_ends_random_connections(shop, webs, home):
    """Every 50 to 500 ms one of the web server's connections ends: what was cut is tried again, unseen by tills."""
    draw = random.Random(2)
    with EmbeddedServer(Home(home)).connect() as other, Rush(webs[0].port, shop.token, shop.cards, name="T") as rush:
        until = time.monotonic() + rounds(10, release=600)
        ended = 0
        while time.monotonic() < until:
            time.sleep(draw.uniform(0.05, 0.5))
            others = other.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'regulars' AND pid <> %s",
                [connection.connection.info.backend_pid],
            ).fetchall()
            if others:
                ended += other.execute("SELECT pg_terminate_backend(%s)", draw.choice(others)).rowcount
    assert ended > 10
    assert rush.is_under_way()
    assert broken_promises(rush.told, shop.fetch) == []
    assert {told.body.get("code") for told in rush.told.values() if told.is_unknown} <= {None, "unavailable"}
    acknowledged, unknown = (rush.count(test) for test in (lambda t: t.is_acknowledged, lambda t: t.is_unknown))
    assert unknown < acknowledged / 10, "a lost connection is ours to try again, not the till's"
    assert broken_invariants() == []


@pytest.mark.parametrize("cut", CUTS)
def test_a_till_whose_connection_is_cut_sends_again_until_it_knows(shop, webs, cut):
    """Before the request, in its middle, before its answer, in its middle: each receipt is one sale in the end."""
    told = {}
    with CuttingProxy(webs[0].port, cut=cut) as proxy:
        till = Till(proxy.port, shop.token)
        for number in range(rounds(75, release=5_000)):
            receipt = f"P-{cut}-{number}"
            for _ in range(10):
                told[receipt] = till.sell(receipt, shop.cards[number % len(shop.cards)])
                if not told[receipt].is_unknown:
                    break
        assert proxy.cuts > len(told) // 5
    assert all(answer.is_acknowledged for answer in told.values())
    assert broken_promises(told, shop.fetch) == []
    assert shop.sum_of_balances() == 12 * len(told)
    replayed = sum(answer.body["replayed"] for answer in told.values())
    assert (replayed > 0) == (cut in {"before_answer", "in_answer"})
    assert broken_invariants() == []


def test_no_connection_to_be_had_is_a_clean_503_and_passes_by_itself(shop, web, home):
    web.start()
    till = shop.till(web)
    greedy: list[psycopg.Connection] = []
    try:
        with pytest.raises(psycopg.OperationalError):
            while True:
                greedy.append(EmbeddedServer(Home(home)).connect())
        for number in range(3):
            told = till.sell(f"N-{number}", shop.cards[0])
            assert (told.status, told.body["code"]) == (503, "unavailable"), told
            assert told.body.keys() == {"code", "message", "facts"}
    finally:
        for each in greedy:
            each.close()
    assert wait_until(lambda: till.sell("N-9", shop.cards[0]).is_acknowledged)
    assert shop.sum_of_balances() == 12
    assert broken_invariants() == []


def test_a_till_that_hangs_up_does_not_undo_its_sale(shop, webs):
    """Nobody waits for the answer any more; the sale is recorded all the same, once."""
    hasty = [Till(webs[0].port, shop.token, seconds=0.001) for _ in range(20)]
    hands = [
        threading.Thread(target=till.sell, args=(f"H-{number}", shop.cards[number]))
        for number, till in enumerate(hasty)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    patient = shop.till(webs[0])
    assert all(patient.sell(f"H-{number}", shop.cards[number]).is_acknowledged for number in range(20))
    assert shop.sum_of_balances() == 12 * 20
    assert broken_invariants() == []
