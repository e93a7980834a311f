"""Messages leave once: refused ones fail, others are tried again, and a server that hangs holds up itself alone."""

from datetime import timedelta
from itertools import count

import pytest

from regulars.core.actor import SYSTEM
from regulars.jobs.messages import TURN_SECONDS
from regulars.messages import carriers, deliver
from regulars.messages.channels import connect_channel, disconnect_channel
from regulars.messages.deliver import free_stuck, send_due
from regulars.messages.deliveries import read_delivery, retry_delivery
from regulars.messages.models import Delivery
from tests.messages.desk import a_template, send
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db
MAIL = "ann@example.com"


@pytest.fixture
def shop(mail_server, gateway, monkeypatch):
    monkeypatch.setattr(carriers, "SMTP_SECONDS", 0.5)
    a_shop()
    a_template()
    connect_channel(kind="email", address=mail_server.url, sender="shop@example.com", at=NOON, by=SYSTEM)
    connect_channel(kind="sms", address=gateway.url, at=NOON, by=SYSTEM)


def due(channel: str = "email", *, at=NOON, **more):
    return send_due(channel, now=lambda: at, **more)


def states() -> list[tuple[str, int, str, str]]:
    return list(Delivery.objects.order_by("id").values_list("state", "tries", "reason", "error"))


def test_a_letter_arrives_with_a_mark_of_its_own(shop, mail_server):
    ann = a_member(email=MAIL)
    one, other = send(ann, key="1").delivery_id, send(ann, key="2").delivery_id

    done = due()

    assert (done.taken, done.sent, done.is_down) == (2, 2, False)
    assert [letter.mark for letter in mail_server.letters] == [
        f"<regulars-{number}@localhost>" for number in (one, other)
    ]
    letter = mail_server.letters[0]
    assert (letter.to, letter.subject, letter.body.strip()) == (MAIL, "Hello Ann", "You have 0 points.")
    assert b"Auto-Submitted: auto-generated" in letter.raw and b"shop@example.com" in letter.raw
    assert mail_server.connections == 1  # one for all of a round
    assert states() == [("sent", 1, "", "")] * 2
    assert read_delivery(one).over == f"smtp://127.0.0.1:{mail_server.server_address[1]}"
    assert due().taken == 0


def test_an_sms_goes_to_the_number_in_the_address(shop, gateway):
    send(a_member(phone="+12125550123"), channel="sms", comment="News!")
    assert due("sms").sent == 1
    [(path, asked)] = gateway.asked
    assert (path, asked["message"], asked["title"]) == ("/sms/+12125550123", "Ann: News!", "")


def test_what_is_refused_for_good_has_failed_and_the_others_go(shop, mail_server):
    ann = a_member(email=MAIL)
    first = send(ann, key="1").delivery_id
    mail_server.does = "refuse"
    assert due().is_down is False
    assert states() == [("failed", 1, "refused", "SMTPRecipientsRefused")]

    mail_server.does = "take"
    retry_delivery(first, at=NOON, by=SYSTEM)
    assert (due().sent, states()) == (1, [("sent", 1, "", "")])


def test_what_could_not_be_sent_is_tried_again_later_each_time_and_then_given_up(shop, mail_server):
    send(a_member(email=MAIL))
    mail_server.does = "later"
    at, waits = NOON, []
    for _ in range(6):
        assert due(at=at).taken == 1
        row = Delivery.objects.get()
        assert due(at=at).taken == 0  # not before its time
        if row.state == "waiting":
            waits.append((row.next_at - at).total_seconds() / 60)
            at = row.next_at
    assert waits == [1, 5, 30, 120, 360]
    assert states() == [("failed", 6, "tries", "SMTPDataError")]


def test_a_gateway_that_fails_is_asked_again(shop, gateway):
    send(a_member(phone="+12125550123"), channel="sms")
    gateway.status = 503
    assert due("sms").sent == 0
    assert states() == [("waiting", 1, "", "NotTaken")]
    gateway.status = 200
    assert due("sms", at=NOON + timedelta(minutes=1)).sent == 1


