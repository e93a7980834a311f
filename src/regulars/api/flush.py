"""One flush: what waited goes through one transaction in its merchant's schema, and every item gets an answer."""

from collections.abc import Callable, Sequence
from typing import Any

from regulars.api.errors import refused
from regulars.api.replies import Reply
from regulars.api.session import TILL_LIMITS, merchant_session
from regulars.core.refusals import Refusal
from regulars.platform.batches import run_batch
from regulars.programs.book import NoProgram


def flush[Item](
    schema: str,
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Sequence[Reply[Any]]],
    *,
    is_replayable: bool = True,
    limits: dict[str, str] = TILL_LIMITS,
) -> list[Reply[Any]]:
    """Run `work` over the items as `run_batch` does, in this thread; an item it gives up on is answered with why."""

    def work_or_no_program(part: Sequence[Item]) -> Sequence[Reply[Any]]:
        try:
            return work(part)
        except NoProgram as refusal:  # every item alike: no use halving
            return [refused(refusal) for _ in part]

    with merchant_session(schema, limits):
        outcomes = run_batch(items, work_or_no_program, is_replayable=is_replayable)
    return [reply_to(outcome) for outcome in outcomes]


def reply_to(outcome: Reply[Any] | Refusal) -> Reply[Any]:
    return refused(outcome) if isinstance(outcome, Refusal) else outcome
