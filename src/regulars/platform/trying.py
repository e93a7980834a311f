"""What would be, found out by doing it: it is done, looked at and taken back before anybody sees it."""

from collections.abc import Callable

from django.db import transaction


class _NotReally(Exception):
    """Takes back what was only tried."""


def try_out[Answer](do: Callable[[], Answer]) -> Answer:
    """Answer what `do` answers, and keep nothing of what it wrote. Refuses what it refuses."""
    answers: list[Answer] = []
    try:
        with transaction.atomic():
            answers.append(do())
            raise _NotReally
    except _NotReally:
        [answer] = answers
        return answer
