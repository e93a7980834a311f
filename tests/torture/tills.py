"""Tills over HTTP: they send sales, note what they were told, and check at the end that every promise was kept."""

import http.client
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec

LINES = [
    {"sku": "1095275", "quantity": 2, "amount_minor": 500, "category": "PASTRY", "brand": "National"},
    {"sku": "9878513", "quantity": 1, "amount_minor": 734, "category": "GROCERY", "brand": "Private"},
]
NOTHING_DONE = {"too_late", "too_busy", "busy"}
"""503 with one of these codes is a promise as well: nothing was done."""

Fetch = Callable[[str, dict[str, Any]], Sequence[tuple[Any, ...]]]


class Told(msgspec.Struct, frozen=True):
    """What a till was told; no status where the connection broke."""

    status: int | None
    body: dict[str, Any]

    @property
    def is_acknowledged(self) -> bool:
        return self.status == 201

    @property
    def is_refused(self) -> bool:
        return self.status is not None and (400 <= self.status < 500 or self.body.get("code") in NOTHING_DONE)

    @property
    def is_unknown(self) -> bool:
        return not self.is_acknowledged and not self.is_refused


UNKNOWN = Told(None, {})


class Till:
    """One connection, made again whenever it broke."""

    def __init__(self, port: int, token: str, *, seconds: float = 15) -> None:
        self.port = port
        self.token = token
        self.seconds = seconds
        self._connection: http.client.HTTPConnection | None = None

    def sell(self, receipt: str, card: str | None) -> Told:
        return self.send("/api/v1/sales", a_receipt(receipt, card))

    def send(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Told:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)
            self._connection.request("POST", path, json.dumps(body), headers)
            answer = self._connection.getresponse()
            told = answer.read()
            if answer.will_close:
                self.hang_up()
            return Told(answer.status, json.loads(told))
        except (OSError, http.client.HTTPException, ValueError):
            self.hang_up()
            return UNKNOWN

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def card_of(receipt: str, cards: Sequence[str]) -> str:
    """Return the card that a rush sold this receipt to."""
    _, hand, number = receipt.split("-")
    return "NOBODY" if int(number) % 10 == 9 else cards[(int(hand) + int(number)) % len(cards)]


def a_receipt(receipt: str, card: str | None, total_minor: int = 1234) -> dict[str, Any]:
    sale = {
        "external_id": receipt,
        "store": "330",
        "till": "3",
        "occurred_at": SENT_AT,
        "lines": LINES if total_minor == 1234 else [],
        "total_minor": total_minor,
    }
    return sale if card is None else {**sale, "member": {"card": card}}


SENT_AT = datetime.now(UTC).isoformat()


class Rush:
    """Tills that sell without a pause while the block runs; every tenth sale is for a card nobody has."""

    def __init__(self, port: int, token: str, cards: Sequence[str], *, name: str, hands: int = 6) -> None:
        self.told: dict[str, Told] = {}
        self._port, self._token, self._cards, self._name = port, token, cards, name
        self._is_over = threading.Event()
        self._hands = [threading.Thread(target=self._sell, args=(hand,)) for hand in range(hands)]

    def __enter__(self) -> "Rush":
        for hand in self._hands:
            hand.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for hand in self._hands:
            hand.join()

    def _sell(self, hand: int) -> None:
        till = Till(self._port, self._token)
        for number in count():
            if self._is_over.is_set():
                break
            receipt = f"{self._name}-{hand}-{number}"
            self.told[receipt] = UNKNOWN  # it may be on its way when everything ends
            told = till.sell(receipt, card_of(receipt, self._cards))
            self.told[receipt] = told
            if told.status is None:
                self._is_over.wait(0.02)
        till.hang_up()

    def is_under_way(self) -> bool:
        """Say whether enough was answered, both ways, for a test to mean something."""
        return self.count_acknowledged() > 50 and self.count(lambda told: told.is_refused) > 2

    def count_acknowledged(self) -> int:
        return self.count(lambda told: told.is_acknowledged)

    def count(self, test: Callable[[Told], bool]) -> int:
        return sum(test(told) for told in list(self.told.values()))


PRESENT = """
SELECT sale.external_id, count(DISTINCT sale.id), count(DISTINCT entry.id), count(DISTINCT line.position)
FROM sales_sale sale
LEFT JOIN ledger_entry entry ON entry.key >= 'sale/' || sale.id || '/' COLLATE "C"
                            AND entry.key < 'sale/' || sale.id || '0' COLLATE "C"
LEFT JOIN sales_line line ON line.sale_id = sale.id
WHERE sale.external_id = ANY(%(receipts)s) GROUP BY sale.external_id
"""


def broken_promises(told: Mapping[str, Told], fetch: Fetch) -> list[str]:
    """Acknowledged: there once, with lines and points. Refused: not there. Unknown: one or the other."""
    rows = fetch(PRESENT, {"receipts": list(told)})
    there = {receipt: (sales, entries, lines) for receipt, sales, entries, lines in rows}
    broken = []
    for receipt, answer in told.items():
        found = there.get(receipt)
        if found not in (None, (1, 1, len(LINES))):
            broken.append(f"{receipt} is there {found}")
        if answer.is_acknowledged and found is None:
            broken.append(f"{receipt} was acknowledged and is not there")
        if answer.is_refused and found is not None:
            broken.append(f"{receipt} was refused ({answer.body.get('code')}) and is there")
    return broken
