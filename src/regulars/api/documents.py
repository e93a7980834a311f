"""The documents: OpenAPI 3.1 as JSON, and a page that shows it. The page loads nothing from any other host."""

from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath
from litestar.router import Router

from regulars import __version__

FILES = Path(__file__).parent / "docs"
KINDS = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ABOUT = """
What tills and other machines ask Regulars. Send your key with every request: `Authorization: Bearer rk_…`.

* Money is whole numbers in minor units (`*_minor`), quantities are numbers with up to three decimals, ids are strings,
  times carry their offset.
* Every error is `{code, message, facts}`: `code` never changes, `message` says what to do next.
* Every write takes an `Idempotency-Key`: the same key with the same body gets the first answer again. Sales and refunds
  have their own `external_id` and need none: send them again after any doubt.
* Lists come in pages: send `next` of one answer as `cursor` to get what follows.
* A body has at most 1 MB, one of `POST /sales/batch` at most 8 MB.
"""


class Page(OpenAPIRenderPlugin):
    """The page that shows the documents."""

    def render(
        self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]
    ) -> bytes:  # the plugin's signature
        return _read("index.html")


@get("/files/{name:str}", include_in_schema=False, sync_to_thread=False)
def send_file(name: FromPath[str]) -> Response[bytes]:
    """Send one of the page's own files."""
    if name not in _names() or Path(name).suffix not in KINDS:
        raise NotFoundException
    headers = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}
    return Response(_read(name), media_type=KINDS[Path(name).suffix], headers=headers)


def documents() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Regulars",
        version=__version__,
        description=ABOUT,
        openapi_router=Router(
            "/api/docs", route_handlers=[send_file], include_in_schema=False, after_request=guard_page
        ),
        render_plugins=[Page(path="/"), JsonRenderPlugin()],
        components=Components(
            security_schemes={
                "key": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A key made in the back office, or by `regulars key create`.",
                )
            }
        ),
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _method, _path: handler.handler_name,
    )


def guard_page(response: Response[Any]) -> Response[Any]:
    """Let the page run its own scripts only; what is not there is told in our shape, not as the framework's page."""
    if response.status_code == 404:
        raise NotFoundException
    response.headers["content-security-policy"] = POLICY
    return response


@cache
def _names() -> frozenset[str]:
    return frozenset(file.name for file in FILES.iterdir())


@cache
def _read(name: str) -> bytes:
    return (FILES / name).read_bytes()
