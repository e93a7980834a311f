"""Who gets a message, in which words, and what is kept of why."""

from datetime import datetime, time, timedelta

import pytest

from regulars.audit.models import Event
from regulars.care.erasures import ask_erasure
from regulars.consents.models import Asker, Consent
from regulars.core.actor import SYSTEM
from regulars.core.program.tier_sets import Kept, Level, Metric, TierSet
from regulars.jobs.proof import verify_everything
from regulars.members.models import Member, Status
from regulars.members.status import change_status, remove_member
from regulars.messages.channels import connect_channel, disconnect_channel
from regulars.messages.deliveries import cancel_delivery, deliveries_of, read_delivery, retry_delivery
from regulars.messages.models import Delivery
from regulars.messages.refusals import (
    DeliveryOver,
    InvalidSendingTerms,
    KeyTaken,
    NoChannel,
    NoText,
    TooLongComment,
    UnknownTemplate,
)
from regulars.messages.send import preview_message, send_test
from regulars.messages.templates import WrittenText, find_template, publish_version
from regulars.messages.terms import Terms, change_terms, load_terms
from regulars.platform.rows import run
from tests.messages.desk import a_marketing_template, a_template, say, send, send_all, sinks
from tests.shop import NOON, OPENED, a_member, a_sale, a_shop, a_store, sell

pytestmark = pytest.mark.django_db
SAID = (
    *("first_name", "name", "number", "store", "shop", "store_word", "balance", "balance.points", "worth", "pending"),
    *("expiring", "expires_on", "level", "level.vip", "level.other", "next_level", "missing", "level_until"),
    *("rewards", "rewards_count", "card", "comment", "change"),
)
NIGHT = datetime.fromisoformat("2026-03-10T23:00:00-04:00")
MORNING = datetime.fromisoformat("2026-03-11T08:00:00-04:00")
FREE = Terms(quiet_from=None, quiet_until=None, most=None)
MAIL = "ann@example.com"


@pytest.fixture
def shop():
    a_shop()
    sinks()
    a_template()
    a_marketing_template()


def broken() -> list[str]:
    return [result.name for result in verify_everything() if result.breaches]


def test_a_message_is_put_down_filled_in_and_sent(shop):
    ann = a_member(email=MAIL, points=12)

    put = send(ann)
    assert (put.state, put.reason, put.replayed) == ("waiting", "", False)
    [sent] = send_all()

    assert (sent.state, sent.address, sent.subject, sent.body) == ("sent", MAIL, "Hello Ann", "You have 12 points.")
    assert (sent.trigger, sent.why, sent.language, sent.sent_at) == ("staff", "service", "en", NOON)
    event = Event.objects.get(action="message.put")
    assert (event.member_id, event.facts) == (
        ann,
        {"template": "hello", "channel": "email", "state": "waiting", "reason": ""},
    )
    assert broken() == []


def test_the_consent_that_allowed_it_is_kept_with_it(shop):
    ann = a_member(email=MAIL)
    say(ann)
    [sent] = (send(ann, "news"), *send_all())[1:]

    consent = Consent.objects.get(member=ann)
    assert (sent.state, sent.why, sent.consent_id) == ("sent", "consent", consent.pk)
    assert sent.is_marketing


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (lambda ann: None, "no_consent"),
        (lambda ann: say(ann, False), "withdrawn"),
        (lambda ann: (say(ann), say(ann, False, channel="email")), "withdrawn"),
        (lambda ann: (say(ann), remove_member(member_id=ann, reason="x", at=OPENED, by=SYSTEM)), "left"),
        (lambda ann: (say(ann), ask_erasure(member_id=ann, asker=Asker.MEMBER, at=OPENED, by=SYSTEM)), "erasing"),
        (
            lambda ann: (
                say(ann),
                change_status(member_id=ann, status=Status.BLOCKED, reason="x", at=OPENED, by=SYSTEM),
            ),
            "blocked",
        ),
        (lambda ann: (say(ann), run("DELETE FROM members_identifier", {})), "no_address"),
        (lambda ann: (say(ann), disconnect_channel("sms", at=OPENED, by=SYSTEM)), None),
    ],
)
def test_what_may_not_go_is_held_back_with_the_reason_and_says_nothing(shop, before, reason):
    ann = a_member(email=MAIL)
    before(ann)

    shown = preview_message(member_id=ann, template="news", channel="email", at=NOON)
    put = send(ann, "news")
    [row] = send_all()

    assert shown.held == reason == (put.reason or None)
    if reason is None:
        assert row.state == "sent"
    else:
        assert (row.state, row.reason, row.address, row.body, row.sent_at) == ("held_back", reason, "", "", None)
    assert broken() == []


