"""How letters leave: through an SMTP server named by one address, or into files while there is none."""

from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from regulars.platform.home import Home

type Tls = Literal["upgrade", "direct", "no"]


class Smtp(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server. TLS is upgraded to before anything is said, spoken from the start (direct), or not at all."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: Tls = "upgrade"


class NotSmtp(ValueError):
    """`why` an address names no mail server: unknown_scheme, no_host or not_understood."""

    def __init__(self, why: Literal["unknown_scheme", "no_host", "not_understood"]) -> None:
        super().__init__(why)
        self.why = why


def read_smtp(address: str) -> Smtp:
    """Read `smtp://user:password@host:587`, which upgrades to TLS (with `?tls=no` it does not), or `smtps://…:465`,
    which starts with it. Raises NotSmtp.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
        asked = parse_qs(parts.query, keep_blank_values=True)
    except ValueError:
        raise NotSmtp("not_understood") from None
    if parts.scheme not in ("smtp", "smtps"):
        raise NotSmtp("unknown_scheme")
    if not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise NotSmtp("no_host")
    if asked.keys() - {"tls"} or asked.get("tls", ["yes"])[-1] not in ("yes", "no"):
        raise NotSmtp("not_understood")
    return Smtp(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls="direct" if parts.scheme == "smtps" else "no" if asked.get("tls") == ["no"] else "upgrade",
    )


def mailers(home: Home, address: str) -> dict[str, Any]:
    """Answer Django's MAILERS for an address as `read_smtp` reads it, or for none at all.

    A server that wants no user is a relay nearby, which mostly speaks no TLS: nothing is upgraded there. Raises
    `ValueError` for what is no address of a mail server.
    """
    if not address:
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "OPTIONS": {"file_path": str(home.folder / "mail")},
            }
        }
    try:
        smtp = read_smtp(address)
    except NotSmtp:
        words = "REGULARS_EMAIL_URL must look like smtp://user:password@host:587 or smtps://…:465"
        raise ValueError(words) from None
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": smtp.host,
                "port": smtp.port,
                "username": smtp.user,
                "password": smtp.password,
                "use_ssl": smtp.tls == "direct",
                "use_tls": smtp.tls == "upgrade" and bool(smtp.user),
                "timeout": 20,
            },
        }
    }
