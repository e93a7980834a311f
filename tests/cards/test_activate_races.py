"""Whoever activates a card by hand collides with tills and merges, and looks again instead of failing."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

from django.db import connection, transaction

from regulars.care.activate_card import Activated, activate_by_hand
from regulars.core.refusals import Refusal
from regulars.members.models import Card, CardStatus, Member
from regulars.sales.verify import verify
from tests.cards.stock import CLERK, a_batch, a_card_type, a_sale_with
from tests.shop import NOON, a_member, a_shop, points_of, sell

WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


def in_a_thread(pool, merchant, call):
    def run():
        connection.set_tenant(merchant)
        try:
            return call()
        finally:
            connection.close()

    return pool.submit(run)


def lock(member: int) -> None:
    Member.objects.select_for_update().get(pk=member)


def test_a_deadlock_with_somebody_else_is_tried_again(fresh_merchant):
    """Somebody holds the guest and wants the member, while the activation holds the member and wants the guest."""
    a_shop()
    a_card_type()
    a_batch("900*", cards=1)
    ana = a_member(points=10)
    sell(a_sale_with("9001", 4000))
    guest = Card.objects.get(number="9001").member_id
    assert ana < guest  # the activation locks in the order of ids
    has_guest, waits = Signal(), Signal()

    def somebody_else() -> None:
        with transaction.atomic():
            lock(guest)
            has_guest.set()
            waits.wait(10)
            lock(ana)

    def activate() -> Activated:
        has_guest.wait(10)
        return activate_by_hand(number="9001", to=ana, at=NOON, by=CLERK)

    with ThreadPoolExecutor(2) as pool:
        other = in_a_thread(pool, fresh_merchant, somebody_else)
        mine = in_a_thread(pool, fresh_merchant, activate)
        while not (mine.done() or is_waiting()):
            time.sleep(0.01)
        waits.set()
        assert (mine.result(30).member_id, other.result(30)) == (ana, None)

    assert points_of(ana) == 50
    assert Card.objects.get(number="9001").status == CardStatus.ACTIVE
    assert {check.name: check.breaches for check in verify() if check.breaches} == {}


def is_waiting() -> bool:
    """Whether somebody waits for a row that another transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def test_eight_colleagues_give_one_card_to_eight_members_once(fresh_merchant):
    a_shop()
    a_card_type()
    a_batch("900*", cards=1)
    sell(a_sale_with("9001", 4000))
    members = [a_member(points=10) for _ in range(8)]

    def activate(member: int) -> Activated | str:
        try:
            return activate_by_hand(number="9001", to=member, at=NOON, by=CLERK)
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        answers = [
            each.result(60)
            for each in [in_a_thread(pool, fresh_merchant, lambda m=member: activate(m)) for member in members]
        ]

    [given] = [each for each in answers if isinstance(each, Activated)]
    assert {each for each in answers if isinstance(each, str)} <= {"card_not_in_stock", "not_found_or_unusable"}
    assert [points_of(member) for member in members].count(50) == 1
    assert points_of(given.member_id) == 50
    assert {check.name: check.breaches for check in verify() if check.breaches} == {}