def test_what_is_part_of_the_program_goes_to_whoever_has_left_or_is_blocked(shop):
    ann = a_member(email=MAIL)
    change_status(member_id=ann, status=Status.BLOCKED, reason="x", at=OPENED, by=SYSTEM)
    send(ann, at=NIGHT)
    assert [each.state for each in send_all(at=NIGHT)] == ["sent"]


def test_nobody_and_the_erased_get_nothing(shop):
    ann = a_member(email=MAIL)
    Member.objects.filter(pk=ann).update(erased_at=NOON)
    puts = [send(ann), send(2**40)]
    assert [(put.state, put.reason) for put in puts] == [("held_back", "gone")] * 2


def test_a_consent_that_is_withdrawn_while_it_waits_counts(shop):
    ann = a_member(email=MAIL)
    say(ann)
    assert send(ann, "news", at=NIGHT).next_at == MORNING
    assert [each.state for each in send_all(at=NIGHT)] == ["waiting"]  # quiet hours

    say(ann, False, at=NIGHT)
    [row] = send_all(at=MORNING)

    assert (row.state, row.reason, row.sent_at) == ("held_back", "withdrawn", None)
    assert broken() == []


def test_quiet_hours_are_asked_again_when_it_goes(shop):
    ann = a_member(email=MAIL)
    say(ann)
    change_terms(FREE, at=NIGHT, by=SYSTEM)
    assert send(ann, "news", at=NIGHT).next_at == NIGHT
    change_terms(Terms(quiet_from=time(21), quiet_until=time(8)), at=NIGHT, by=SYSTEM)

    [row] = send_all(at=NIGHT)
    assert (row.state, row.next_at) == ("waiting", MORNING)
    assert [each.state for each in send_all(at=MORNING)] == ["sent"]


def test_so_many_in_so_many_days_and_no_more(shop):
    ann = a_member(email=MAIL)
    say(ann)
    change_terms(Terms(most=2, days=7), at=NOON, by=SYSTEM)
    days = [NOON, NOON + timedelta(days=1), NOON + timedelta(days=2), NOON + timedelta(days=7)]

    puts = [send(ann, "news", at=day) for day in days]

    # What was held back does not count; and on the eighth day, the first does not any more.
    assert [put.reason for put in puts] == ["", "", "cap", ""]
    assert send(ann, at=NOON + timedelta(days=7, hours=1)).state == "waiting"  # it is part of the program
    assert [each.state for each in send_all(at=days[-1] + timedelta(hours=1))] == [
        "sent",
        "sent",
        "held_back",
        "sent",
        "sent",
    ]


def test_a_limit_that_is_lowered_counts_for_what_waits(shop):
    ann = a_member(email=MAIL)
    say(ann)
    for minute in range(3):
        send(ann, "news", at=NOON + timedelta(minutes=minute))
    change_terms(Terms(most=1, days=7), at=NOON, by=SYSTEM)
    assert [each.state for each in send_all(at=NOON + timedelta(hours=1))] == ["sent", "held_back", "held_back"]


def test_the_same_key_is_the_same_message(shop):
    ann, bob = a_member(email=MAIL), a_member(email="bob@example.com")
    first = send(ann, key="once")
    again = send(ann, key="once", comment="anything")

    assert (again.delivery_id, again.replayed) == (first.delivery_id, True)
    with pytest.raises(KeyTaken):
        send(bob, "news", key="once")
    assert [(each.state, each.key) for each in send_all()] == [("sent", "once")]
    assert send(ann, key="once").state == "sent"
    assert Event.objects.filter(action="message.put").count() == 1


def words(language: str) -> WrittenText:
    return WrittenText(channel="sms", language=language, body=f"{language}: {{{{ balance }}}}")


