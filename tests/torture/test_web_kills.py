"""The web server is killed in the middle of everything: acknowledged sales are there once, refused ones are not."""

import random
import time

import pytest

from tests.platform.serving import wait_until
from tests.torture.crowd import broken_invariants
from tests.torture.rounds import rounds
from tests.torture.tills import Rush, broken_promises, card_of

pytestmark = [pytest.mark.fault, pytest.mark.slow]


def test_every_promise_outlives_a_killed_web_server(shop, web):
    draw = random.Random(4)
    for turn in range(rounds(5, release=200)):
        web.start()
        with Rush(web.port, shop.token, shop.cards, name=f"K{turn}") as rush:
            assert wait_until(rush.is_under_way, seconds=60), web.log.read_text()[-3000:]
            time.sleep(draw.uniform(0, 0.5))
            web.kill()
        assert broken_promises(rush.told, shop.fetch) == []
        last = rush.told
    web.start()
    till = shop.till(web)
    for receipt in [receipt for receipt, told in last.items() if told.is_unknown]:
        told = till.sell(receipt, card_of(receipt, shop.cards))
        assert told.is_acknowledged or told.body["code"] == "member_not_found", told
    assert broken_invariants() == []
