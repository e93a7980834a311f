"""Any history of one wallet leaves what a second opinion says: earning, waiting, idleness, baskets, clawbacks, staff.

After each step every part of the balance and every open lot with its dates is compared, and at the end of each history
every invariant of the ledger is checked.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from regulars.core.actor import SYSTEM, Actor
from regulars.core.expiry import AfterDays, AfterIdle, Never
from regulars.core.life import life_of
from regulars.core.lots import claw, draw, spendable_total
from regulars.core.program.life import Pending
from regulars.core.refusals import Refusal
from regulars.ledger.holds import available_with, take_from_hold
from regulars.ledger.lock import lock_wallets
from regulars.ledger.models import Hold, Kind
from regulars.ledger.statement import balance_of
from regulars.members.enrol import NewMember, enrol_member
from regulars.points.adjust import NotEnoughToDeduct, adjust_points
from regulars.points.dates import extend_lots, reinstate_expired
from regulars.points.expire import expire_due_lots
from regulars.points.hold import release_hold, reserve_units
from regulars.points.lapse import lapse_holds
from regulars.points.pending import release_early
from regulars.programs.book import load_book
from regulars.programs.setup import set_up_program
from tests.ledger.oracle import IDLE_DAYS, LATEST, ZONE, Lot, Purse, Refused, day_of, midnight_after
from tests.ledger.purse import a_note, broken, earn, earn_unseen, post
from tests.points.people import tell
from tests.torture.rounds import histories

pytestmark = pytest.mark.fault
STARTS = datetime(2028, 2, 20, 15, tzinfo=UTC)
MAX = Actor("staff", 5, "Max")

# How a credit may live, in the program's words.
LIVES = {
    "never": (Never(), None),
    "days": (AfterDays(days=10), None),
    "idle": (AfterIdle(days=IDLE_DAYS), None),
    "pending": (AfterDays(days=10), Pending(days=3)),
    "pending idle": (AfterIdle(days=IDLE_DAYS), Pending(days=3)),
    "review": (AfterDays(days=10), Pending(event="review")),
    "review, fixed end": (AfterDays(days=10), Pending(event="review", life_from="earned")),
    "review idle": (AfterIdle(days=IDLE_DAYS), Pending(event="review")),
}

EARNINGS = (earn, earn_unseen)
amounts = st.integers(1, 120)
a_start = st.lists(st.tuples(st.integers(20, 120), st.sampled_from(sorted(LIVES))), min_size=2, max_size=5)
keys = st.sampled_from(["B-1", "B-2", "B-3"])


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = STARTS
        self.numbers = iter(range(1, 10_000))
        self.work = transaction.atomic()
        self.work.__enter__()

    def teardown(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert broken() == []
        finally:
            transaction.set_rollback(True)
            self.work.__exit__(None, None, None)

    @initialize(begins=a_start)
    def meet_ann(self, begins: list[tuple[int, str]]) -> None:
        self.ann = enrol_member(NewMember(first_name="Ann", last_name="Smith", joined_at=STARTS), at=STARTS).member_id
        self.purse = Purse()
        self.used: set[str] = set()
        for amount, lives in begins:
            self.give(amount, lives, earn)

    # --- time ---------------------------------------------------------------------------------------

    @rule(days=st.sampled_from([0, 0, 0, 0, 1, 3, 8]), minutes=st.sampled_from([1, 14, 60, 700]))
    def time_passes(self, days: int, minutes: int) -> None:
        self.now += timedelta(days=days, minutes=minutes)

    @rule()
    def time_passes_to_the_next_end(self) -> None:
        """Half-open: at this very second they are gone."""
        ends = [self.purse.end_of(lot) for lot in self.purse.lots if lot.left]
        ends += [*self.purse.holds.values()]
        if later := [end for end in ends if end and end > self.now]:
            self.now = min(later).astimezone(UTC)

    @rule()
    def time_passes_to_just_before_the_next_end(self) -> None:
        ends = [self.purse.end_of(lot) for lot in self.purse.lots if lot.left]
        if later := [end - timedelta(minutes=4) for end in ends if end and end - timedelta(minutes=4) > self.now]:
            self.now = min(later).astimezone(UTC)

    @rule()
    def night_falls(self) -> None:
        lapse_holds(at=self.now)
        assert expire_due_lots(at=self.now) == self.purse.expire(self.now)
        assert expire_due_lots(at=self.now) == 0

    # --- in and out ---------------------------------------------------------------------------------

    @rule(amount=amounts, lives=st.sampled_from(sorted(LIVES)), earning=st.sampled_from(EARNINGS))
    def earn(self, amount: int, lives: str, earning) -> None:
        self.give(amount, lives, earning)

    @rule(amount=amounts, earning=st.sampled_from(EARNINGS))
    def earn_with_a_day(self, amount: int, earning) -> None:
        self.give(amount, "days", earning)

    def give(self, amount: int, lives: str, earning) -> None:
        expiry, pending = LIVES[lives]
        life = life_of(expiry, pending, given_at=self.now, zone=ZONE)
        number = earning(self.ann, amount, self.now, life)
        days = {"pending": 13, "days": 10, "review, fixed end": 10}.get(lives)
        lot = Lot(
            number=number,
            left=0,
            start=LATEST if "review" in lives else self.now + timedelta(days=3 if "pending" in lives else 0),
            end=midnight_after(day_of(self.now) + timedelta(days=days)) if days else None,
            is_idle="idle" in lives,
            event="review" in lives,
            lives=10 if lives == "review" else None,
        )
        if "pending" in lives:  # the same time of day, whatever the clocks do
            lot.start = (self.now.astimezone(ZONE) + timedelta(days=3)).astimezone(UTC)
        self.purse.credit(self.now, lot, amount)

    @rule(amount=st.integers(1, 60))
    def spend(self, amount: int) -> None:
        def ours() -> None:
            def redeem(journal, wallet) -> None:
                free = spendable_total(wallet.open_lots, at=self.now) - wallet.debt
                if free < amount:
                    raise NotEnoughToDeduct(available=free, wanted=amount)
                draws = draw(wallet.open_lots, wanted=amount, at=self.now)
                journal.debit(wallet, kind=Kind.REDEEM, draws=draws, amount=amount, note=a_note(self.now))

            post(self.ann, self.now, redeem)

        self.both(ours, lambda: self.purse.spend(self.now, amount))

    @rule(amount=st.integers(-60, 60).filter(bool))
    def adjust(self, amount: int) -> None:
        key = f"K{next(self.numbers)}"
        said = {"member_id": self.ann, "amount": amount, "reason": "x", "key": key, "at": self.now, "by": MAX}

        def theirs() -> None:
            if amount < 0:
                self.purse.spend(self.now, -amount, is_activity=False)

        done = self.both(lambda: adjust_points(**said), theirs)
        if done is not None and amount > 0:
            lot = Lot(number=done.entry_id, left=0, start=self.now)
            self.purse.credit(self.now, lot, amount, is_activity=False)

    @rule(amount=st.one_of(amounts, st.just(300)), place=st.integers(0, 20))
    def claw_back(self, amount: int, place: int) -> None:
        if self.purse.lots:
            own = self.purse.lots[place % len(self.purse.lots)]

            def take_back(journal, wallet) -> None:
                draws = claw(wallet.open_lots, own=own.number, wanted=amount, at=self.now)
                journal.debit(wallet, kind=Kind.CLAWBACK, draws=draws, amount=amount, note=a_note(self.now))

            post(self.ann, self.now, take_back)
            self.purse.claw(self.now, own, amount)

    # --- baskets ------------------------------------------------------------------------------------

    @rule(key=keys, share=st.floats(0.3, 1.05), minutes=st.sampled_from([5, 60, 1440]))
    def reserve(self, key: str, share: float, minutes: int) -> None:
        self.purse.look(self.now)
        amount = max(int(self.purse.spendable(self.now) * share), 1)
        if key not in self.used:
            said = {"member_id": self.ann, "amount": amount, "key": key, "minutes": minutes, "by": SYSTEM}
            self.both(
                lambda: reserve_units(**said, at=self.now),
                lambda: self.purse.reserve(self.now, key, amount, minutes),
            )

    @rule(key=keys, amount=amounts)
    def pay(self, key: str, amount: int) -> None:
        self.purse.look(self.now)
        is_open = key in self.purse.holds

        def ours() -> None:
            def redeem(journal, wallet) -> None:
                free = available_with(wallet, key=key, at=self.now)
                if free < amount:
                    raise NotEnoughToDeduct(available=free, wanted=amount)
                draws = take_from_hold(wallet, key=key, amount=amount, at=self.now)
                journal.debit(wallet, kind=Kind.REDEEM, draws=draws, amount=amount, note=a_note(self.now))

            post(self.ann, self.now, redeem)

        self.both(ours, lambda: self.purse.pay(self.now, key, amount))
        if is_open and key not in self.purse.holds:
            self.used.add(key)

    @rule(key=keys)
    def let_go(self, key: str) -> None:
        if key not in self.used and Hold.objects.filter(key=key).exists():
            release_hold(key=key, at=self.now, by=SYSTEM)
            self.purse.look(self.now)
            self.purse.drop(key)

    # --- the team -----------------------------------------------------------------------------------

    @rule()
    def a_review_is_written(self) -> None:
        tell(self.ann, at=self.now)
        self.purse.happen(self.now)

    @rule(place=st.integers(0, 20))
    def release(self, place: int) -> None:
        if lot := self.lot(place):
            said = {"member_id": self.ann, "lots": [lot.number], "at": self.now, "by": MAX, "reason": "x"}
            self.both(lambda: release_early(**said), lambda: self.purse.release(self.now, lot))

    @rule(place=st.integers(0, 20), days=st.integers(0, 30))
    def extend(self, place: int, days: int) -> None:
        if lot := self.lot(place):
            until = day_of(self.now) + timedelta(days=days)
            said = {"member_id": self.ann, "lots": [lot.number], "until": until, "by": MAX, "reason": "x"}
            self.both(lambda: extend_lots(**said, at=self.now), lambda: self.purse.extend(self.now, lot, until))

    @rule(place=st.integers(0, 20), days=st.integers(0, 30))
    def reinstate(self, place: int, days: int) -> None:
        if lot := self.lot(place):
            until = day_of(self.now) + timedelta(days=days)
            said = {"member_id": self.ann, "lots": [lot.number], "until": until, "by": MAX, "reason": "x"}
            said["key"] = f"K{next(self.numbers)}"
            self.both(
                lambda: reinstate_expired(**said, at=self.now), lambda: self.purse.reinstate(self.now, lot, until)
            )

    def lot(self, place: int) -> Lot | None:
        return self.purse.lots[place % len(self.purse.lots)] if self.purse.lots else None

    # --- comparing ----------------------------------------------------------------------------------

    def both(self, ours, theirs):
        """Both do it, or both refuse with one code; what was refused is undone by a savepoint, as a request is."""
        try:
            theirs()
            expected = None
        except Refused as refused:
            expected = str(refused)
        try:
            with transaction.atomic():
                done = ours()
            told = None
        except Refusal as refusal:
            done, told = None, refusal.code
        assert told == expected
        return done

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "purse"):
            return
        self.purse.look(self.now)
        told = balance_of(self.ann, at=self.now)
        ended = [lot for lot in self.purse.lots if self.purse.is_over(lot, self.now)]
        waiting = [lot for lot in self.purse.lots if lot.start > self.now and lot not in ended]
        assert (told.available, told.pending, told.reserved, told.debt) == (
            self.purse.spendable(self.now),
            sum(lot.left for lot in waiting),
            sum(sum(lot.held.values()) for lot in self.purse.lots),
            self.purse.debt,
        )
        assert told.expired == sum(lot.gone for lot in self.purse.lots) + sum(lot.free for lot in ended)
        wallet = lock_wallets([self.ann], units=load_book().units, at=self.now, giving=[self.ann])[self.ann, "points"]
        assert {lot.id: (lot.remaining, lot.held, lot.expires_at) for lot in wallet.open_lots} == {
            lot.number: (lot.left, sum(lot.held.values()), self.purse.end_of(lot))
            for lot in self.purse.lots
            if lot.left
        }
        again = wallet.balance_at(self.now)
        assert (again.available, again.pending, again.reserved, again.next_expiry) == (
            told.available,
            told.pending,
            told.reserved,
            told.next_expiry,
        )


def test_any_history_of_a_wallet_leaves_what_a_second_opinion_says(fresh_merchant):
    set_up_program(name="Corner Shop", at=STARTS, time_zone="America/New_York")
    run_state_machine_as_test(History, settings=histories(100, release=30_000, steps=25))