@pytest.mark.parametrize(
    ("member", "shop_language", "texts", "said"),
    [
        ("vi", "en", ("en", "vi"), "vi"),
        ("zh-hans", "en", ("en", "zh"), "zh"),  # a script that is not there, in a language that is
        ("zh", "en", ("en", "zh-hans", "zh-hant"), "zh-hans"),
        ("zh-cn", "en", ("en", "zh-hans"), "zh-hans"),
        ("zh-sg", "en", ("en", "zh-hant", "zh-hans"), "zh-hans"),
        ("zh-tw", "en", ("en", "zh-hans", "zh-hant"), "zh-hant"),
        ("zh-tw", "en", ("en", "zh-hans"), "zh-hans"),  # nearer than English
        ("pt", "en", ("en", "pt-br"), "pt-br"),
        ("pt-br", "en", ("en", "pt"), "pt"),
        ("fr", "ms", ("en", "ms"), "ms"),
        ("", "ms", ("en", "ms"), "ms"),
        ("fr", "ms", ("vi", "en"), "vi"),
    ],
)
def test_a_member_is_written_to_in_their_language_else_the_shops_else_the_first(
    shop, member, shop_language, texts, said
):
    change_terms(Terms(language=shop_language), at=NOON, by=SYSTEM)
    a_template("talk", texts=tuple(words(language) for language in texts))
    ann = a_member(phone="+12125550123", language=member)
    send(ann, "talk", "sms")
    [row] = send_all()
    assert (row.language, row.body) == (said, f"{said}: 0 points")


def test_numbers_and_days_are_written_as_in_the_language(shop):
    a_template(
        "expiring",
        texts=(
            WrittenText(channel="sms", language="en", body="{{ balance }}, {{ expires_on }}"),
            WrittenText(channel="sms", language="vi", body="{{ balance }}, {{ expires_on }}"),
        ),
    )
    ann = a_member(phone="+12125550123", language="vi", points=12_345)
    bob = a_member(phone="+12125550124", points=12_345)
    send(ann, "expiring", "sms")
    send(bob, "expiring", "sms")
    assert [row.body for row in send_all()] == ["12.345 points, 31/12/2026", "12,345 points, 31 Dec 2026"]


def test_visits_that_are_missing_are_written_as_in_the_language():
    gold = Level(code="gold", name="Gold", threshold=2_000)
    a_shop(tier_sets=(TierSet(code="vip", name="VIP", levels=(gold,), metric=Metric(of="visits")),))
    sinks()
    texts = [WrittenText(channel="sms", language=language, body="{{ missing }}") for language in ("en", "vi")]
    a_template("visits", texts=tuple(texts))
    for number, language in enumerate(("en", "vi")):
        send(a_member(phone=f"+1212555012{number}", language=language), "visits", "sms")
    assert [row.body for row in send_all()] == ["2,000", "2.000"]


def test_every_variable_says_what_the_program_knows():
    vip = TierSet(
        code="vip",
        name="VIP",
        levels=(Level(code="silver", name="Silver", threshold=10), Level(code="gold", name="Gold", threshold=100)),
        metric=Metric(of="points"),
        kept=Kept(until="end_of_next_period"),
    )
    a_shop(tier_sets=(vip,))
    sinks()
    a_store("900")
    body = "|".join(f"{{{{ {name} | - }}}}" for name in SAID)
    a_template("all", texts=(WrittenText(channel="sms", language="en", body=body),))
    ann = a_member(phone="+12125550123", last_name="Smith", home_store="900", cards=("990011223344",))
    sell(a_sale(2_500, member=ann))
    send(ann, "all", "sms", comment="Hi!", given={"change": "+5 points", "code": "123456", "nonsense": "x"})

    [row] = send_all()
    said = row.body.split("|")
    assert said[:10] == [
        "Ann", "Ann Smith", str(ann), "Store 900", "Corner Shop", "store", "25 points", "25 points", "0.25 USD",
        "0 points",
    ]  # fmt: skip
    assert said[10] == "25 points"
    assert said[12:17] == ["Silver", "Silver", "-", "Gold", "75 points"]
    assert said[18:] == ["-", "-", "3344", "Hi!", "+5 points"]


def test_what_is_shown_before_is_what_is_sent(shop):
    ann = a_member(email=MAIL, points=3)
    shown = preview_message(member_id=ann, template="hello", channel="email", at=NOON)
    assert not Delivery.objects.exists()
    send(ann)
    [row] = send_all()
    assert (shown.subject, shown.body, shown.address, shown.why) == (row.subject, row.body, row.address, row.why)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"template": "nobody"}, UnknownTemplate),
        ({"template": "codes"}, UnknownTemplate),
        ({"channel": "whatsapp"}, NoText),
        ({"comment": "x" * 501}, TooLongComment),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_put_down(shop, asked, refusal):
    a_template("codes", kind="code", texts=(WrittenText(channel="sms", language="en", body="{{ code }}"),))
    ann = a_member(email=MAIL)
    with pytest.raises(refusal):
        send(ann, **asked)
    assert not Delivery.objects.exists()


