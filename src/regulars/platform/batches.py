"""A batch is one transaction, and one bad item never fails the rest.

What passes by itself (a deadlock, a serialization failure, a race for a unique key, a lost connection, a member who was
just merged into another) is tried again, at most five times in all. What does not is rolled back and halved until the
culprit alone is refused: no savepoint per item, so that a good batch pays nothing for the bad one.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from regulars.core.refusals import LookAgain, Refusal

TRIES = 5
FIRST_PAUSE = 0.02
logger = logging.getLogger(__name__)

PASSING = frozenset({"40001", "40P01", "23505"})
"""Serialization failure, deadlock, and a unique key that another transaction wrote since we looked."""
WAITED_TOO_LONG = frozenset({"55P03", "57014"})
"""A lock was not to be had in `lock_timeout`, or the statement ran longer than `statement_timeout`."""
OUT_OF_ORDER = ("53", "58", "25006", "57P03")
"""The server lacks disk, memory or connections, fails to read or write, is read-only, or is starting up."""
LOST = ("08", "57P01", "57P02")
"""The connection broke, or the server ended it."""


class CouldNotBeRecorded(Refusal):
    """The item breaks the statement that writes it, whatever else is in the batch: a bug of ours, logged as one."""

    code = "could_not_be_recorded"


class Busy(Refusal):
    """Somebody else holds what this item needs, for longer than a till should wait."""

    code = "busy"


class Unavailable(Refusal):
    """The database cannot be reached or cannot write now; the outcome of a write is unknown until it is sent again."""

    code = "unavailable"


def run_batch[Item, Outcome](
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Sequence[Outcome]],
    *,
    is_replayable: bool = True,
) -> list[Outcome | Refusal]:
    """Run `work` over the items in one transaction, and return its outcome for each, in order.

    `work` may run several times, over all items or a part of them; it must find what an earlier run committed by
    natural keys and return it as a replay. A Refusal that it raises undoes the item it was raised for. If `work` cannot
    find what it committed (`is_replayable` False), a connection lost during COMMIT is answered as Unavailable
    instead of being run again.
    Answers instead of outcomes: CouldNotBeRecorded, Busy, Unavailable.
    """
    if not items:
        return []
    return _run(items, work, is_replayable, in_a_hurry=False)


def _run[Item, Outcome](
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Sequence[Outcome]],
    is_replayable: bool,
    in_a_hurry: bool,
) -> list[Outcome | Refusal]:
    try:
        return [*_try(items, work, is_replayable, in_a_hurry)]
    except _OutOfReach:
        logger.exception("The database is out of reach", extra={"items": len(items)})
        return [Unavailable() for _ in items]
    except Refusal as refusal:
        if len(items) == 1:
            return [refusal]
        waited = False
    except Exception as fault:  # whatever an item breaks, the others must not pay for it
        waited = _state(fault) in WAITED_TOO_LONG
        if len(items) == 1:
            logger.exception("An item waited too long" if waited else "An item could not be recorded")
            return [Busy() if waited else CouldNotBeRecorded()]
    middle = len(items) // 2
    return [
        *_run(items[:middle], work, is_replayable, in_a_hurry or waited),
        *_run(items[middle:], work, is_replayable, in_a_hurry or waited),
    ]


class _OutOfReach(Exception):
    """No use halving: the server itself is the trouble."""


def _try[Item, Outcome](
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Sequence[Outcome]],
    is_replayable: bool,
    in_a_hurry: bool,
) -> Sequence[Outcome]:
    for left in reversed(range(TRIES)):
        is_done = False
        try:
            with transaction.atomic():
                if in_a_hurry:
                    _wait_less()
                outcomes = work(items)
                is_done = True
        except LookAgain:
            if left == 0:
                raise
        except (DatabaseError, InterfaceError) as fault:
            state = _state(fault)
            if _is_lost(fault):
                connection.close()
                if left == 0 or (is_done and not is_replayable):
                    raise _OutOfReach from fault
            elif state.startswith(OUT_OF_ORDER):
                raise _OutOfReach from fault
            elif state not in PASSING or left == 0:
                raise
            time.sleep(_pause(TRIES - 1 - left))
        else:
            return outcomes
    raise AssertionError("the last try returns or raises")


def _wait_less() -> None:
    """Halving meets the held lock again at each level: with the full patience a batch of 200 would take 8 s."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '100ms', true), set_config('statement_timeout', '1s', true)")


def _state(fault: BaseException) -> str:
    """The SQLSTATE of a fault; "" where the server did not say one, because the connection is gone."""
    return getattr(fault.__cause__, "sqlstate", None) or getattr(fault, "sqlstate", None) or ""


def _is_lost(fault: Exception) -> bool:
    """Whether the connection is gone. Django may have made a new one by now, so it is no use looking at that."""
    state = _state(fault)
    return state.startswith(LOST) if state else isinstance(fault, OperationalError | InterfaceError)


def _pause(tries: int) -> float:
    """Twice as long each time, with jitter, so that those who collided do not meet again."""
    return float(FIRST_PAUSE * 2**tries * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, not a secret
