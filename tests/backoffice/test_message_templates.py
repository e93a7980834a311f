"""Templates written, checked, published and compared; channels connected, tested and taken away."""

import re
import uuid

import pytest

from regulars.audit.models import Event
from regulars.backoffice.forms.messages.channels import ChannelForm
from regulars.backoffice.messages_difference import Piece, compare_words
from regulars.backoffice.messages_words import FAULTS, PROBLEMS, REASONS, STATES, TRIGGERS, VARIABLE_WORDS, WHYS
from regulars.core.actor import SYSTEM
from regulars.core.messages import deciding, texts
from regulars.core.messages.variables import VARIABLES
from regulars.messages.channels import read_channel
from regulars.messages.models import Channel, Delivery, DeliveryState, Trigger
from regulars.messages.ready_texts import READY
from regulars.messages.templates import find_template, list_templates, list_versions
from regulars.messages.terms import load_terms
from regulars.staff.models import Role
from regulars.staff.rights import Right
from regulars.staff.roles import create_role
from tests.backoffice.conftest import sign_in
from tests.messages.desk import a_template, sinks
from tests.shop import OPENED, a_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(shop):
    return sign_in(Role.MARKETER)


def a_text(number: int = 0, *, channel: str = "email", body: str = "Hello.", subject: str = "Hi", language: str = "en"):
    given = {"channel": channel, "language": language, "subject": subject, "body": body}
    return {f"t{number}-{name}": value for name, value in given.items()}


def about(**more: str) -> dict[str, str]:
    return {"name": "Umbrella", "code": "umbrella", "use": "service", "publish": "1"} | more


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def test_every_word_of_the_domain_has_words_on_the_pages():
    assert set(PROBLEMS) == set(texts.Problem.__value__.__args__)
    assert set(REASONS) == {*deciding.Held.__value__.__args__, "too_late"}
    assert set(WHYS) == set(deciding.Why.__value__.__args__)
    assert set(STATES) == set(DeliveryState.values)
    assert set(TRIGGERS) == set(Trigger.values)
    assert set(VARIABLE_WORDS) == set(VARIABLES)
    assert "TimeoutError" in FAULTS


def test_a_template_begins_with_a_ready_made_one(marketer):
    page = read(marketer, "/templates/choose/")
    assert page.count("Begin with this") == len(READY)
    begun = read(marketer, "/templates/new/?from=welcome")
    for said in ('value="welcome"', "E-mail · English", "SMS · 简体中文", "Welcome to Corner Shop"):
        assert said in begun, said
    assert list_templates() == []


def test_a_template_is_made_and_what_is_wrong_stands_beside_its_text(marketer):
    wrong = about() | a_text(0, body="Dear {{ who }}") | a_text(1, channel="sms", body="Hi {{ name")
    page = marketer.post("/templates/new/", wrong).content.decode()
    assert "Line 1, column 6: There is no variable “who”." in page
    assert "is opened with {{ and never closed with }}." in page
    assert page.count("Look here") == 2
    assert list_templates() == []

    answer = marketer.post("/templates/new/", about() | a_text(0, body="Dear {{ name }}"))
    made = find_template("umbrella")
    assert answer.headers["Location"] == f"/templates/{made.id}/"
    assert made.live.texts[0].body == "Dear {{ name }}"
    again = marketer.post("/templates/new/", about() | a_text()).content.decode()
    assert "There is a template with this code already" in again


def test_a_text_is_added_and_taken_out_without_losing_the_others(marketer):
    typed = about() | a_text(0, body="Typed so far") | {"at": "0"}
    del typed["publish"]
    added = marketer.post(
        "/templates/new/", typed | {"do": "add", "add-channel": "sms", "add-language": "vi"}
    ).content.decode()
    assert added.count("Typed so far</textarea>") == 2
    assert re.search(r'id="at-1" value="1" checked', added)
    gone = marketer.post("/templates/new/", typed | a_text(1, channel="sms") | {"do": "drop:0"}).content.decode()
    assert "Typed so far" not in gone
    assert "SMS · English" in gone


def test_a_name_that_is_not_typed_yet_is_no_fault_until_the_template_is_made(marketer):
    begun = {"name": "", "code": "", "use": "code"} | a_text()
    for do in ({"do": "add", "add-channel": "sms", "add-language": "vi"}, {"do": "look"}):
        page = marketer.post("/templates/new/", begun | do).content.decode()
        assert 'class="fault"' not in page
        assert '<option value="code" selected>' in page
    typed = marketer.post("/templates/new/", begun | {"name": "Umbrella", "do": "look"}).content.decode()
    assert 'value="Umbrella"' in typed
    assert marketer.post("/templates/new/", begun | {"publish": "1"}).content.decode().count('class="fault"') == 2


