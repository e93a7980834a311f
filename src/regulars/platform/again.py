"""Who collides with somebody else looks again: the other's work is committed by then, and decides."""

from collections.abc import Callable
from functools import wraps

from django.db import IntegrityError, transaction

from regulars.core.refusals import LookAgain

TRIES = 5


def looks_again[**Given, Answer](verb: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Run a verb in one transaction; again, where a unique key was written or a member merged since it looked.

    Within the caller's transaction each try is a savepoint.
    """

    @wraps(verb)
    def run(*args: Given.args, **given: Given.kwargs) -> Answer:
        for _ in range(TRIES - 1):
            try:
                with transaction.atomic():
                    return verb(*args, **given)
            except (IntegrityError, LookAgain):
                continue
        with transaction.atomic():
            return verb(*args, **given)

    return run
