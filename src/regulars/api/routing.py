"""How a route says what it needs: its scope, the shape of its body, and the errors it may answer with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIType, Operation, Parameter, Schema

from regulars.api.bodies import MAX_BODY, Strict
from regulars.api.callers import LONGEST_KEY
from regulars.api.errors import Failure
from regulars.staff.models import Scope

SECURITY: list[dict[str, list[str]]] = [{"key": []}]
EVERYWHERE = {
    400: "The request does not have the documented shape.",
    401: "The key opens nothing.",
    403: "The key may not do this.",
    503: "Too busy, or the database cannot be reached: try again after `Retry-After` seconds.",
}
OF_WRITES = {
    404: "No such thing, or another merchant's.",
    409: "It clashes with what is there, or the first request with this key still runs.",
    413: "The body is too large.",
    422: "Understood, and not possible.",
}


@dataclass
class Write(Operation):
    """A write takes an `Idempotency-Key`. It is read with the other headers, so only the documents need to name it."""

    def __post_init__(self) -> None:
        key = Parameter(
            name="Idempotency-Key",
            param_in="header",
            required=False,
            description="The same key with the same body gets the first answer again, for 30 days at least.",
            schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=LONGEST_KEY, pattern=r"^[\x21-\x7e]+$"),
        )
        self.parameters = [*(self.parameters or []), key]


@dataclass
class WriteWithLeave(Write):
    """A write for which the shop may ask a PIN of somebody of its team."""

    def __post_init__(self) -> None:
        super().__post_init__()
        who = Parameter(
            name="Approval-By",
            param_in="header",
            required=False,
            description="Where the shop asks for leave: the e-mail of somebody who may approve.",
            schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=254),
        )
        pin = Parameter(
            name="Approval-Pin",
            param_in="header",
            required=False,
            description="Their PIN. It is for this very request: a header, because the hash of the body is kept.",
            schema=Schema(type=OpenAPIType.STRING, min_length=4, max_length=8, pattern=r"^[0-9]+$"),
        )
        self.parameters = [*(self.parameters or []), who, pin]


def reads(path: str, *, scope: Scope, summary: str) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """A GET that needs `scope`."""
    return get(
        path,
        opt={"scope": scope.value},
        tags=[_group(path)],
        security=SECURITY,
        summary=summary,
        responses=_failures({**EVERYWHERE, 404: OF_WRITES[404]}),
    )


def creates(
    path: str, *, scope: Scope, takes: type, summary: str, largest: int = MAX_BODY, may_need_leave: bool = False
) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """A POST that needs `scope` and a body of the type `takes`; and, where the shop says so, somebody's leave."""
    written = WriteWithLeave if may_need_leave else Write
    return post(path, operation_class=written, **_takes(path, takes, scope, summary, largest))


def asks(path: str, *, scope: Scope, takes: type, summary: str) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """A POST that only asks: nothing is written, so it takes no `Idempotency-Key`."""
    return post(path, status_code=200, **_takes(path, takes, scope, summary, MAX_BODY))


def changes(path: str, *, scope: Scope, takes: type, summary: str) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """A PATCH that needs `scope` and a body of the type `takes`."""
    return patch(path, operation_class=Write, **_takes(path, takes, scope, summary, MAX_BODY))


def deletes(path: str, *, scope: Scope, summary: str) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """A DELETE that needs `scope`; it answers with what was there, or was there no more."""
    return delete(
        path,
        status_code=200,
        operation_class=Write,
        opt={"scope": scope.value},
        tags=[_group(path)],
        security=SECURITY,
        summary=summary,
        responses=_failures({**EVERYWHERE, **OF_WRITES}),
    )


def _takes(path: str, takes: type, scope: Scope, summary: str, largest: int) -> dict[str, Any]:
    return {
        "opt": {"scope": scope.value},
        "tags": [_group(path)],
        "dto": Strict[takes],  # type: ignore[valid-type]  # the type is a value here
        "return_dto": None,
        "request_max_body_size": largest,
        "security": SECURITY,
        "summary": summary,
        "responses": _failures({**EVERYWHERE, **OF_WRITES}),
    }


def _group(path: str) -> str:
    """What the documents list a route under: the first part of its path."""
    return path.split("/")[1].title()


def _failures(statuses: dict[int, str]) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(data_container=Failure, description=words, generate_examples=False)
        for status, words in statuses.items()
    }