def test_the_preview_fills_in_examples_or_what_is_so_for_a_member(marketer):
    ann = a_member(first_name="Ana", points=7)
    typed = a_text(0, channel="sms", body="{{ first_name }}: {{ balance }}") | {"at": "0", "use": "service"}
    said = marketer.post("/templates/preview/", typed).content.decode()
    assert "Ann: 120 points" in said
    assert "15 signs, 1 SMS; 145 are left in the last" in said
    theirs = marketer.post("/templates/preview/", typed | {"whose": f"#{ann}"}).content.decode()
    assert "Ana: 7 points" in theirs
    assert "Nobody is known by this" in marketer.post("/templates/preview/", typed | {"whose": "xyz"}).content.decode()
    long = a_text(0, channel="sms", body="ộ" * 71) | {"at": "0"}
    assert "2 SMS" in marketer.post("/templates/preview/", long).content.decode()


def test_publishing_makes_a_version_and_the_same_again_makes_none(marketer):
    number = a_template()
    texts = [
        a_text(place, channel=text.channel, body=text.body, subject=text.subject)
        for place, text in enumerate(find_template("hello").live.texts)
    ]
    same = texts[0] | texts[1] | {"publish": "1"}
    assert "Nothing was changed" in marketer.post(f"/templates/{number}/", same, follow=True).content.decode()
    assert len(list_versions(number)) == 1
    changed = same | {"t0-body": "You have {{ balance }} and more.", "note": "More of it"}
    marketer.post(f"/templates/{number}/", changed)
    assert [version.number for version in list_versions(number)] == [2, 1]
    page = read(marketer, f"/templates/{number}/versions/")
    assert "More of it" in page
    assert "{{ balance }}<ins> and more</ins>." in page
    assert "SMS · English" not in page.split("Version 1")[0]


def test_a_template_is_renamed_retired_and_brought_back(marketer):
    number = a_template()
    marketer.post(f"/templates/{number}/name/", {"name": "Greeting"})
    assert find_template("hello").name == "Greeting"
    marketer.post(f"/templates/{number}/retire/")
    assert list_templates() == []
    assert "Retired" in read(marketer, "/templates/")
    marketer.post(f"/templates/{number}/retire/")
    assert [each.name for each in list_templates()] == ["Greeting"]


def test_a_test_goes_to_somebody_of_the_team_once(marketer):
    sinks()
    number = a_template()
    form = {"text": "email:en", "to": "me@example.com", "key": str(uuid.uuid4())}
    links = {marketer.post(f"/templates/{number}/test/", form).headers["Location"] for _ in range(2)}
    sent = Delivery.objects.get()
    assert links == {f"/messages/{sent.pk}/"}
    assert (sent.trigger, sent.address, sent.body) == ("test", "me@example.com", "You have 120 points.")
    wrong = marketer.post(f"/templates/{number}/test/", form | {"to": "not an address"}).content.decode()
    assert "This is not an e-mail address." in wrong


@pytest.mark.parametrize(
    ("kind", "typed", "address"),
    [
        ("email", {"way": "sink"}, "sink:"),
        (
            "email",
            {"way": "server", "host": "mail.example.com", "user": "a@b", "password": "p:/w", "tls": "upgrade"},
            "smtp://a%40b:p%3A%2Fw@mail.example.com",
        ),
        (
            "email",
            {"way": "server", "host": "mail.example.com", "port": "2465", "tls": "direct"},
            "smtps://mail.example.com:2465",
        ),
        ("email", {"way": "server", "host": "mail.example.com", "tls": "no"}, "smtp://mail.example.com?tls=no"),
        (
            "sms",
            {"way": "twilio", "account": "AC1", "token": "t/k", "number": "+12025550100"},
            "twilio://AC1:t%2Fk@+12025550100/{to}",
        ),
        ("sms", {"way": "gateway", "url": "https://sms.example.com/send"}, "jsons://sms.example.com/send?:to={to}"),
        ("whatsapp", {"way": "cloud", "token": "tok", "phone_id": "123"}, "whatsapp://tok@123/{to}"),
        ("push", {"way": "address", "address": " ntfys://push.example.com/{to} "}, "ntfys://push.example.com/{to}"),
    ],
)
def test_the_parts_of_an_address_are_put_together(kind, typed, address):
    form = ChannelForm(typed, kind=kind)
    assert form.is_valid(), form.errors
    assert form.whole_address() == address


