"""Stamps come from the team, from slips of paper and from posters; they all fill the same card."""

from datetime import datetime, timedelta

import pytest

from regulars.core.program.conditions import Conditions
from regulars.core.program.rewards import Gives
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.refusals import Refusal
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of, entries_of
from regulars.members.status import join_member
from regulars.points.adjust import adjust_points
from regulars.points.card_in_hand import CardNow
from regulars.points.cards_of import cards_of
from regulars.points.models import StampCode
from regulars.points.posters import hang_poster, poster_text, scan_poster, take_poster_down
from regulars.points.stamp_codes import make_stamp_codes, use_stamp_code
from regulars.points.stamps import adjust_stamps, preview_stamps
from regulars.rewards.issued import list_issued
from regulars.rewards.models import IssuedReward
from regulars.rewards.use import use_reward
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody, the_program_is

pytestmark = pytest.mark.django_db
FREE, COOKIE = a_reward("free", None), a_reward("cookie", None)


def a_card(**terms) -> StampCard:
    return StampCard(**({"code": "coffee", "name": "Coffee", "size": 10, "earn": ByHand(), "final": "free"} | terms))


def a_stamp_shop(rewards=(FREE, COOKIE), **terms) -> None:
    a_gift_shop(stamp_cards=(a_card(**terms),), rewards=rewards)


def give(member: int, stamps: int, *, key: str | None = None, at: datetime = NOON) -> CardNow:
    key = key or f"k{Entry.objects.count()}"
    return adjust_stamps(member_id=member, card="coffee", stamps=stamps, reason="by hand", key=key, at=at, by=MAX)


def on_card(member: int) -> int:
    return balance_of(member, at=NOON, unit="coffee").available


def states(member: int) -> list[tuple[str, str]]:
    return sorted((each.reward, each.status) for each in list_issued(member, at=NOON))


def test_eight_and_four_fill_the_card_and_leave_two():
    a_stamp_shop()
    ann = somebody()
    give(ann, 8)
    done = give(ann, 4)
    assert (done.number, done.held, done.size, done.completed, on_card(ann)) == (2, 2, 10, 1, 2)
    assert states(ann) == [("free", "outstanding")]
    assert [(entry.kind, entry.amount) for entry in entries_of(ann)] == [("redeem", -10), ("adjust", 4), ("adjust", 8)]


def test_taking_the_four_off_again_opens_the_card_and_withdraws_the_unused_reward():
    a_stamp_shop()
    ann = somebody()
    give(ann, 8)
    give(ann, 4)
    done = give(ann, -4)
    assert (done.number, done.held, done.reopened, on_card(ann)) == (1, 8, 1, 8)
    assert states(ann) == [("free", "withdrawn")]
    # And it can be filled again, and opened again.
    assert (give(ann, 2).completed, states(ann)) == (1, [("free", "outstanding"), ("free", "withdrawn")])
    assert (give(ann, -3).held, on_card(ann)) == (7, 7)
    assert states(ann) == [("free", "withdrawn")] * 2


def test_what_filled_a_card_whose_reward_is_used_cannot_be_taken_off():
    a_stamp_shop()
    ann = somebody()
    give(ann, 12)
    use_reward(issued_id=list_issued(ann, at=NOON)[0].id, at=NOON, by=MAX)
    before = Entry.objects.count()
    with pytest.raises(Refusal, match="insufficient_balance") as refused:
        give(ann, -4)
    assert refused.value.facts() == {"unit": "coffee", "available": 2, "wanted": 4}
    assert (on_card(ann), Entry.objects.count()) == (2, before)
    assert give(ann, -2).held == 0


def test_rewards_on_the_way_come_once_and_those_used_are_kept():
    a_stamp_shop(interim={5: "cookie"})
    ann = somebody()
    give(ann, 6)
    assert states(ann) == [("cookie", "outstanding")]
    give(ann, -3)
    assert states(ann) == [("cookie", "withdrawn")]
    give(ann, 3)
    cookie = list_issued(ann, at=NOON)[0]
    use_reward(issued_id=cookie.id, at=NOON, by=MAX)
    give(ann, -3)
    give(ann, 3)
    assert states(ann) == [("cookie", "used"), ("cookie", "withdrawn")]


def test_a_reward_of_points_is_paid_once_however_the_stamps_go_up_and_down():
    paid = a_reward("cookie", None, kind="points", gives=Gives(unit="points", amount=50))
    a_stamp_shop(rewards=(FREE, paid), interim={2: "cookie"})
    ann = somebody()
    for stamps in (3, -2, 2, -3, 3):
        give(ann, stamps)
    assert balance_of(ann, at=NOON).available == 50


