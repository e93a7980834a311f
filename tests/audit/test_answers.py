"""A key gets its first answer again for 35 days, and the answers of one caller are nobody else's."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from regulars.audit.answers import StoredAnswer, delete_old_answers, find_answers, store_answers
from regulars.audit.models import Answer
from tests.shop import NOON

pytestmark = pytest.mark.django_db


def an_answer(key: str = "k", *, caller: str = "key:1", status: int = 201) -> StoredAnswer:
    return StoredAnswer(caller=caller, key=key, body_hash=bytes(range(32)), status=status, body=b'{"id":"\xc3\xa9"}')


def test_an_answer_comes_back_as_it_was_given():
    store_answers([an_answer()], at=NOON)

    assert find_answers([("key:1", "k"), ("key:1", "other"), ("key:2", "k")]) == {("key:1", "k"): an_answer()}


def test_a_key_is_answered_once():
    store_answers([an_answer()], at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        store_answers([an_answer("fresh"), an_answer(status=422)], at=NOON)

    assert list(find_answers([("key:1", "k"), ("key:1", "fresh")])) == [("key:1", "k")]


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_one_statement_for_any_number(size, django_assert_num_queries):
    answers = [an_answer(str(n)) for n in range(size)]
    assert not Answer.objects.exists()  # the connection has chosen its schema

    with django_assert_num_queries(1):
        store_answers(answers, at=NOON)
    with django_assert_num_queries(1):
        assert len(find_answers([(answer.caller, answer.key) for answer in answers])) == size


@pytest.mark.parametrize(("days", "kept"), [(30, 1), (35, 1), (36, 0)])
def test_an_answer_lives_35_days(days, kept):
    store_answers([an_answer()], at=NOON)

    delete_old_answers(at=NOON + timedelta(days=days))

    assert Answer.objects.count() == kept


def test_old_answers_go_in_batches_the_oldest_first():
    for day in range(5):
        store_answers([an_answer(str(day))], at=NOON + timedelta(days=day))

    assert delete_old_answers(at=NOON + timedelta(days=39), limit=3) == 3
    assert sorted(Answer.objects.values_list("key", flat=True)) == ["3", "4"]
    assert delete_old_answers(at=NOON + timedelta(days=39), limit=3) == 1