def test_parts_of_the_way_that_was_chosen_are_needed_and_others_are_not_looked_at():
    form = ChannelForm({"way": "twilio", "account": "AC1", "url": "nonsense"}, kind="sms")
    assert not form.is_valid()
    assert set(form.errors) == {"token", "number"}


def test_an_owner_connects_a_channel_and_its_password_is_never_shown(owner, settings):
    settings.PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    typed = {"way": "server", "host": "127.0.0.1", "port": "2525", "user": "u", "password": "secret-9", "tls": "no"}
    answer = owner.post("/connections/email/", typed | {"sender": "shop@example.com"})
    assert answer.headers["Location"] == "/connections/email/test/"
    row = Channel.objects.get()
    assert b"secret-9" not in bytes(row.sealed)
    assert read_channel("email").sender == "shop@example.com"
    for path in ("/connections/", "/connections/email/", "/connections/email/test/"):
        page = read(owner, path)
        assert "smtp://127.0.0.1:2525" in page
        assert "secret-9" not in page
    assert "secret-9" not in str(list(Event.objects.values_list("facts", flat=True)))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"way": "address", "address": "gopher://x/{to}"}, "Addresses of this kind are not known here."),
        ({"way": "address", "address": "jsons://203.0.113.7/"}, "write {to} there"),
        ({"way": "gateway", "url": "http://127.0.0.1/"}, "127.0.0.1 lies in a private network"),
        ({"way": "address", "address": ""}, "This must be filled in."),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_beside_its_part(owner, typed, said):
    page = owner.post("/connections/sms/", typed).content.decode()
    assert said in page
    assert not Channel.objects.exists()


def test_a_channel_is_tested_and_taken_away(owner):
    owner.post("/connections/sms/", {"way": "sink"})
    page = owner.post("/connections/sms/test/", {"to": "+12025550142"}).content.decode()
    assert "The sink takes everything." in page
    assert "This is not a phone number." in owner.post("/connections/sms/test/", {"to": "x"}).content.decode()
    assert "Sink" in read(owner, "/connections/")
    owner.post("/connections/sms/disconnect/")
    assert not read_channel("sms").is_there
    assert owner.get("/connections/pigeon/").status_code == 404


def test_quiet_hours_and_how_often_are_changed_in_one_place(marketer, owner):
    typed = {"quiet_from": "22:00", "quiet_until": "07:30", "most": "2", "days": "7", "language": "vi"}
    assert marketer.post("/templates/terms/", typed).headers["Location"] == "/templates/"
    terms = load_terms()
    assert (f"{terms.quiet_from:%H:%M}", f"{terms.quiet_until:%H:%M}", terms.most, terms.language) == (
        *("22:00", "07:30"),
        2,
        "vi",
    )
    wrong = owner.post("/templates/terms/", typed | {"quiet_until": ""}).content.decode()
    assert "quiet hours have a beginning and another end" in wrong
    assert "from 22:00 until 07:30" in read(owner, "/connections/")


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("a b", "a b", [Piece("same", "a b")]),
        ("a b", "a c", [Piece("same", "a "), Piece("gone", "b"), Piece("new", "c")]),
        ("", "a", [Piece("new", "a")]),
    ],
)
def test_words_that_came_and_went_are_told(before, after, pieces):
    assert compare_words(before, after) == pieces


def test_all_that_is_ready_made_is_taken_over_at_once(marketer):
    assert "Take all of these over" in read(marketer, "/templates/choose/")
    marketer.post("/templates/ready/")
    made = len(list_templates())
    assert made == sum(not ready.purpose for ready in READY.values())  # nobody is asked about offers here yet
    assert "0 templates were taken over." in marketer.post("/templates/ready/", follow=True).content.decode()


def test_who_may_not_see_members_sees_examples_alone(shop):
    ann = a_member(first_name="Ana")
    role = create_role(name="Writer", rights=[Right.CHANGE_MESSAGES], at=OPENED, by=SYSTEM)
    writer = sign_in(role.code)
    typed = a_text(0, channel="sms", body="{{ first_name }}") | {"at": "0", "whose": str(ann)}
    said = writer.post("/templates/preview/", typed).content.decode()
    assert "Ann" in said
    assert "Ana" not in said
    assert 'name="whose"' not in read(writer, "/templates/new/")