def test_the_same_key_again_changes_nothing():
    a_stamp_shop()
    ann = somebody()
    first, again = give(ann, 8, key="1"), give(ann, 8, key="1")
    assert again.replayed and (again.entry_id, again.held) == (first.entry_id, 8)
    with pytest.raises(Refusal, match="key_reused"):
        give(ann, 7, key="1")
    assert on_card(ann) == 8


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"stamps": 0}, "invalid_stamps"),
        ({"stamps": 101}, "invalid_stamps"),
        ({"reason": " "}, "invalid_stamps"),
        ({"key": "a/b"}, "invalid_stamps"),
        ({"card": "tea"}, "unknown_card_kind"),
        ({"member_id": 404}, "member_not_found"),
        ({"stamps": -1}, "insufficient_balance"),
    ],
)
def test_what_makes_no_sense_moves_nothing(change, code):
    a_stamp_shop()
    usual = {"member_id": somebody(), "card": "coffee", "stamps": 1, "reason": "by hand", "key": "1"}
    with pytest.raises(Refusal, match=code):
        adjust_stamps(**(usual | change), at=NOON, by=MAX)
    assert Entry.objects.count() == 0


def test_a_card_that_does_not_restart_takes_no_more():
    a_stamp_shop(restart=False)
    ann = somebody()
    assert give(ann, 8).put == 8
    assert (give(ann, 5).put, on_card(ann)) == (2, 0)
    with pytest.raises(Refusal, match="no_effect"):
        give(ann, 1)


def test_a_card_begun_keeps_its_size_when_the_program_changes():
    a_stamp_shop()
    ann = somebody()
    give(ann, 8)
    the_program_is(stamp_cards=(a_card(size=4),), rewards=(FREE, COOKIE), at=NOON + timedelta(hours=1))
    later = NOON + timedelta(hours=2)
    assert (give(ann, 1, at=later).held, give(ann, 3, at=later).held) == (9, 2)
    done = give(ann, 2, at=later)
    assert (done.completed, done.number, done.size) == (1, 3, 4)


def test_a_preview_says_what_would_be_and_writes_nothing():
    a_stamp_shop()
    ann = somebody()
    give(ann, 8)
    shown = preview_stamps(member_id=ann, card="coffee", stamps=4, at=NOON)
    assert (shown.number, shown.held, shown.completed) == (2, 2, 1)
    taken = preview_stamps(member_id=ann, card="coffee", stamps=-3, at=NOON)
    assert (taken.held, on_card(ann), IssuedReward.objects.count()) == (5, 8, 0)


def test_a_slip_of_paper_is_good_once_and_its_code_is_not_kept():
    a_stamp_shop()
    ann, bob = somebody(), somebody()
    codes = make_stamp_codes(card="coffee", count=3, stamps=2, batch="Fair", at=NOON, by=MAX)
    assert len({*codes}) == 3 and not StampCode.objects.filter(code_hash=codes[0].encode()).exists()

    def use(member: int, code: str) -> CardNow:
        return use_stamp_code(code=code, member_id=member, at=NOON, by=MAX)

    assert use(ann, codes[0].lower()).held == 2
    assert use(ann, codes[0]).replayed
    for code in (codes[0], "NOTHING"):
        with pytest.raises(Refusal, match="not_found_or_unusable"):
            use(bob, code)
    assert (use(bob, codes[1]).held, on_card(ann)) == (2, 2)
    assert StampCode.objects.filter(used_at=None).count() == 1


def test_a_slip_that_is_over_is_refused_and_one_that_comes_too_soon_is_kept():
    a_stamp_shop(cool_down_minutes=60)
    ann = somebody()
    first, second = make_stamp_codes(card="coffee", count=2, batch="Fair", at=NOON, by=MAX)
    [over] = make_stamp_codes(
        card="coffee", count=1, batch="Old", usable_until=NOON + timedelta(minutes=1), at=NOON, by=MAX
    )

    def use(code: str, minutes: int) -> CardNow:
        return use_stamp_code(code=code, member_id=ann, at=NOON + timedelta(minutes=minutes), by=MAX)

    with pytest.raises(Refusal, match="not_found_or_unusable"):
        use(over, 1)
    use(first, 0)
    with pytest.raises(Refusal, match="cool_down") as refused:
        use(second, 59)
    assert refused.value.facts() == {"again_at": NOON + timedelta(minutes=60)}
    assert use(second, 60).held == 2


