"""The channels of a shop: connected by an address, tested, taken away. Their addresses are never shown again."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.identifiers import InvalidEmail, fold_email
from regulars.messages.addresses import Read, read_address
from regulars.messages.carriers import PURPOSE, Letter, NotCarried, open_carrier
from regulars.messages.models import Channel, ChannelKind, Way
from regulars.messages.refusals import InvalidChannel, NoChannel, PrivateHost
from regulars.messages.terms import lock_terms
from regulars.platform.outward import PrivateAddress, check_host
from regulars.platform.rows import take_ids
from regulars.platform.sealing import seal

TESTED = "Regulars"


class ReadChannel(msgspec.Struct, frozen=True, kw_only=True):
    """How messages of a kind go. `id` None: over the installation's own mail server, or not at all (`is_there`)."""

    kind: str
    id: int | None = None
    way: str = ""
    shown: str = ""
    sender: str = ""
    created_at: datetime | None = None
    created_by: str = ""
    tested_at: datetime | None = None
    test_error: str = ""

    @property
    def is_there(self) -> bool:
        return self.id is not None or self.kind == ChannelKind.EMAIL

    @property
    def is_sink(self) -> bool:
        return self.way == Way.SINK


class Tested(msgspec.Struct, frozen=True):
    """What became of a test: `error` is "" where the message was taken over, else the class of the fault."""

    error: str

    @property
    def is_good(self) -> bool:
        return not self.error


@transaction.atomic
def connect_channel(*, kind: str, address: str, at: datetime, by: Actor, sender: str = "") -> int:
    """Let messages of a kind go over this address from now on, what waits included; the channel's id. `sender` is what
    e-mails are from.

    The address is sealed, and nobody reads it again. Refuses: InvalidChannel, PrivateHost.
    """
    read = read_address(address, kind=kind)
    _check_host(read)
    sender = _clean_sender(sender, kind)
    earlier = _lock(kind)
    if earlier is not None:
        _retire(earlier, at=at)
    [[number]] = take_ids(messaging_channel=1)  # the address is sealed under its channel's id
    row = Channel.objects.create(
        id=number,
        kind=kind,
        way=read.way,
        shown=read.shown[:300],
        sender=sender,
        sealed=None if read.way == Way.SINK else seal(address.strip().encode(), purpose=PURPOSE, about=str(number)),
        created_at=at,
        created_by=by.tag,
    )
    _tell("channel.connected", row, at=at, by=by)
    return row.pk


@transaction.atomic
def disconnect_channel(kind: str, *, at: datetime, by: Actor) -> None:
    """Let nothing go over it any more; its address is forgotten. E-mails go over the installation's own mail server
    from then on; of the other kinds what waits is held back, and can be sent when there is another. Refuses: NoChannel.
    """
    row = _lock(kind)
    if row is None:
        raise NoChannel(kind=kind)
    _retire(row, at=at)
    _tell("channel.disconnected", row, at=at, by=by)


def list_channels() -> list[ReadChannel]:
    """One for each kind, in the order of the list."""
    known = {row.kind: row for row in Channel.objects.filter(retired_at=None)}
    return [_read(kind, known.get(kind)) for kind in ChannelKind.values]


def read_channel(kind: str) -> ReadChannel:
    """How messages of a kind go now."""
    return _read(kind, find_channel(kind))


def find_channel(kind: str) -> Channel | None:
    """The connection of a kind, if there is one."""
    return Channel.objects.filter(kind=kind, retired_at=None).first()


def is_connected(kind: str) -> bool:
    """Tell whether messages of a kind go anywhere."""
    return kind == ChannelKind.EMAIL or Channel.objects.filter(kind=kind, retired_at=None).exists()


def test_channel(kind: str, *, to: str, body: str, at: datetime, by: Actor) -> Tested:
    """Send a few words over a channel now, and say what became of them; call it outside any transaction.

    Refuses: NoChannel.
    """
    row = find_channel(kind)
    if row is None and kind != ChannelKind.EMAIL:
        raise NoChannel(kind=kind)
    error = ""
    try:
        with open_carrier(row) as carrier:
            carrier.carry(Letter(to=to, subject=TESTED, body=body, mark=f"test-{kind}-{at:%Y%m%d%H%M%S%f}"))
    except NotCarried as fault:
        error = fault.error
    with transaction.atomic():
        if row is not None:
            Channel.objects.filter(pk=row.pk).update(tested_at=at, test_error=error)
        facts = {"channel": kind, "error": error}
        about_id = 0 if row is None else row.pk
        record_event(action="channel.tested", about="channel", about_id=about_id, facts=facts, at=at, by=by)
    return Tested(error)


def _check_host(read: Read) -> None:
    if read.host:
        try:
            check_host(read.host, but=settings.PRIVATE_HOSTS)
        except PrivateAddress:
            raise PrivateHost(host=read.host) from None
        except OSError:
            raise InvalidChannel(why="no_host") from None


def _clean_sender(sender: str, kind: str) -> str:
    if not sender.strip() or kind != ChannelKind.EMAIL:
        return ""
    try:
        return fold_email(sender)
    except InvalidEmail:
        raise InvalidChannel(why="sender") from None


def _lock(kind: str) -> Channel | None:
    lock_terms()  # two who connect at once take turns at the shop's one row
    return Channel.objects.select_for_update().filter(kind=kind, retired_at=None).first()


def _retire(row: Channel, *, at: datetime) -> None:
    row.retired_at, row.sealed = at, None
    row.save(update_fields=["retired_at", "sealed"])


def _read(kind: str, row: Channel | None) -> ReadChannel:
    if row is None:
        return ReadChannel(kind=kind)
    return ReadChannel(
        kind=kind,
        id=row.pk,
        way=row.way,
        shown=row.shown,
        sender=row.sender,
        created_at=row.created_at,
        created_by=row.created_by,
        tested_at=row.tested_at,
        test_error=row.test_error,
    )


def _tell(action: str, row: Channel, *, at: datetime, by: Actor) -> None:
    facts = {"channel": row.kind, "over": row.shown}
    record_event(action=action, about="channel", about_id=row.pk, facts=facts, at=at, by=by)
