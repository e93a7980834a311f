"""Night work rests for as long as it works."""

from time import monotonic, sleep

from regulars.jobs.gently import gently


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
