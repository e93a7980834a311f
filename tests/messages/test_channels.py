"""Channels are connected by an address that nobody reads again, and lead out of the house only."""

import logging

import pytest
from django.core import mail

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.messages import carriers
from regulars.messages.addresses import SERVICES, SOMEBODY, fill_address, read_address
from regulars.messages.channels import connect_channel, disconnect_channel, list_channels, read_channel, test_channel
from regulars.messages.models import Channel, Way
from regulars.messages.refusals import InvalidChannel, NoChannel, PrivateHost
from regulars.platform.outward import PrivateAddress, check_host, is_public, only_public
from regulars.platform.sealing import unseal
from tests.messages.desk import send_all
from tests.shop import NOON

test_channel.__test__ = False  # type: ignore[attr-defined]  # it is a verb

TWILIO = f"twilio://AC{'0' * 32}:{'a' * 32}@15551231234/{{to}}"


@pytest.mark.parametrize(
    ("address", "kind", "shown"),
    [
        ("sink:", "email", "sink:"),
        ("sink:", "push", "sink:"),
        ("smtp://mail.example.com", "email", "smtp://mail.example.com:587"),
        ("smtps://ann:s%40crt@mail.example.com", "email", "smtps://mail.example.com:465"),
        ("smtp://ann:secret@mail.example.com:25?tls=no", "email", "smtp://mail.example.com:25"),
        ("jsons://ann:secret@sms.example.com/send/{to}", "sms", "jsons://sms.example.com"),
        ("ntfys://ann:secret@push.example.com/{to}", "push", "ntfys://push.example.com"),
        (TWILIO, "whatsapp", "twilio://"),
    ],
)
def test_an_address_shows_its_scheme_and_host_and_no_more(address, kind, shown):
    assert read_address(address, kind=kind).shown == shown


@pytest.mark.parametrize(
    ("address", "kind", "why"),
    [
        ("", "email", "unknown_scheme"),
        ("mailto://ann:secret@gmail.com", "email", "unknown_scheme"),
        ("jsons://sms.example.com/{to}", "email", "unknown_scheme"),
        ("smtp://mail.example.com", "sms", "unknown_scheme"),
        ("syslog://{to}", "sms", "unknown_scheme"),
        ("dbus://{to}", "push", "unknown_scheme"),
        ("fcm://shop/{to}?keyfile=/etc/passwd", "push", "unknown_scheme"),
        ("file:///etc/passwd?{to}", "sms", "unknown_scheme"),
        ("smtp://", "email", "no_host"),
        ("smtp://mail.example.com/path", "email", "no_host"),
        ("smtp://mail.example.com:port", "email", "not_understood"),
        ("smtp://mail.example.com?tls=perhaps", "email", "not_understood"),
        ("smtp://mail.example.com?starttls=1", "email", "not_understood"),
        ("jsons://sms.example.com/send", "sms", "no_place"),
        ("jsons://{to}/send", "sms", "not_understood"),
        ("twilio://nonsense/{to}", "sms", "not_understood"),
        ("smtp://mail.example.com\n", "fax", "kind"),
        ("smtp://mail\x00.example.com", "email", "not_understood"),
        ("jsons://h/{to}/" + "x" * 2_000, "sms", "not_understood"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address, kind, why):
    with pytest.raises(InvalidChannel) as refused:
        read_address(address, kind=kind)
    assert refused.value.why == why


def test_every_service_on_the_list_is_one_that_can_be_called():
    from apprise.manager_plugins import NotificationManager

    assert set(NotificationManager().schemas()) >= SERVICES


def files_of(scheme: str) -> set[str]:
    """What a service's address may say that is read from a file."""
    from apprise.manager_plugins import NotificationManager

    service = NotificationManager()[scheme]
    return {each for each in {*service.template_tokens, *service.template_args} if each in ("keyfile", "subfile")}


def test_no_service_on_the_list_reads_a_file_of_this_machine_or_follows_a_redirect():
    assert files_of("fcm") and files_of("vapid")
    assert {scheme for scheme in SERVICES if files_of(scheme)} == set()
    assert not fill_address("json://sms.example.com/{to}", SOMEBODY).redirects


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # where clouds keep their machines' passwords
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),  # 127.0.0.1 behind NAT64
        ("2002:7f00:1::", False),  # and behind 6to4
    ],
)
def test_what_is_public(address, public):
    assert is_public(address) is public


def test_names_are_checked_when_they_are_looked_up_wherever_that_is():
    import socket

    with pytest.raises(PrivateAddress):
        check_host("localhost")
    check_host("localhost", but={"localhost"})
    with only_public(), pytest.raises(PrivateAddress):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    assert socket.getaddrinfo("127.0.0.1", 9)  # nobody else is kept from it


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "kind", "host"),
    [
        ("smtp://127.0.0.1:25?tls=no", "email", "127.0.0.1"),
        ("smtp://localhost", "email", "localhost"),
        ("json://169.254.169.254/{to}", "sms", "169.254.169.254"),
        ("json://[::1]/{to}", "sms", "::1"),
        ("json://2130706433/{to}", "sms", "2130706433"),  # 127.0.0.1 as one number
    ],
)
def test_a_host_of_this_network_is_refused(address, kind, host):
    with pytest.raises(PrivateHost) as refused:
        connect_channel(kind=kind, address=address, at=NOON, by=SYSTEM)
    assert (refused.value.host, Channel.objects.count()) == (host, 0)