def test_without_a_channel_it_is_held_back_and_goes_when_there_is_one(shop):
    ann = a_member(phone="+12125550123")
    disconnect_channel("sms", at=NOON, by=SYSTEM)
    put = send(ann, channel="sms", comment="News!")
    assert (put.state, put.reason) == ("held_back", "no_channel")
    assert read_delivery(put.delivery_id).can_retry

    connect_channel(kind="sms", address="sink:", at=NOON, by=SYSTEM)
    retry_delivery(put.delivery_id, at=NOON, by=SYSTEM)
    [row] = send_all()
    assert (row.state, row.body) == ("sent", "Ann: News!")


@pytest.mark.parametrize("gone", ["body", "address"])
def test_what_says_nothing_or_goes_nowhere_cannot_be_tried_again(shop, gone):
    number = send(a_member(email=MAIL)).delivery_id
    Delivery.objects.update(state="failed")
    assert read_delivery(number).can_retry

    Delivery.objects.update(**{gone: ""})
    assert not read_delivery(number).can_retry
    with pytest.raises(DeliveryOver):
        retry_delivery(number, at=NOON, by=SYSTEM)


def test_what_waits_can_be_cancelled_and_what_is_sent_cannot(shop):
    ann = a_member(email=MAIL)
    first, second = send(ann, key="1").delivery_id, send(ann, key="2").delivery_id
    cancel_delivery(first, at=NOON, by=SYSTEM)
    send_all()
    assert [row.state for row in deliveries_of(ann)] == ["sent", "cancelled"]
    for verb in (cancel_delivery, retry_delivery):
        with pytest.raises(DeliveryOver):
            verb(second, at=NOON, by=SYSTEM)


def test_what_waits_goes_as_it_was_written_then(shop):
    ann = a_member(email=MAIL)
    send(ann)
    other = WrittenText(channel="email", language="en", subject="Other", body="Other")
    publish_version(find_template("hello").id, texts=[other], at=NOON, by=SYSTEM)
    assert [row.subject for row in send_all()] == ["Hello Ann"]


def test_a_test_goes_to_an_address_of_the_teams_own_with_samples(shop):
    version = find_template("news").live.id
    asked = {"version_id": version, "at": NIGHT, "by": SYSTEM, "language": "en"}
    one = send_test(channel="sms", to="(212) 555-0199", key="t1", **asked)
    assert send_test(channel="sms", to="(212) 555-0199", key="t1", **asked) == one

    [row] = send_all(at=NIGHT)
    assert (row.state, row.trigger, row.why, row.member_id) == ("sent", "test", "test", None)
    assert (row.address, row.body) == ("+12125550199", "Ann: Thank you for waiting.")
    assert broken() == []
    with pytest.raises(NoText):
        send_test(channel="whatsapp", to="+12125550199", key="t2", **asked)
    disconnect_channel("sms", at=NOON, by=SYSTEM)
    with pytest.raises(NoChannel):
        send_test(channel="sms", to="+12125550199", key="t3", **asked)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(quiet_from=None), "quiet_from"),
        (Terms(quiet_from=time(9), quiet_until=time(9)), "quiet_from"),
        (Terms(most=0), "most"),
        (Terms(days=0), "days"),
        (Terms(days=366), "days"),
        (Terms(language=""), "language"),
        (Terms(language="English"), "language"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms, field):
    with pytest.raises(InvalidSendingTerms) as refused:
        change_terms(terms, at=NOON, by=SYSTEM)
    assert (refused.value.field, load_terms()) == (field, Terms())


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("UPDATE messaging_delivery SET why = 'service'", "N1-allowed"),
        ("UPDATE messaging_delivery SET consent_id = NULL", "N1-allowed"),
        ("UPDATE messaging_delivery SET sealed = 'x'", "N2-codes"),
        ("UPDATE messaging_delivery SET trigger = 'code'", "N2-codes"),
        ("UPDATE members_member SET erased_at = now()", "N3-erased"),
    ],
)
def test_verify_finds_what_was_sent_without_leave_or_is_kept_too_long(shop, sql, check):
    ann = a_member(email=MAIL)
    say(ann)
    send(ann, "news")
    send_all()
    assert broken() == []
    if check == "N2-codes":
        run("UPDATE messaging_delivery SET sent_over_id = NULL", {})
    run(sql, {})
    assert check in broken()
