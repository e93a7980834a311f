"""Night work rests for as long as it works."""

import pytest

from regulars.jobs.gently import Company, gently


@pytest.fixture
def rests(monkeypatch) -> list[float]:
    """How long each rest would have been, by a clock on which batches take 2.5 s, 1 s, 0.25 s and none."""
    taken: list[float] = []
    seconds = iter([0.0, 2.5, 10.0, 11.0, 20.0, 20.25, 30.0, 30.0, 40.0])
    monkeypatch.setattr("regulars.jobs.gently.sleep", taken.append)
    monkeypatch.setattr("regulars.jobs.gently.monotonic", lambda: next(seconds))
    return taken


def test_a_batch_is_followed_by_a_rest_as_long_as_itself_and_at_most_a_second(rests):
    assert list(gently(iter(range(4)))) == [0, 1, 2, 3]
    assert rests == [1.0, 1.0, 0.25, 0.0]


def test_what_is_taken_is_told_before_the_rest(rests):
    taken = gently(iter([1]))
    assert next(taken) == 1
    assert rests == []


def test_alone_it_does_not_rest(rests):
    assert list(gently(iter(range(4)), needs_rest=lambda: False)) == [0, 1, 2, 3]
    assert rests == []


def test_others_are_noticed_and_forgotten(monkeypatch):
    commits, seconds = iter([100, 130, 140, 150, 160]), iter([0.0, 1.0, 1.5, 3.9, 4.1])
    monkeypatch.setattr(Company, "_count", lambda self: next(commits))
    monkeypatch.setattr("regulars.jobs.gently.monotonic", lambda: next(seconds))
    company = Company()
    assert [company() for _ in range(4)] == [True, True, True, False]  # 30, and then its own 10 each


@pytest.mark.django_db
def test_the_database_counts_what_all_of_its_connections_commit():
    assert Company()._count() > 0
