"""Whatever happens to a member's rewards and stamps, in any order: the books prove themselves, retries change nothing,
nobody spends more than they have, and a look writes nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from regulars.core.identifiers import MemberHandle
from regulars.core.program.caps import Cap
from regulars.core.program.rewards import Gives, PerMember
from regulars.core.program.rules import EventRule, RateRule
from regulars.core.program.stamp_cards import ByVisit, StampCard
from regulars.core.program.tier_sets import Level, TierSet
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of, balances_of
from regulars.points.claim import claim_reward
from regulars.points.claimable import list_claimable
from regulars.points.remove_reward import remove_reward
from regulars.points.stamps import adjust_stamps, preview_stamps
from regulars.rewards.issued import list_issued
from regulars.rewards.models import IssuedReward, Step
from regulars.rewards.use import take_back_use, use_reward
from regulars.sales.event_batch import NewMemberEvent
from regulars.sales.member_events import record_member_event
from regulars.sales.refund import refund_sales
from regulars.sales.undo_refund import undo_refund
from regulars.sales.verify import verify
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody, the_program_is
from tests.shop import a_sale, sell

pytestmark = pytest.mark.django_db

CARD = StampCard(
    code="coffee", name="Coffee", size=4, earn=ByVisit(stamps=3), final="free", interim={2: "cookie", 3: "back"}
)
GOLD = Level(code="gold", name="Gold", threshold=150, rewards=("free",))
PARTS = {
    "rules": (
        RateRule(code="base", name="Base", points=1, per_minor=100),
        EventRule(code="review", name="Review", event="review", points=60, caps=(Cap(limit=200, period="day"),)),
        EventRule(code="scan", name="Scan", event="qr", points=3, unit="coffee"),
    ),
    "rewards": (
        a_reward("mug", 70, stock=3),
        a_reward("back", 90, kind="points", gives=Gives(unit="points", amount=20), per_member=PerMember(limit=2)),
        a_reward("free", None),
        a_reward("cookie", None, use_within_days=3),
    ),
    "tier_sets": (
        TierSet(
            code="status", name="Status", levels=(Level(code="gold", name="Gold", threshold=150, rewards=("free",)),)
        ),
    ),
}

STEPS = st.tuples(
    st.sampled_from(
        ["mug", "back", "stamp", "unstamp", "use", "use_back", "remove", "keep", "review", "qr", "publish"]
    ),
    st.integers(1, 6),
)


class History:
    """One member to whom things happen, each at its own moment."""

    def __init__(self, used_reward: str) -> None:
        self.card = replace(CARD, used_reward=used_reward)
        a_gift_shop(stamp_cards=(self.card,), **PARTS)
        self.ann = somebody(points=300)
        self.at = NOON
        self.number = 0
        self.sales: list[int] = []
        self.refunds: list[int] = []

    def happens(self, what: str, amount: int) -> None:
        self.number += 1
        self.at += timedelta(hours=amount)
        work = getattr(self, f"do_{what}", None) or (lambda n: self.do_claim(what))
        self.twice(lambda: work(amount))

    def twice(self, work: Callable[[], object]) -> None:
        """Whatever was done or refused, done again it changes nothing more."""
        after = []
        for _ in range(2):
            with suppress(Refusal), transaction.atomic():
                work()
            after.append(self.state())
        assert after[0] == after[1]

    def do_claim(self, reward: str) -> None:
        claim_reward(member_id=self.ann, reward=reward, key=f"k{self.number}", at=self.at, by=MAX)

    def do_stamp(self, amount: int) -> None:
        self.stamps(amount)

    def do_unstamp(self, amount: int) -> None:
        self.stamps(-amount)

    def stamps(self, stamps: int) -> None:
        adjust_stamps(
            member_id=self.ann,
            card="coffee",
            stamps=stamps,
            reason="by hand",
            key=f"k{self.number}",
            at=self.at,
            by=MAX,
        )

    def issued(self, amount: int) -> int:
        mine = list_issued(self.ann, at=self.at)
        return mine[amount % len(mine)].id if mine else 0

    def do_use(self, amount: int) -> None:
        use_reward(issued_id=self.issued(amount), at=self.at, by=MAX)

    def do_use_back(self, amount: int) -> None:
        take_back_use(issued_id=self.issued(amount), at=self.at, by=MAX)

    def do_remove(self, amount: int) -> None:
        remove_reward(issued_id=self.issued(amount), give_back=True, reason="history", at=self.at, by=MAX)

    def do_keep(self, amount: int) -> None:
        remove_reward(issued_id=self.issued(amount), give_back=False, reason="history", at=self.at, by=MAX)

    def tell(self, event: str) -> None:
        new = NewMemberEvent(
            event=event,
            external_id=str(self.number),
            member=MemberHandle(id=str(self.ann)),
            occurred_at=self.at,
            by=MAX,
        )
        record_member_event(new, at=self.at)

    def do_sale(self, amount: int) -> None:
        sale = a_sale(amount * 1000, member=self.ann, at=self.at, receipt=str(self.number))
        if (sold := sell(sale, at=self.at).id) is not None and sold not in self.sales:
            self.sales.append(sold)

    def do_refund(self, amount: int) -> None:
        if self.sales:
            back = NewRefund(
                sale_id=self.sales[amount % len(self.sales)],
                external_id=str(self.number),
                occurred_at=self.at,
                amount_minor=None if amount % 2 else 700,
            )
            [outcome] = refund_sales([back], at=self.at)
            if isinstance(outcome, Refusal):
                raise outcome
            if outcome.id is not None and outcome.id not in self.refunds:
                self.refunds.append(outcome.id)

    def do_undo(self, amount: int) -> None:
        if self.refunds:
            undo_refund(refund_id=self.refunds[-1], at=self.at, by=MAX, reason="mistake")

    def do_review(self, _amount: int) -> None:
        self.tell("review")

    def do_qr(self, _amount: int) -> None:
        self.tell("qr")

    def do_publish(self, amount: int) -> None:
        card = replace(self.card, size=amount + 3)
        with transaction.atomic():
            the_program_is(at=self.at, stamp_cards=(card,), **PARTS)

    def state(self) -> tuple[object, ...]:
        """Everything that could have changed."""
        return (
            Entry.objects.count(),
            Step.objects.count(),
            sorted(IssuedReward.objects.values_list("id", "status")),
            balances_of([self.ann], at=self.at),
        )


@pytest.mark.slow
@given(steps=st.lists(STEPS, min_size=1, max_size=14))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("used_reward", ["absorb", "debt"])
def test_any_history_proves_itself(steps, used_reward):
    with transaction.atomic():
        history = History(used_reward)
        for what, amount in steps:
            history.happens(what, amount)
            assert balance_of(history.ann, at=history.at).available >= 0
        before = history.state()
        list_claimable(member_id=history.ann, at=history.at)
        for stamps in (3, -3):
            with suppress(Refusal):
                preview_stamps(member_id=history.ann, card="coffee", stamps=stamps, at=history.at)
        assert history.state() == before
        assert {check.name: check.breaches for check in verify() if check.breaches} == {}
        transaction.set_rollback(True)
