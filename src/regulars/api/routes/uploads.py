"""An offline till sends what it kept: up to 1,000 sales at once, on their own path, so that tills keep their pace."""

from collections.abc import Sequence
from itertools import batched
from typing import Annotated, Any, cast

import msgspec
from django.utils import timezone
from litestar.params import JSONBody
from msgspec import Meta

from regulars.api.bodies import decode_body
from regulars.api.callers import ApiRequest, Call
from regulars.api.desk import UPLOADS
from regulars.api.errors import Failure, refused
from regulars.api.flush import reply_to
from regulars.api.idempotency import Asked, answer_once, asked_by, find_answer
from regulars.api.replies import Reply, encoded
from regulars.api.routes.sales import SaleIn, SaleOut, answers, new_sale
from regulars.api.routing import creates
from regulars.api.session import UPLOAD_LIMITS, merchant_session
from regulars.api.writes import submit_once
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.platform.batches import run_batch
from regulars.staff.models import Scope

MOST_SALES = 1_000
LARGEST = 8 * 1_048_576
TOGETHER = 100
"""Sales to a transaction: long enough to be fast, short enough that no till waits for its locks."""


class SalesIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In the order in which they happened."""

    sales: Annotated[tuple[SaleIn, ...], Meta(min_length=1, max_length=MOST_SALES)]


class RawSalesIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same, each sale still to be decoded by itself: a bad one must not fail the rest."""

    sales: Annotated[tuple[msgspec.Raw, ...], Meta(min_length=1, max_length=MOST_SALES)]


class SaleAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `POST /sales` would have answered: its status, and either the sale or the error."""

    status: int
    sale: SaleOut | None = None
    error: Failure | None = None


class SalesOut(msgspec.Struct, frozen=True):
    """An answer to each sale, in the order they were sent."""

    sales: list[SaleAnswer]


class _RawAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    status: int
    sale: msgspec.Raw | None = None
    error: msgspec.Raw | None = None


class _RawSalesOut(msgspec.Struct, frozen=True):
    sales: list[_RawAnswer]


@creates("/sales/batch", scope=Scope.SALES_WRITE, takes=RawSalesIn, summary="Record up to 1,000 sales", largest=LARGEST)
async def create_sales(data: JSONBody[SalesIn], request: ApiRequest) -> Reply[SalesOut]:
    """Each sale is recorded or refused by itself; sent again, what was recorded before is not recorded twice."""
    call = request.auth
    raws = cast("RawSalesIn", data).sales
    asked = await asked_by(request)
    return await submit_once(UPLOADS, call.schema, asked, lambda: _upload(raws, call, asked))


def _upload(raws: Sequence[msgspec.Raw], call: Call, asked: Asked | None) -> Reply[Any]:
    """Give the first answer again, or record and keep the answer.

    Sales are committed a hundred at a time. After a crash before the answer was kept, the sales that were recorded are
    replays when they are sent again.
    """
    with merchant_session(call.schema, UPLOAD_LIMITS):
        if asked is None:
            return _record(raws, call)
        (known,) = run_batch([asked], lambda _: [find_answer(asked)])
        if known is not None:
            return reply_to(known)
        reply = _record(raws, call)
        (kept,) = run_batch([(asked, None)], lambda item: answer_once(item, lambda _: [reply], at=timezone.now()))
        return reply_to(kept)


def _record(raws: Sequence[msgspec.Raw], call: Call) -> Reply[Any]:
    read = [_read(raw, call) for raw in raws]
    recorded: dict[int, Reply[Any]] = {}
    for part in batched([place for place, sale in enumerate(read) if isinstance(sale, NewSale)], TOGETHER):
        outcomes = run_batch(
            [cast("NewSale", read[place]) for place in part], lambda sales: answers(sales, at=timezone.now())
        )
        recorded |= zip(part, (reply_to(outcome) for outcome in outcomes), strict=True)
    replies = [recorded.get(place) or refused(cast("Refusal", each)) for place, each in enumerate(read)]
    return encoded(_RawSalesOut([_raw_answer(reply) for reply in replies]), status=201)


def _read(raw: msgspec.Raw, call: Call) -> NewSale | Refusal:
    try:
        return new_sale(decode_body(bytes(raw), SaleIn), call)
    except Refusal as refusal:
        return refusal


def _raw_answer(reply: Reply[Any]) -> _RawAnswer:
    body = msgspec.Raw(reply.body)
    return _RawAnswer(reply.status, sale=body) if reply.is_kept else _RawAnswer(reply.status, error=body)