@pytest.mark.parametrize("does", ["hang", "drop", "away"])
def test_a_server_that_does_not_answer_costs_one_try_and_rests(shop, mail_server, gateway, does):
    ann = a_member(email=MAIL, phone="+12125550123")
    for key in "123":
        send(ann, key=key)
    send(ann, channel="sms", key="4")
    if does == "away":
        connect_channel(kind="email", address="smtp://127.0.0.1:9?tls=no", at=NOON, by=SYSTEM)
    mail_server.does = does

    assert due().is_down
    assert due("sms").sent == 1  # the other channel goes on

    [first, *others] = Delivery.objects.filter(channel="email").order_by("id")
    assert (first.state, first.tries) == ("waiting", 1)
    assert [(row.state, row.tries, row.next_at) for row in others] == [("waiting", 0, NOON + timedelta(minutes=1))] * 2
    assert due().taken == 0

    mail_server.let_go.set()
    mail_server.does = "take"
    connect_channel(kind="email", address=mail_server.url, at=NOON, by=SYSTEM)
    assert due(at=NOON + timedelta(minutes=1)).sent == 3
    marks = [letter.mark for letter in mail_server.letters]
    # It had been taken before the connection broke: the second of the two says that it is the same.
    assert (len(marks), len(set(marks))) == ((4, 3) if does == "drop" else (3, 3))


def test_a_channel_that_is_taken_away_in_between_holds_back_what_waits(shop):
    send(a_member(phone="+12125550123"), channel="sms")
    disconnect_channel("sms", at=NOON, by=SYSTEM)
    assert due("sms").sent == 0
    assert states() == [("held_back", 0, "no_channel", "")]


def test_an_address_that_cannot_be_unsealed_loses_nothing(shop, monkeypatch):
    send(a_member(email=MAIL))
    monkeypatch.setattr(carriers, "PURPOSE", "another key")
    assert due().is_down
    assert states() == [("waiting", 1, "", "CannotUnseal")]


def test_who_dies_while_sending_loses_nothing(shop, mail_server, monkeypatch):
    ann = a_member(email=MAIL)
    for key in "12":
        send(ann, key=key)

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(deliver, "_send", die)
        due()
    assert states() == [("sending", 1, "", "")] * 2

    soon, later = NOON + timedelta(minutes=4, seconds=59), NOON + timedelta(minutes=5)
    assert (free_stuck(at=soon), due(at=soon).taken) == (0, 0)
    assert (free_stuck(at=later), due(at=later).sent) == (2, 2)
    assert len(mail_server.letters) == 2


def test_what_kills_its_worker_every_time_fails_at_last(shop):
    send(a_member(email=MAIL))
    at = NOON
    for _ in range(6):
        assert deliver._claim("email", at=at, limit=20)[2]
        at += timedelta(minutes=5)
        assert free_stuck(at=at) == 1
    assert states() == [("failed", 6, "tries", "Interrupted")]


def test_a_worker_that_was_too_slow_does_not_mark_what_another_has_taken(shop, mail_server, monkeypatch):
    send(a_member(email=MAIL))
    over, _, [claimed] = deliver._claim("email", at=NOON, limit=20)
    later = NOON + timedelta(minutes=5)
    free_stuck(at=later)
    deliver._claim("email", at=later, limit=20)
    with carriers.open_carrier(over) as carrier:
        deliver._send(claimed, carrier, over, claimed_at=NOON, now=lambda: later)
    assert states() == [("sending", 2, "", "Interrupted")]


def test_a_round_takes_so_many_and_the_oldest_first(shop, mail_server):
    ann = a_member(email=MAIL)
    ids = [send(ann, key=str(number)).delivery_id for number in range(5)]
    assert [due(limit=2).sent for _ in range(4)] == [2, 2, 1, 0]
    assert [letter.mark for letter in mail_server.letters] == [f"<regulars-{number}@localhost>" for number in ids]


def test_a_round_lets_go_of_what_it_has_claimed_when_its_turn_is_over(shop, mail_server, monkeypatch):
    ann = a_member(email=MAIL)
    for number in range(4):
        send(ann, key=str(number))
    clock = count(0, TURN_SECONDS / 2)  # each message takes half a turn
    monkeypatch.setattr(deliver, "monotonic", lambda: next(clock))

    assert (due().sent, len(mail_server.letters)) == (1, 1)

    assert states() == [("sent", 1, "", ""), *[("waiting", 0, "", "")] * 3]


@pytest.mark.parametrize("size", [1, 20])
def test_a_claim_asks_as_often_for_many_as_for_one(shop, size, django_assert_num_queries):
    ann = a_member(email=MAIL)
    for number in range(size):
        send(ann, key=str(number))
    with django_assert_num_queries(5):
        deliver._claim("email", at=NOON, limit=20)
