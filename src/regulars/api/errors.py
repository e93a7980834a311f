"""Every error has one shape, {code, message, facts}, and every refusal its status here, once."""

import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from string import Template
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException, ValidationException

from regulars.api.bodies import InvalidRequest
from regulars.api.replies import ENCODER, Reply
from regulars.api.words import OTHERWISE, WORDS
from regulars.core.refusals import Refusal

logger = logging.getLogger(__name__)


class Failure(msgspec.Struct, frozen=True):
    """What every error looks like: `code` is for machines and never changes, `facts` holds its numbers and names."""

    code: str
    message: str
    facts: dict[str, Any]


def refused(refusal: Refusal) -> Reply[Failure]:
    """Give a refusal its status and its words."""
    facts = refusal.facts()
    status, words = WORDS.get(refusal.code, OTHERWISE)
    told = {name: f"{fact:%Y-%m-%dT%H:%M:%SZ}" if isinstance(fact, datetime) else fact for name, fact in facts.items()}
    return _failure(status, refusal.code, Template(words).safe_substitute(told), facts)


def answer_refusal(_request: Request[Any, Any, Any], refusal: Refusal) -> Reply[Failure]:
    return refused(refusal)


RENAMED = {"in_state": "state"}
"""Questions that a handler calls something else, because the framework has a use for the word itself."""


def answer_http_exception(request: Request[Any, Any, Any], fault: HTTPException) -> Reply[Failure]:
    """Give the framework's own errors our shape."""
    match fault.status_code:
        case 404:
            return _failure(404, "not_found", "There is nothing at this address. See /api/docs for what there is.", {})
        case 405:
            facts = {"allowed": (fault.headers or {}).get("allow", "")}
            extra = ((b"allow", facts["allowed"].encode()),)
            return _failure(405, "method_not_allowed", f"This address takes {facts['allowed']}.", facts, extra)
        case 413:
            limit = _body_limit(request)
            message = f"The body is larger than {limit} bytes: send less at once."
            return _failure(413, "body_too_large", message, {"largest_bytes": limit})
        case status if 400 <= status < 500:
            return refused(_invalid(fault))
        case _:
            return answer_fault(request, fault)


def answer_fault(_request: Request[Any, Any, Any], fault: Exception) -> Reply[Failure]:
    """A bug of ours: logged in full, told in a sentence."""
    logger.error("A request failed", exc_info=fault)
    return _failure(500, "internal_error", "Something went wrong on our side; it has been logged. Try again later.", {})


def _invalid(fault: HTTPException) -> InvalidRequest:
    if isinstance(fault, ValidationException) and isinstance(fault.extra, list) and fault.extra:
        first = fault.extra[0]
        where = RENAMED.get(str(first.get("key", "$")), str(first.get("key", "$")))
        return InvalidRequest(where=where, problem=str(first.get("message", "")).rstrip("."))
    return InvalidRequest(where="$", problem=HTTPStatus(fault.status_code).phrase)


def _body_limit(request: Request[Any, Any, Any]) -> int | None:
    return request.route_handler.resolve_request_max_body_size()


def _failure(
    status: int,
    code: str,
    message: str,
    facts: Mapping[str, Any],
    extra_headers: tuple[tuple[bytes, bytes], ...] = (),
) -> Reply[Failure]:
    shown = {name: _shown(name, value) for name, value in facts.items()}
    if "retry_after_seconds" in shown or status == 503:
        extra_headers = (*extra_headers, (b"retry-after", b"%d" % shown.get("retry_after_seconds", 1)))
    if status == 401:
        extra_headers = (*extra_headers, (b"www-authenticate", b"Bearer"))
    return Reply(status, ENCODER.encode(Failure(code, message, shown)), extra_headers)


def _shown(name: str, value: Any) -> Any:
    """Ids are strings in JSON: a program that reads numbers as floats would round them."""
    return str(value) if isinstance(value, int) and (name == "id" or name.endswith("_id")) else value
