"""Calls to addresses that somebody typed never reach this machine or its private network.

Every name that such a call looks up is checked when it is looked up, by whatever library makes the call: a name that
leads elsewhere between the check and the call, and an answer that redirects, are caught as well. What an address means
is decided by `ipaddress` (IANA's registries of special-purpose addresses, RFC 6890).
"""

import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

NAT64 = ip_network("64:ff9b::/96")

_allowed: ContextVar[frozenset[str] | None] = ContextVar("hosts that may be private", default=None)
_look_up = socket.getaddrinfo


class PrivateAddress(socket.gaierror):
    """The host lies in a private network, and the installation does not let calls go there."""


@contextmanager
def only_public(but: Collection[str] = ()) -> Iterator[None]:
    """Let this thread look up public hosts only, and those of `but`, which are names or addresses."""
    token = _allowed.set(frozenset(host.lower() for host in but))
    try:
        yield
    finally:
        _allowed.reset(token)


def check_host(host: str, *, but: Collection[str] = ()) -> None:
    """Look a host up. Raises PrivateAddress, or another `OSError` where there is no such host."""
    with only_public(but):
        socket.getaddrinfo(host, None)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the whole Internet's."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inside = ip_address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else ip.ipv4_mapped or ip.sixtofour
        ip = inside or ip
    return ip.is_global and not ip.is_multicast


def _look_up_public(host: Any, *args: Any, **more: Any) -> Any:
    found = _look_up(host, *args, **more)
    allowed = _allowed.get()
    if allowed is None:
        return found
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name.lower() not in allowed and not all(is_public(str(each[4][0])) for each in found):
        raise PrivateAddress(socket.EAI_FAIL, "a private address")
    return found


socket.getaddrinfo = _look_up_public
