"""A reward is given once for each reason, withdrawn while it is unused, and given back when the undoing is undone."""

from datetime import UTC

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.audit.models import Event
from regulars.platform.rows import together
from regulars.rewards.issue import (
    NewReward,
    ask_issue,
    card_key,
    issue_rewards,
    restore_withdrawn,
    withdraw_issued,
)
from regulars.rewards.issued import ask_issued, find_by_code, find_issued, steps_of
from regulars.rewards.models import Cause, IssuedReward
from regulars.rewards.use import use_reward
from tests.gift_shop import MAX, NOON, a_gift_shop, a_reward, somebody

pytestmark = pytest.mark.django_db
FREE = a_reward("free", None)


@pytest.fixture
def version() -> int:
    from regulars.programs.book import load_book

    a_gift_shop(rewards=(FREE,))
    return load_book().compiled_at(NOON).version_id


def new(member: int, version: int, *, stamp: int = 10, number: int = 1) -> NewReward:
    key = card_key(member, "coffee", number=number, stamp=stamp)
    return NewReward(member_id=member, reward=FREE, version=version, key=key, cause=Cause.CARD, by=MAX)


def issue(*batch: NewReward) -> list[str]:
    return [each.key for each in issue_rewards(batch, at=NOON, zone=UTC)]


def test_one_reason_brings_one_reward_also_within_a_batch(version):
    ann = somebody()
    first, second = new(ann, version), new(ann, version, stamp=5)
    assert sorted(issue(first, second, first)) == sorted([first.key, second.key])
    assert issue(first) == []
    assert IssuedReward.objects.count() == 2
    assert Event.objects.filter(action="reward.issued").count() == 2


def test_what_is_withdrawn_can_be_brought_again_and_what_is_used_stays(version):
    ann = somebody()
    mine = new(ann, version)
    issue(mine)
    assert withdraw_issued([mine.key], at=NOON, by=MAX) == {mine.key}
    assert withdraw_issued([mine.key], at=NOON, by=MAX) == set()
    assert find_issued([mine.key]) == {}
    assert issue(mine) == [mine.key]
    again = find_issued([mine.key])[mine.key]
    use_reward(issued_id=again.id, at=NOON, by=MAX)
    assert withdraw_issued([mine.key], at=NOON, by=MAX) == set()
    assert issue(mine) == []


def test_what_was_withdrawn_comes_back_with_its_code_unless_there_is_another(version):
    ann = somebody()
    mine = new(ann, version)
    issue(mine)
    code = find_issued([mine.key])[mine.key].code
    withdraw_issued([mine.key], at=NOON, by=MAX)
    assert restore_withdrawn([mine.key], at=NOON, by=MAX) == {mine.key}
    issued = find_issued([mine.key])[mine.key]
    assert (issued.code, issued.status) == (code, "outstanding")
    assert [step.name for step in steps_of(issued.id)] == ["withdrawn", "restored"]
    withdraw_issued([mine.key], at=NOON, by=MAX)
    issue(mine)
    assert restore_withdrawn([mine.key], at=NOON, by=MAX) == set()


def test_a_till_may_type_a_code_as_people_write_it(version):
    mine = new(somebody(), version)
    issue(mine)
    code = find_issued([mine.key])[mine.key].code
    found = find_by_code(f" {code[:4]}-{code[4:8]} {code[8:].lower()}")
    assert found is not None and found.key == mine.key
    assert find_by_code("AAAA") is None


@pytest.mark.parametrize("size", [1, 10, 500])
def test_each_call_is_one_statement_for_any_number(version, size):
    ann = somebody()
    batch = [new(ann, version, number=number) for number in range(size)]
    keys = [each.key for each in batch]
    for work in (
        lambda: issue(*batch),
        lambda: find_issued(keys),
        lambda: withdraw_issued(keys, at=NOON, by=MAX),
        lambda: restore_withdrawn(keys, at=NOON, by=MAX),
    ):
        with CaptureQueriesContext(connection) as seen:
            assert len(work()) == size
        assert len(seen) == 1


def test_it_is_sent_with_other_statements_of_somebody_elses_transaction(version):
    mine = new(somebody(), version)
    with together():
        issued = ask_issue([mine], at=NOON, zone=UTC)
        found = ask_issued([mine.key])
    assert [each.id for each in issued()] == [found()[mine.key].id]


def test_the_keys_of_a_card_say_which_stamp_it_was():
    assert card_key(5, "coffee", number=3, stamp=10) == "card/5/coffee/3/10"
