"""How letters leave: through an SMTP server named by one address, or into files while there is none."""

from typing import Any
from urllib.parse import unquote, urlsplit

from regulars.platform.home import Home


def mail_settings(home: Home, address: str) -> dict[str, Any]:
    """Answer Django's settings for `smtp://user:password@host:port`, `smtps://…`, or nothing at all.

    `smtp` upgrades to TLS, `smtps` starts with it. Raises `ValueError` for any other scheme.
    """
    if not address:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(home.folder / "mail"),
        }
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("REGULARS_EMAIL_URL must look like smtp://user:password@host:587 or smtps://…:465")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
        "EMAIL_TIMEOUT": 20,
    }
