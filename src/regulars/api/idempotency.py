"""The same `Idempotency-Key` gets the first answer again, byte for byte; with another body it is refused.

The answer is kept in the commit of its effect, so that both are there or neither. A refusal has no effect and is not
kept: the next try is judged anew.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.api.callers import ApiRequest
from regulars.api.errors import refused
from regulars.api.replies import Reply
from regulars.audit.answers import StoredAnswer, find_answers, store_answers
from regulars.core.refusals import Refusal


class KeyReused(Refusal):
    """This key came with another body, or for something else, before."""

    code = "key_reused"


class Asked(msgspec.Struct, frozen=True):
    """What makes two requests the same: who asked, with which key, for what."""

    caller: str
    key: str
    body_hash: bytes

    @property
    def place(self) -> tuple[str, str]:
        return self.caller, self.key


async def asked_by(request: ApiRequest) -> Asked | None:
    """The key of a request, with the hash of all that it asks; None if it came without."""
    call = request.auth
    if call.key is None:
        return None
    scope = request.scope
    hashed = hashlib.sha256(f"{scope['method']} {scope['path']}\n".encode())
    hashed.update(await request.body())
    return Asked(call.by.tag, call.key, hashed.digest())


def answer_once[Item](
    items: Sequence[tuple[Asked | None, Item]],
    work: Callable[[Sequence[Item]], Sequence[Reply[Any]]],
    *,
    at: datetime,
) -> list[Reply[Any]]:
    """Do the work for the items that were not answered before, and keep its answers, in the caller's transaction.

    The same key twice among the items is one piece of work and two equal answers. Refuses, per item: KeyReused.
    """
    known = find_answers({asked.place for asked, _ in items if asked})
    firsts: dict[tuple[str, str], int] = {}
    for place, (asked, _) in enumerate(items):
        if asked and asked.place not in known:
            firsts.setdefault(asked.place, place)
    fresh = [place for place, (asked, _) in enumerate(items) if _is_fresh(asked, place, firsts)]
    answers = dict(zip(fresh, work([items[place][1] for place in fresh]), strict=True)) if fresh else {}
    store_answers([*_to_keep(items, answers)], at=at)
    for place, (asked, _) in enumerate(items):
        if place in answers or asked is None:
            continue
        if asked.place in known:
            answers[place] = _again(asked, known[asked.place])
        else:
            first = firsts[asked.place]
            same = _hash(items[first][0]) == asked.body_hash
            answers[place] = answers[first].replayed() if same else refused(KeyReused())
    return [answers[place] for place in range(len(items))]


def find_answer(asked: Asked) -> Reply[Any] | None:
    """The first answer to the same request, if there is one. Refuses, as the answer: KeyReused."""
    known = find_answers([asked.place]).get(asked.place)
    return None if known is None else _again(asked, known)


def _is_fresh(asked: Asked | None, place: int, firsts: dict[tuple[str, str], int]) -> bool:
    return asked is None or firsts.get(asked.place) == place


def _to_keep[Item](items: Sequence[tuple[Asked | None, Item]], answers: dict[int, Reply[Any]]) -> list[StoredAnswer]:
    return [
        StoredAnswer(
            caller=asked.caller, key=asked.key, body_hash=asked.body_hash, status=answer.status, body=answer.body
        )
        for place, answer in answers.items()
        if (asked := items[place][0]) and answer.is_kept
    ]


def _again(asked: Asked, first: StoredAnswer) -> Reply[Any]:
    if first.body_hash != asked.body_hash:
        return refused(KeyReused())
    return Reply[Any](first.status, first.body).replayed()


def _hash(asked: Asked | None) -> bytes | None:
    return asked.body_hash if asked else None
