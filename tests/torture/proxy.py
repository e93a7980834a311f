"""A proxy that passes connections on and cuts some of them: before the request, in it, before the answer, or in it."""

import random
import socket
import struct
import threading
from contextlib import suppress
from typing import Literal

Cut = Literal["before_request", "in_request", "before_answer", "in_answer"]
CUTS: tuple[Cut, ...] = ("before_request", "in_request", "before_answer", "in_answer")


class CuttingProxy:
    """Cuts every third request or so; the seed makes the same cuts every time."""

    def __init__(self, port: int, *, cut: Cut, share: float = 0.35, seed: int = 5) -> None:
        self._target = ("127.0.0.1", port)
        self._cut = cut
        self._share = share
        self._draw = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0

    def __enter__(self) -> "CuttingProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Pass on one request and one answer at a time, as tills send them."""
        with client, socket.create_connection(self._target) as server, suppress(OSError):
            while request := read_message(client):
                is_cut = self._draw.random() < self._share
                self.cuts += is_cut
                if is_cut and self._cut == "before_request":
                    return reset(client)
                server.sendall(request[: len(request) // 2] if is_cut and self._cut == "in_request" else request)
                if is_cut and self._cut == "in_request":
                    return reset(client)
                answer = read_message(server)
                if is_cut and self._cut == "before_answer":
                    return reset(client)
                client.sendall(answer[: len(answer) // 2] if is_cut and self._cut == "in_answer" else answer)
                if is_cut and self._cut == "in_answer":
                    return reset(client)
        return None


def read_message(source: socket.socket) -> bytes:
    """Read one HTTP message that says how long its body is; nothing when the other side has hung up."""
    message = b""
    while b"\r\n\r\n" not in message:
        part = source.recv(65536)
        if not part:
            return b""
        message += part
    head, _, body = message.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    while len(body) < length:
        body += source.recv(65536)
    return head + b"\r\n\r\n" + body


def reset(client: socket.socket) -> None:
    """Close without a goodbye."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
