"""What talks to the API in tests: a machine with a key, and the shop that gave it one."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone
from httpx import Response
from litestar.testing import TestClient

from regulars.core.actor import SYSTEM
from regulars.staff.keys import create_key
from regulars.staff.models import Scope
from regulars.stores.models import Store
from tests.shop import a_shop

NUMBERS = itertools.count(1)


class Machine:
    """Sends requests with its key."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        self.token = token

    def send(self, method: str, path: str, *, key: str | None = None, **given: Any) -> Response:
        headers = {"authorization": f"Bearer {self.token}", **given.pop("headers", {})}
        if key is not None:
            headers["idempotency-key"] = key
        return self.client.request(method, f"/api/v1{path}", headers=headers, **given)

    def get(self, path: str, **given: Any) -> Response:
        return self.send("GET", path, **given)

    def post(self, path: str, body: Any, **given: Any) -> Response:
        return self.send("POST", path, **({"content": body} if isinstance(body, bytes) else {"json": body}), **given)

    def patch(self, path: str, body: Any, **given: Any) -> Response:
        return self.send("PATCH", path, json=body, **given)

    def enrol(self, **given: Any) -> dict[str, Any]:
        """Enrol somebody with a card, and return what the API said of them."""
        card = f"8{next(NUMBERS):09}"
        answer = self.post("/members", {"first_name": "Ann", "last_name": "Smith", "cards": [card], **given})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def sell(self, total_minor: int = 1000, **given: Any) -> dict[str, Any]:
        """Record a sale, and return what the API said of it."""
        answer = self.post("/sales", a_sale(total_minor, **given))
        assert answer.status_code == 201, answer.text
        return answer.json()


class Shop:
    """A merchant with a program, two stores and keys to give."""

    def __init__(self, client: TestClient, merchant: str) -> None:
        self.client = client
        self.merchant = merchant
        self.schema = f"m_{merchant}"

    def machine(self, *scopes: str, store: str | None = None, expires_at: datetime | None = None) -> Machine:
        """A machine with a key for these scopes (or all), bound to a store or not."""
        place = Store.objects.get(code=store) if store else None
        name = f"machine {next(NUMBERS)}"
        _, token = create_key(
            name=name, scopes=scopes or [*Scope], store=place, expires_at=expires_at, at=timezone.now(), by=SYSTEM
        )
        return Machine(self.client, token)


def open_shop(client: TestClient, merchant: str) -> Shop:
    """Open a shop in the merchant's schema, which the connection is in."""
    a_shop(stores=("330", "331"))
    return Shop(client, merchant)


def a_receipt() -> str:
    return f"R-{next(NUMBERS)}"


def moments_ago(**ago: float) -> str:
    """A time as a till writes it, with its offset."""
    at = timezone.now() - timedelta(**(ago or {"seconds": 5}))
    return at.astimezone(UTC).isoformat()


def a_sale(total_minor: int = 1000, **given: Any) -> dict[str, Any]:
    """A sale as a till posts it; `given` replaces or adds fields, None leaves one out."""
    sale = {
        "external_id": a_receipt(),
        "store": "330",
        "till": "3",
        "occurred_at": moments_ago(),
        "total_minor": total_minor,
        "lines": [{"sku": "100", "quantity": 1, "amount_minor": total_minor, "category": "GROCERY"}],
        **given,
    }
    return {name: value for name, value in sale.items() if value is not None}


def count_rows() -> dict[str, int]:
    """How many rows each table of the merchant has, but for when a key was last used."""
    labels = ("ledger", "audit", "sales", "members", "points", "programs", "stores", "staff")
    models = [model for model in apps.get_models() if model._meta.app_label in labels]
    return {model._meta.db_table: model._default_manager.count() for model in models}
