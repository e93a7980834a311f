"""The API framework alone: one typed route that does nothing, on the same server in the same set-up.

python -m tests.bench.empty_route PORT
"""

import sys
from typing import Annotated

import msgspec
from litestar import Litestar, get
from litestar.params import Parameter


class FoundNothing(msgspec.Struct, frozen=True):
    id: str
    status: str
    card_status: str | None
    balances: list[int]


@get("/api/v1/empty")
async def empty(
    card: Annotated[str | None, Parameter(min_length=1, max_length=64, required=False)] = None,
) -> FoundNothing:
    return FoundNothing("1", "active", "active", [])


application = Litestar(route_handlers=[empty], openapi_config=None, logging_config=None)


def serve(port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "tests.bench.empty_route:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    from regulars.platform.parts import end_with_supervisor

    end_with_supervisor()
    serve(int(sys.argv[1]))
