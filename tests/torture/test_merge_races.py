"""Two members are merged while they buy and pay: nothing is lost, made or held twice, and one merge wins."""

import random
from collections.abc import Callable

import msgspec
import pytest
from django.db import OperationalError

from regulars.care.merge import CannotMerge, Merged, merge_members
from regulars.care.unmerge import Unmerged, undo_merge
from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.ledger.lock import MemberMerged
from regulars.members.models import Member
from regulars.platform.batches import run_batch
from regulars.points.adjust import adjust_points
from regulars.sales.answers import Recorded
from regulars.sales.models import Sale
from regulars.sales.record import record_sales
from tests.shop import NOON, a_member, a_sale, a_shop, points_of
from tests.torture.crowd import Crowd, broken_invariants
from tests.torture.rounds import rounds

pytestmark = pytest.mark.fault


def sell(sale: NewSale) -> Recorded | Refusal:
    """A sale as a lane records it: tried again where its member was merged meanwhile."""
    [outcome] = run_batch([sale], lambda batch: record_sales(batch, at=NOON))
    return outcome


def merge(source: int, keeper: int) -> Merged | Refusal:
    try:
        return merge_members(source=source, keeper=keeper, at=NOON, by=SYSTEM)
    except Refusal as refusal:
        return refusal


def undo(merge_id: int) -> Unmerged | Refusal:
    return tried(lambda: undo_merge(merge_id=merge_id, at=NOON, by=SYSTEM))


def adjust(member: int, amount: int, key: str) -> object:
    return tried(
        lambda: adjust_points(
            member_id=member, unit="points", amount=amount, reason="a race", key=key, at=NOON, by=SYSTEM
        )
    )


def tried[Answer](work: Callable[[], Answer]) -> Answer | Refusal:
    """A deadlock is tried again, as delivery does."""
    for _ in range(5):
        try:
            return work()
        except Refusal as refusal:
            return refusal
        except OperationalError:
            continue
    raise AssertionError("five deadlocks in a row")


def test_a_merge_races_earning_paying_and_the_merge_the_other_way_round(fresh_merchant):
    a_shop()
    with Crowd(fresh_merchant.schema_name, 6) as crowd:
        for round_ in range(rounds(200, release=10_000)):
            ann, bob = a_member(points=100), a_member(points=60)
            card = Member.objects.get(pk=ann).cards.get().number
            by_card = a_sale(1_000, receipt=f"earn-{round_}")
            works = [
                lambda a=ann, b=bob: merge(a, b),
                lambda a=ann, b=bob: merge(b, a),
                lambda s=by_card, c=card: sell(replaced(s, MemberHandle(card=c))),
                lambda a=ann, r=round_: sell(a_sale(500, member=a, receipt=f"also-{r}")),
                lambda b=bob, r=round_: sell(a_sale(30, member=b, points=30, receipt=f"pay-{r}")),
                lambda a=ann, r=round_: adjust(a, 7, f"adjust-{r}"),
            ]
            random.shuffle(works)
            told = crowd.at_once(works)
            merged = [each for each in told if isinstance(each, Merged)]
            assert len(merged) == 1
            assert sum(isinstance(each, CannotMerge) for each in told) == 1
            sold = [each for each in told if isinstance(each, Recorded)]
            assert len(sold) == 3
            adjusted = 0 if any(isinstance(each, MemberMerged) for each in told) else 7
            keeper, source = merged[0].keeper, merged[0].source
            assert points_of(keeper) == 100 + 60 + 10 + 5 - 30 + adjusted
            assert not Sale.objects.filter(member=source).exists()
            if round_ % 3 == 0:
                assert isinstance(undo(merged[0].merge_id), Unmerged)
                assert points_of(ann) + points_of(bob) == 100 + 60 + 10 + 5 - 30 + adjusted
    assert broken_invariants() == []


def test_an_undo_races_paying_and_earning(fresh_merchant):
    a_shop()
    with Crowd(fresh_merchant.schema_name, 4) as crowd:
        for round_ in range(rounds(50, release=5_000)):
            ann, bob, third = a_member(points=100), a_member(points=60), a_member(points=1)
            merged = merge(ann, bob)
            assert isinstance(merged, Merged)
            told = crowd.at_once(
                [
                    lambda m=merged: undo(m.merge_id),
                    lambda b=bob, r=round_: sell(a_sale(70, member=b, points=70, receipt=f"pay-{r}")),
                    lambda a=ann, r=round_: sell(a_sale(500, member=a, receipt=f"earn-{r}")),
                    lambda b=bob, t=third: merge(b, t),
                ]
            )
            gone = [each for each in told if isinstance(each, Unmerged | Merged)]
            paid = 70 if any(isinstance(each, Recorded) and not each.earned for each in told) else 0
            left = sum(points_of(each) for each in (ann, bob, third) if not is_stone(each))
            assert gone
            assert left == 100 + 60 + 1 + 5 - paid
    assert broken_invariants() == []


def is_stone(member: int) -> bool:
    return Member.objects.get(pk=member).merged_into_id is not None


def replaced(sale: NewSale, member: MemberHandle) -> NewSale:
    return msgspec.structs.replace(sale, member=member)
