"""How letters leave: through an SMTP server named by one address, or into files while there is none."""

from typing import Any
from urllib.parse import unquote, urlsplit

from regulars.platform.home import Home


def mailers(home: Home, address: str) -> dict[str, Any]:
    """Answer Django's MAILERS for `smtp://user:password@host:port`, `smtps://…`, or nothing at all.

    `smtp` upgrades to TLS, `smtps` starts with it. Raises `ValueError` for any other scheme.
    """
    if not address:
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "OPTIONS": {"file_path": str(home.folder / "mail")},
            }
        }
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("REGULARS_EMAIL_URL must look like smtp://user:password@host:587 or smtps://…:465")
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": parts.hostname,
                "port": parts.port or (465 if parts.scheme == "smtps" else 587),
                "username": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "use_ssl": parts.scheme == "smtps",
                "use_tls": parts.scheme == "smtp" and bool(parts.username),
                "timeout": 20,
            },
        }
    }
