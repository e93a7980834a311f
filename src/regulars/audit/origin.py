"""From where somebody works: the address and the kind of device, which every event of theirs keeps.

Machines have none: their key is their name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 120

_origin: ContextVar[str] = ContextVar("origin", default="")

# The first name that occurs is the one: every browser also calls itself what it is not.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@contextmanager
def asked_from(origin: str) -> Iterator[None]:
    """Let the events of the block keep where they come from."""
    token = _origin.set(origin[:LONGEST])
    try:
        yield
    finally:
        _origin.reset(token)


def origin_now() -> str:
    """Return where the work of this moment is asked for from; empty for machines and jobs."""
    return _origin.get()


def say_origin(address: str, user_agent: str) -> str:
    """Say an address and a browser's own words in short: `203.0.113.7, Firefox on Android`."""
    return ", ".join([part for part in (address, say_device(user_agent)) if part])[:LONGEST]


def say_device(user_agent: str) -> str:
    """Say a browser as people call it: `Firefox on Android`; nothing where it says nothing that is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if browser and system else browser or system