def test_codes_are_bounded_and_for_cards_there_are():
    a_stamp_shop()
    for change, code in (
        ({"count": 0}, "invalid_codes"),
        ({"stamps": 101}, "invalid_codes"),
        ({"batch": " "}, "invalid_codes"),
        ({"usable_until": NOON}, "invalid_codes"),
        ({"card": "tea"}, "unknown_card_kind"),
    ):
        usual = {"card": "coffee", "count": 1, "batch": "Fair"}
        with pytest.raises(Refusal, match=code):
            make_stamp_codes(**(usual | change), at=NOON, by=MAX)


def test_a_poster_stamps_once_a_day_until_it_is_taken_down():
    a_stamp_shop()
    ann, bob = somebody(), somebody()
    text = hang_poster(store="330", card="coffee", at=NOON, by=MAX)

    def scan(member: int, hours: int, said: str = text) -> CardNow:
        return scan_poster(text=said, member_id=member, at=NOON + timedelta(hours=hours), by=MAX)

    assert scan(ann, 0).held == 1
    with pytest.raises(Refusal, match="cool_down"):
        scan(ann, 23)
    assert (scan(bob, 1).held, scan(ann, 24).held) == (1, 2)
    for forged in ("1", text[:-1] + ("A" if text[-1] != "A" else "B"), ""):
        with pytest.raises(Refusal, match="not_found_or_unusable"):
            scan(ann, 72, forged)
    number = int(text.split(".")[0])
    assert poster_text(number) == text
    take_poster_down(number, at=NOON, by=MAX)
    with pytest.raises(Refusal, match="not_found_or_unusable"):
        scan(ann, 72)


def test_what_members_fetch_themselves_obeys_the_cards_conditions_and_its_most_a_day():
    a_stamp_shop(max_per_day=3, when=Conditions(stores=("330",)))
    ann = somebody()
    codes = make_stamp_codes(card="coffee", count=3, stamps=2, batch="Fair", at=NOON, by=MAX)
    with pytest.raises(Refusal, match="wrong_store"):
        use_stamp_code(code=codes[0], member_id=ann, store="331", at=NOON, by=MAX)
    puts = [use_stamp_code(code=code, member_id=ann, store="330", at=NOON, by=MAX).put for code in codes[:2]]
    assert puts == [2, 1]
    with pytest.raises(Refusal, match="daily_limit"):
        use_stamp_code(code=codes[2], member_id=ann, store="330", at=NOON, by=MAX)
    assert use_stamp_code(code=codes[2], member_id=ann, store="330", at=NOON + timedelta(days=1), by=MAX).put == 2


def test_stamps_are_not_adjusted_as_points_are():
    a_stamp_shop()
    ann = somebody()
    with pytest.raises(Refusal, match="invalid_adjustment"):
        adjust_points(member_id=ann, amount=5, unit="coffee", reason="by hand", key="1", at=NOON, by=MAX)
    assert on_card(ann) == 0


def test_guests_fetch_no_stamps_until_they_join():
    a_stamp_shop()
    guest = somebody(joined_at=None)
    [code] = make_stamp_codes(card="coffee", count=1, batch="Fair", at=NOON, by=MAX)
    with pytest.raises(Refusal, match="not_joined"):
        use_stamp_code(code=code, member_id=guest, at=NOON, by=MAX)
    join_member(member_id=guest, at=NOON, by=MAX)
    assert use_stamp_code(code=code, member_id=guest, at=NOON, by=MAX).held == 1


def test_a_members_cards_are_shown_as_they_began():
    a_stamp_shop(interim={5: "cookie"})
    ann, bob = somebody(), somebody()
    give(ann, 12)
    the_program_is(stamp_cards=(a_card(size=4),), rewards=(FREE, COOKIE), at=NOON + timedelta(hours=1))
    later = NOON + timedelta(hours=2)
    [mine], [his] = cards_of(ann, at=later), cards_of(bob, at=later)
    assert (mine.number, mine.held, mine.size) == (2, 2, 10)
    assert [(place.stamp, place.reward) for place in mine.rewards] == [(5, "cookie"), (10, "free")]
    assert (his.number, his.held, his.size) == (1, 0, 4)
    the_program_is(at=NOON + timedelta(hours=3))
    assert [len(cards_of(member, at=NOON + timedelta(hours=4))) for member in (ann, bob)] == [1, 0]
    with pytest.raises(Refusal, match="member_not_found"):
        cards_of(404, at=later)
