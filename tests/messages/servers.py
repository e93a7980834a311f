"""A mail server and a gateway on this machine that take messages, refuse them, or keep one waiting."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Letter:
    def __init__(self, sender: str, to: str, content: bytes) -> None:
        message = message_from_bytes(content)
        self.sender, self.to, self.raw = sender, to, content
        self.mark = message["Message-ID"]
        self.subject = str(make_header(decode_header(message["Subject"])))
        body = message.get_payload(decode=True)
        assert isinstance(body, bytes)
        self.body = body.decode()


class MailServer(socketserver.ThreadingTCPServer):
    """`does` says what becomes of the next messages: take, refuse (550), later (451), hang, drop (it is taken, and the
    connection ends before that is said).
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.does = "take"
        self.letters: list[Letter] = []
        self.connections = 0
        self.let_go = threading.Event()
        self.arrived = threading.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?tls=no"


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.connections += 1
        self.say("220 here")
        sender = to = ""
        while line := self.rfile.readline():
            word, _, rest = line.decode().strip().partition(" ")
            match word.upper():
                case "EHLO" | "HELO":
                    self.say("250 hello")
                case "MAIL":
                    sender = rest
                    self.say("250 ok")
                case "RCPT":
                    to = rest.partition("<")[2].partition(">")[0]
                    self.say("550 nobody" if self.server.does == "refuse" else "250 ok")
                case "DATA":
                    self.say("354 go on")
                    if not self.take(sender, to):
                        return
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def take(self, sender: str, to: str) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        letter = Letter(sender, to, b"".join(lines))
        match self.server.does:
            case "later":
                self.say("451 later")
                return True
            case "hang":
                self.server.arrived.set()
                self.server.let_go.wait(30)
                return False
            case "drop":
                self.server.letters.append(letter)
                return False
            case _:
                self.server.letters.append(letter)
                self.say("250 taken")
                return True

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Gateway(ThreadingHTTPServer):
    """An SMS gateway that takes JSON. `status` is its answer; 302 leads to `/elsewhere`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Ask)
        self.status = 200
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.hangs = threading.Event()

    @property
    def url(self) -> str:
        return f"json://user:secret-word@127.0.0.1:{self.server_address[1]}/sms/{{to}}"


class _Ask(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
        self.server.asked.append((self.path, body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    do_GET = do_POST  # noqa: N815  # the library's own name

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def running[Server: socketserver.TCPServer](server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