@pytest.mark.django_db
def test_an_address_is_sealed_and_never_told(near):
    address = "smtp://ann:very-secret@127.0.0.1:2525?tls=no"
    number = connect_channel(kind="email", address=address, sender="Shop@Example.com", at=NOON, by=SYSTEM)

    row = Channel.objects.get(pk=number)
    assert b"secret" not in bytes(row.sealed or b"")
    assert unseal(bytes(row.sealed or b""), purpose=carriers.PURPOSE, about=str(number)).decode() == address
    shown = read_channel("email")
    assert (shown.way, shown.shown, shown.sender) == ("smtp", "smtp://127.0.0.1:2525", "shop@example.com")
    event = Event.objects.get(action="channel.connected")
    assert event.facts == {"channel": "email", "over": "smtp://127.0.0.1:2525"}
    assert "secret" not in f"{shown} {row.__dict__} {event.facts}"


@pytest.mark.django_db
def test_one_takes_the_place_of_the_other_and_what_is_gone_is_forgotten(near):
    first = connect_channel(kind="sms", address="json://127.0.0.1/{to}", at=NOON, by=SYSTEM)
    second = connect_channel(kind="sms", address="sink:", at=NOON, by=SYSTEM)
    assert [(row.pk, row.sealed, row.retired_at) for row in Channel.objects.order_by("id")] == [
        (first, None, NOON),
        (second, None, None),
    ]
    assert read_channel("sms").is_sink

    disconnect_channel("sms", at=NOON, by=SYSTEM)
    assert not read_channel("sms").is_there
    with pytest.raises(NoChannel):
        disconnect_channel("sms", at=NOON, by=SYSTEM)
    assert [(each.kind, each.is_there) for each in list_channels()] == [
        ("email", True),
        ("sms", False),
        ("whatsapp", False),
        ("push", False),
    ]
    actions = Event.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["channel.connected", "channel.connected", "channel.disconnected"]


@pytest.mark.django_db
def test_a_sender_that_is_no_address_is_refused(near):
    with pytest.raises(InvalidChannel) as refused:
        connect_channel(kind="email", address="smtp://127.0.0.1", sender="Ann", at=NOON, by=SYSTEM)
    assert refused.value.why == "sender"


@pytest.mark.django_db
def test_a_channel_is_tried(mail_server, gateway, caplog):
    connect_channel(kind="email", address=mail_server.url, sender="shop@example.com", at=NOON, by=SYSTEM)
    connect_channel(kind="sms", address=gateway.url, at=NOON, by=SYSTEM)
    assert test_channel("email", to="ann@example.com", body="It works.", at=NOON, by=SYSTEM).is_good
    assert test_channel("sms", to="+12125550123", body="It works.", at=NOON, by=SYSTEM).is_good
    [letter] = mail_server.letters
    assert (letter.to, letter.body.strip(), "shop@example.com" in letter.sender) == (
        "ann@example.com",
        "It works.",
        True,
    )
    [(path, asked)] = gateway.asked
    assert (path, asked["message"]) == ("/sms/+12125550123", "It works.")
    assert read_channel("sms").tested_at == NOON

    gateway.status, mail_server.does = 500, "refuse"
    with caplog.at_level(logging.DEBUG):
        assert (
            test_channel("email", to="ann@example.com", body="x", at=NOON, by=SYSTEM).error == "SMTPRecipientsRefused"
        )
        assert test_channel("sms", to="+12125550123", body="x", at=NOON, by=SYSTEM).error == "NotTaken"
    assert read_channel("sms").test_error == "NotTaken"
    said = caplog.text + "".join(str(event.facts) for event in Event.objects.all())
    assert "secret-word" not in said and "5550123" not in said


@pytest.mark.django_db
def test_no_answer_leads_a_message_elsewhere(gateway):
    connect_channel(kind="sms", address=gateway.url, at=NOON, by=SYSTEM)
    gateway.status = 302
    assert test_channel("sms", to="+12125550123", body="x", at=NOON, by=SYSTEM).error == "NotTaken"
    assert [path for path, _ in gateway.asked] == ["/sms/+12125550123"]


@pytest.mark.django_db
def test_a_name_that_leads_home_later_on_is_not_called(gateway, settings):
    connect_channel(kind="sms", address=gateway.url, at=NOON, by=SYSTEM)
    settings.PRIVATE_HOSTS = frozenset()
    assert not test_channel("sms", to="+12125550123", body="x", at=NOON, by=SYSTEM).is_good
    assert gateway.asked == []


@pytest.mark.django_db
def test_without_a_channel_e_mail_goes_over_the_installations_own():
    assert test_channel("email", to="ann@example.com", body="It works.", at=NOON, by=SYSTEM).is_good
    assert [letter.to for letter in mail.outbox] == [["ann@example.com"]]
    with pytest.raises(NoChannel):
        test_channel("whatsapp", to="+12125550123", body="x", at=NOON, by=SYSTEM)
    assert send_all() == []


def test_the_ways_are_those_of_the_table():
    assert {read_address(address, kind=kind).way for address, kind in [("sink:", "sms"), (TWILIO, "sms")]} == {
        Way.SINK,
        Way.SERVICE,
    }
