"""Addresses of channels: `sink:`, `smtp://user:password@host:587?tls=no`, or a service's URL with `{to}` in it.

`smtp` upgrades to TLS before it says anything (`tls=no` does not), `smtps` starts with it. Services are those of
Apprise (https://appriseit.com/services/) that reach a phone or an app; `json://`, `form://` and `xml://`, and the same
with an s, call a gateway of the shop's own.
"""

from urllib.parse import quote, urlsplit

import msgspec
from apprise import Apprise, AppriseAsset, NotifyBase

from regulars.messages.models import ChannelKind, Way
from regulars.messages.refusals import InvalidChannel
from regulars.platform.mail import NotSmtp, Smtp, read_smtp

TO = "{to}"
LONGEST = 2_000
SOMEBODY = "+12025550123"
"""A number that is nobody's, to see whether an address can be filled in (555-01XX are kept for fiction)."""

GATEWAYS = frozenset({"json", "jsons", "form", "forms", "xml", "xmls"})
HOSTED = GATEWAYS | {"gotify", "gotifys", "ntfy", "ntfys", "smseagle", "smseagles", "bark", "barks"}
"""Schemes whose host is a host, and says nothing secret."""

SERVICES = HOSTED | {
    "46elks",
    "atalk",
    "bulksms",
    "bulkvs",
    "burstsms",
    "clickatell",
    "clicksend",
    "d7sms",
    "exotel",
    "gupshup",
    "httpsms",
    "infobip",
    "kaleyra",
    "kavenegar",
    "kudosity",
    "mobilemessage",
    "msg91",
    "msgbird",
    "nexmo",
    "octopush",
    "onesignal",
    "plivo",
    "pover",
    "pushy",
    "serwersms",
    "seven",
    "sfr",
    "sinch",
    "smsmanager",
    "sns",
    "telesign",
    "telnyx",
    "threema",
    "twilio",
    "voipms",
    "vonage",
    "whapi",
    "whatsapp",
}
"""What is not here either reaches no phone, or something on this machine: a program of it, or one of its files."""

ASSET = AppriseAsset(http_redirects=False)


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """An address that can be used. `shown` is all of it that people may see; `host` is what it connects to, "" where
    the service's own.
    """

    way: Way
    shown: str
    host: str = ""
    smtp: Smtp | None = None


def read_address(address: str, *, kind: str) -> Read:
    """Refuses: InvalidChannel."""
    address = address.strip()
    if len(address) > LONGEST or not address.isprintable():
        raise InvalidChannel(why="not_understood")
    if kind not in ChannelKind.values:
        raise InvalidChannel(why="kind")
    scheme = address.partition(":")[0].lower()
    if address == "sink:":
        return Read(way=Way.SINK, shown="sink:")
    if kind == ChannelKind.EMAIL:
        return _read_smtp(address, scheme)
    if scheme not in SERVICES or "://" not in address:
        raise InvalidChannel(why="unknown_scheme")
    return _read_service(address, scheme)


def fill_address(address: str, to: str) -> NotifyBase:
    """Return the service that an address with a recipient in it means. Refuses: InvalidChannel."""
    filled = address.strip().replace(TO, quote(to, safe=""))
    found = Apprise.instantiate(filled, asset=ASSET, suppress_exceptions=True)
    if not isinstance(found, NotifyBase):
        raise InvalidChannel(why="not_understood")
    return found


def _read_smtp(address: str, scheme: str) -> Read:
    try:
        smtp = read_smtp(address)
    except NotSmtp as fault:
        raise InvalidChannel(why=fault.why) from None
    return Read(way=Way.SMTP, shown=f"{scheme}://{smtp.host}:{smtp.port}", host=smtp.host, smtp=smtp)


def _read_service(address: str, scheme: str) -> Read:
    if TO not in address:
        raise InvalidChannel(why="no_place")
    fill_address(address, SOMEBODY)
    if scheme not in HOSTED:
        return Read(way=Way.SERVICE, shown=f"{scheme}://")
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        raise InvalidChannel(why="not_understood") from None
    if not host or TO in host:
        raise InvalidChannel(why="no_host")
    return Read(way=Way.SERVICE, shown=f"{scheme}://{host}", host=host)
