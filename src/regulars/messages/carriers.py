"""What takes a message out of the house: a mail server, a service, or nobody (the sink keeps it to be read).

Every call ends within seconds, goes to public hosts only (but those that the installation names), follows no redirect,
and fails with the class of its fault: no words of a server's, which may repeat an address or a password.
"""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.smtp import EmailBackend

from regulars.messages.addresses import fill_address, read_address
from regulars.messages.models import Channel, Way
from regulars.messages.refusals import InvalidChannel
from regulars.platform.mail import Smtp
from regulars.platform.outward import only_public
from regulars.platform.sealing import CannotUnseal, unseal

PURPOSE = "channels"
SMTP_SECONDS = 10.0
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
SLOW_SECONDS = 4.0
"""Whoever takes so long to fail is not asked again at once."""

PERMANENT = 500

for name in ("apprise", "urllib3"):
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # they would log addresses and answers


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it leaves; `mark` is the same each time it is tried, and only for this one."""

    to: str
    subject: str
    body: str
    mark: str


class NotCarried(Exception):
    """`error` is the class of the fault. `is_final`: this message will never be taken. `is_down`: no other would be."""

    def __init__(self, error: str, *, is_final: bool = False, is_down: bool = False) -> None:
        super().__init__(error)
        self.error = error[:64]
        self.is_final = is_final
        self.is_down = is_down


class Carrier(Protocol):
    def carry(self, letter: Letter) -> None:
        """Hand one message over. Raises NotCarried."""


class Sink:
    def carry(self, letter: Letter) -> None:
        """It is kept where it is."""


@contextmanager
def open_carrier(channel: Channel | None) -> Iterator[Carrier]:
    """Open what a channel goes over, None for the installation's own mail; closed again at the end."""
    if channel is not None and channel.way == Way.SINK:
        yield Sink()
    elif channel is None:
        mail = _Mail(mailers["default"], sender="")
        try:
            yield mail
        finally:
            mail.close()
    elif channel.way == Way.SMTP:
        with only_public(settings.PRIVATE_HOSTS):
            mail = _Mail(_server(_open(channel)), sender=channel.sender)
            try:
                yield mail
            finally:
                mail.close()
    else:
        with only_public(settings.PRIVATE_HOSTS):
            yield _Service(_open(channel))


class _Mail:
    """One connection for all messages of a round, made when the first goes."""

    def __init__(self, backend: Any, *, sender: str) -> None:
        self.backend = backend
        self.sender = sender

    def carry(self, letter: Letter) -> None:
        host = urlsplit(settings.URL).hostname or "localhost"
        message = EmailMessage(
            letter.subject,
            letter.body,
            self.sender or None,
            [letter.to],
            headers={"Message-ID": f"<{letter.mark}@{host}>", "Auto-Submitted": "auto-generated"},
        )
        try:
            self.backend.open()
            self.backend.send_messages([message])
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            self.close()
            raise _judged(fault) from None

    def close(self) -> None:
        with suppress(smtplib.SMTPException, OSError):  # it was gone already
            self.backend.close()


class _Service:
    def __init__(self, address: str) -> None:
        self.address = address

    def carry(self, letter: Letter) -> None:
        try:
            service = fill_address(self.address, letter.to)
        except InvalidChannel:
            raise NotCarried("NotUnderstood", is_final=True) from None
        service.socket_connect_timeout = CONNECT_SECONDS
        service.socket_read_timeout = READ_SECONDS
        service.redirects = False
        began = monotonic()
        try:
            taken = service.notify(body=letter.body, title="")
        except Exception as fault:  # noqa: BLE001  # a hundred services, each with faults of its own
            raise NotCarried(type(fault).__name__, is_down=monotonic() - began > SLOW_SECONDS) from None
        if not taken:
            raise NotCarried("NotTaken", is_down=monotonic() - began > SLOW_SECONDS)


def _open(channel: Channel) -> str:
    try:
        if channel.sealed is None:
            raise NotCarried("Disconnected", is_down=True)
        return unseal(bytes(channel.sealed), purpose=PURPOSE, about=str(channel.pk)).decode()
    except CannotUnseal:
        raise NotCarried("CannotUnseal", is_down=True) from None


def _server(address: str) -> EmailBackend:
    smtp = read_address(address, kind="email").smtp
    assert isinstance(smtp, Smtp), "the address was read when it was connected"
    return EmailBackend(
        alias="channel",
        host=smtp.host,
        port=smtp.port,
        username=smtp.user,
        password=smtp.password,
        use_tls=smtp.tls == "upgrade",
        use_ssl=smtp.tls == "direct",
        timeout=SMTP_SECONDS,
    )


def _judged(fault: Exception) -> NotCarried:
    error = type(fault).__name__
    match fault:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _words in fault.recipients.values()]
            return NotCarried(error, is_final=all(code >= PERMANENT for code in codes))
        case smtplib.SMTPDataError():
            return NotCarried(error, is_final=fault.smtp_code >= PERMANENT)
        case ValueError():
            return NotCarried(error, is_final=True)
        case _:
            return NotCarried(error, is_down=True)
