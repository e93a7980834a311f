"""What allauth says on the pages of signing in: it has no words in two of our languages, so that ours have them.

Only the pages that a team meets are read. Its texts about sign-up, phones, names of users and keys of hardware are
never shown here.
"""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PAGES = (
    "account/adapter.py",
    "account/fields.py",
    "account/forms.py",
    "mfa/adapter.py",
    "mfa/totp/forms.py",
    "templates/account/account_inactive.html",
    "templates/account/base_reauthenticate.html",
    "templates/account/password_*.html",
    "templates/account/reauthenticate.html",
    "templates/account/signup_closed.html",
    "templates/account/snippets/already_logged_in.html",
    "templates/account/email/base_*.txt",
    "templates/account/email/password_*.txt",
    "templates/account/messages/logged_*.txt",
    "templates/account/messages/password_*.txt",
    "templates/mfa/**/*.html",
    "templates/mfa/**/*.txt",
)
_NEVER_SHOWN = re.compile(
    r"phone|username|passkey|security key|sign up$|email address|primary|email \(|key nr|master key|backup key"
    r"|select only|more than %d|%\(count\)s security",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"not correct|enter your email|already registered", re.IGNORECASE)


def companion_pages() -> Iterator[Path]:
    """Yield the files of allauth whose texts people of the team read."""
    spec = find_spec("allauth")
    for root in map(Path, spec.submodule_search_locations or () if spec else ()):
        for pattern in PAGES:
            yield from sorted(path for path in root.glob(pattern) if "webauthn" not in path.parts)


def is_shown(text: str) -> bool:
    """Tell whether a text of allauth can appear here."""
    if _SHOWN.search(text):
        return not re.search("phone|username", text, re.IGNORECASE)
    return not _NEVER_SHOWN.search(text)
