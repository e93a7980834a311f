"""A code is in its message and nowhere else, reaches e-mails and phones, and is not sent when it is of no use."""

from datetime import timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.jobs.proof import verify_everything
from regulars.members.addresses import make_address_code, verify_address
from regulars.members.models import Identifier, IdentifierKind
from regulars.messages import sealed
from regulars.messages.channels import connect_channel
from regulars.messages.codes import DOTS, channel_for, send_code
from regulars.messages.deliveries import read_delivery, retry_delivery
from regulars.messages.models import Delivery, Template
from regulars.messages.refusals import DeliveryOver, NoChannel
from regulars.messages.send import new_key
from regulars.messages.templates import WrittenText, find_template, publish_version, retire_template
from tests.messages.desk import a_template, send_all, sinks
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db
MAIL = "ann@example.com"


def post(member: int, *, kind: str = "email", address: str = MAIL, code: str = "731904", at=NOON, **more) -> str:
    return send_code(
        template="address_code",
        member_id=member,
        kind=kind,
        address=address,
        code=code,
        ends_at=at + timedelta(minutes=10),
        at=at,
        key=new_key("code"),
        **more,
    )


def dump() -> str:
    return repr(list(Delivery.objects.values())) + repr([bytes(row.sealed or b"") for row in Delivery.objects.all()])


def breaches() -> list[str]:
    return [result.name for result in verify_everything() if result.breaches]


def test_it_arrives_and_nobody_reads_it_in_the_database_before_or_after(mail_server):
    a_shop()
    connect_channel(kind="email", address=mail_server.url, at=NOON, by=SYSTEM)
    ann = a_member(email=MAIL)

    assert post(ann) == "email"
    assert "731904" not in dump()
    assert breaches() == []
    [row] = send_all()

    [letter] = mail_server.letters
    assert "Your code is 731904, for 10 minutes." in letter.body
    assert (row.state, row.why, row.trigger, row.sealed) == ("sent", "code", "code", None)
    assert DOTS in row.body and "731904" not in dump()
    assert breaches() == []


def test_in_a_sink_it_can_be_read_because_that_is_what_a_sink_is_for():
    a_shop()
    sinks()
    ann = a_member(phone="+12125550123")
    made = make_address_code(member_id=ann, kind=IdentifierKind.PHONE, at=NOON, by=SYSTEM)
    assert post(ann, kind="phone", address=made.value, code=made.code) == "sms"
    assert made.code not in dump()
    [row] = send_all()

    assert made.code in row.body and breaches() == []
    verify_address(member_id=ann, kind=IdentifierKind.PHONE, code=made.code, at=NOON, by=SYSTEM)
    assert Identifier.objects.get(member=ann, kind="phone").verified_at == NOON


def test_a_phone_is_reached_by_sms_else_whatsapp_else_not():
    a_shop()
    with pytest.raises(NoChannel) as refused:
        channel_for("phone")
    assert refused.value.kind == "phone"
    connect_channel(kind="whatsapp", address="sink:", at=NOON, by=SYSTEM)
    assert channel_for("phone") == "whatsapp"
    connect_channel(kind="sms", address="sink:", at=NOON, by=SYSTEM)
    assert (channel_for("phone"), channel_for("email")) == ("sms", "email")
    with pytest.raises(NoChannel):
        channel_for("external_id")


def test_a_code_that_is_over_is_not_sent_and_a_failed_one_is_not_sent_again():
    a_shop()
    sinks()
    post(a_member(email=MAIL))
    [row] = send_all(at=NOON + timedelta(minutes=10))
    assert (row.state, row.reason, row.sealed) == ("failed", "too_late", None)
    assert not read_delivery(row.pk).can_retry
    with pytest.raises(DeliveryOver):
        retry_delivery(row.pk, at=NOON, by=SYSTEM)
    assert breaches() == []


def test_one_that_cannot_be_opened_fails_and_the_others_go(monkeypatch):
    a_shop()
    sinks()
    ann = a_member(email=MAIL)
    with monkeypatch.context() as patched:
        patched.setattr(sealed, "PURPOSE", "another key")
        post(ann, code="111111")
    post(ann, code="222222")

    first, second = send_all()

    assert (first.state, first.reason, first.error, first.sealed) == ("failed", "refused", "UnreadableText", None)
    assert (first.tries, second.state, "222222" in second.body) == (1, "sent", True)
    assert breaches() == []


def test_it_is_said_in_the_members_language_and_the_shops_own_words():
    a_shop()
    sinks()
    vi = a_member(phone="+12125550123", language="vi")
    post(vi, kind="phone", address="+12125550123", code="111111")
    own = WrittenText(channel="sms", language="vi", body="{{ shop }} - {{ code }}")
    publish_version(find_template("address_code").id, texts=[own], at=NOON, by=SYSTEM)
    post(vi, kind="phone", address="+12125550123", code="222222")

    first, second = send_all()
    assert "mã của bạn là 111111" in first.body
    assert second.body == "Corner Shop - 222222"


def test_where_the_shops_own_cannot_be_used_the_ready_made_one_is():
    a_shop()
    sinks()
    ann = a_member(email=MAIL)
    own = a_template("address_code", kind="code", texts=(WrittenText(channel="sms", language="en", body="{{ code }}"),))
    post(ann, code="333333")  # it has no e-mail
    retire_template(own, at=NOON, by=SYSTEM)
    post(ann, code="444444")

    assert [row.state for row in send_all()] == ["sent", "sent"]
    assert sorted(Template.objects.values_list("code", flat=True)) == ["address_code", "address_code_plain"]
