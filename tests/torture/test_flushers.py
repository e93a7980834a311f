"""Batches from several processes at once: nobody waits in a circle, and each item counts once."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays
from regulars.core.identifiers import MemberHandle
from regulars.core.program.rules import RateRule
from regulars.core.sale import NewRefund, NewSale, SaleLine
from regulars.platform.batches import CouldNotBeRecorded, run_batch
from regulars.points.expire import expire_due_lots
from regulars.sales.answers import Recorded
from regulars.sales.attach import attach_sale
from regulars.sales.models import Line, Sale
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from regulars.sales.refusals import AttachedAlready
from tests.shop import NOON, a_member, a_sale, a_shop, sell
from tests.torture.crowd import Clock, Crowd, broken_invariants, count_deadlocks
from tests.torture.rounds import rounds

pytestmark = pytest.mark.fault

FLUSHERS = 8


def test_overlapping_batches_never_deadlock(fresh_merchant):
    """Eight flushers sell to, refund, claim for and expire the same dozen members, each in an order of its own."""
    a_shop(RateRule(code="base", name="Base", points=1, per_minor=100, expiry=AfterDays(days=2)))
    members = [a_member() for _ in range(12)]
    sold = [sell(a_sale(1000, member=member)).id or 0 for member in members for _ in range(5)]
    nobodys = [sell(a_sale(1000)).id or 0 for _ in range(40)]
    clock = Clock(NOON, timedelta(minutes=30))

    def flusher(seed: int):
        draw = random.Random(seed)

        def work() -> None:
            for turn in range(rounds(12, release=500)):
                at = clock.tick()
                match draw.choice(["sell", "sell", "spend", "refund", "claim", "expire"]):
                    case "sell":
                        run_batch([a_sale(member=draw.choice(members), at=at) for _ in range(30)], recorder(at))
                    case "spend":
                        run_batch(
                            [a_sale(member=who, points=1, at=at) for who in shuffled(draw, members)], recorder(at)
                        )
                    case "refund":
                        back = [
                            NewRefund(sale_id=sale, external_id=f"{seed}-{turn}", occurred_at=at, amount_minor=10)
                            for sale in draw.sample(sold, 20)
                        ]
                        run_batch(back, lambda part, at=at: refund_sales(part, at=at))
                    case "claim":
                        claim(draw.choice(nobodys), draw.choice(members), at)
                    case "expire":
                        expire_due_lots(at=at)

        return work

    before = count_deadlocks()
    with Crowd(fresh_merchant.schema_name, FLUSHERS) as crowd:
        crowd.at_once([flusher(seed) for seed in range(FLUSHERS)])
    assert count_deadlocks() == before
    assert broken_invariants() == []


def test_the_same_upload_from_several_processes_is_recorded_once(fresh_merchant):
    """The same receipts of nobody in particular, shuffled: no lock orders them but the receipts themselves."""
    a_shop()
    ann = a_member()
    before = count_deadlocks()
    with Crowd(fresh_merchant.schema_name, FLUSHERS) as crowd:
        for turn in range(rounds(6, release=300)):
            upload = [a_sale(receipt=f"U-{turn}-{n}", member=ann if turn == 5 else None) for n in range(700)]
            copies = [shuffled(random.Random(seed), upload) for seed in range(FLUSHERS)]
            told = crowd.at_once([lambda copy=copy: run_batch(copy, recorder(NOON)) for copy in copies])
            outcomes = [outcome for each in told for outcome in each]
            assert all(isinstance(outcome, Recorded) for outcome in outcomes), outcomes
            assert sum(not outcome.replayed for outcome in outcomes) == len(upload)
            assert Sale.objects.filter(external_id__startswith=f"U-{turn}-").count() == len(upload)
    assert count_deadlocks() == before
    assert broken_invariants() == []


@pytest.mark.parametrize("place", range(8))
def test_a_poison_sale_at_any_place_is_refused_alone(fresh_merchant, place):
    """A line that the program lets through and the database does not: the other seven are recorded."""
    a_shop()
    ann = a_member()
    batch = [a_sale(1000, member=ann) for _ in range(7)]
    batch.insert(place, poisoned(ann))
    outcomes = run_batch(batch, recorder(NOON))
    assert isinstance(outcomes.pop(place), CouldNotBeRecorded)
    assert [outcome.earned[0].awarded for outcome in outcomes] == [10] * 7
    assert outcomes[-1].balances[0].available == 70
    assert (Sale.objects.count(), Line.objects.count()) == (7, 7)
    assert broken_invariants() == []


def poisoned(member: int) -> NewSale:
    return NewSale(
        external_id="POISON",
        store="330",
        occurred_at=NOON,
        total_minor=1000,
        lines=(SaleLine("x" * 65, 1000, 1000),),
        member=MemberHandle(id=str(member)),
    )


def recorder(at):
    return lambda part: record_sales(part, at=at)


def shuffled[Item](draw: random.Random, items: list[Item]) -> list[Item]:
    return draw.sample(items, len(items))


def claim(sale: int, member: int, at) -> None:
    with suppress(AttachedAlready):
        attach_sale(sale_id=sale, member=MemberHandle(id=str(member)), at=at, by=SYSTEM)
