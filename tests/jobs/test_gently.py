"""Night work rests for as long as it works."""

from time import monotonic, sleep

import pytest

from regulars.jobs.gently import Company, gently


def test_a_batch_is_followed_by_a_rest_as_long_as_itself():
    def batches():
        for number in range(5):
            sleep(0.02)
            yield number

    began = monotonic()
    assert list(gently(batches())) == [0, 1, 2, 3, 4]
    assert monotonic() - began >= 0.19  # five of work, and five of rest


def test_what_is_taken_is_told_before_the_rest():
    taken = gently(iter([1]))
    began = monotonic()
    assert next(taken) == 1
    assert monotonic() - began < 0.5


def test_alone_it_does_not_rest():
    def batches():
        for number in range(5):
            sleep(0.02)
            yield number

    began = monotonic()
    assert list(gently(batches(), needs_rest=lambda: False)) == [0, 1, 2, 3, 4]
    assert monotonic() - began < 0.19


def test_others_are_noticed_and_forgotten(monkeypatch):
    commits, seconds = iter([100, 130, 140, 150, 160]), iter([0.0, 1.0, 1.5, 3.9, 4.1])
    monkeypatch.setattr(Company, "_count", lambda self: next(commits))
    monkeypatch.setattr("regulars.jobs.gently.monotonic", lambda: next(seconds))
    company = Company()
    assert [company() for _ in range(4)] == [True, True, True, False]  # 30, and then its own 10 each


@pytest.mark.django_db
def test_the_database_counts_what_all_of_its_connections_commit():
    assert Company()._count() > 0
