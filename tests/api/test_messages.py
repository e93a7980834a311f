"""A machine sends members prepared messages, and reads what became of them."""

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.audit.models import Answer
from regulars.core.actor import SYSTEM
from regulars.messages.models import Delivery
from regulars.messages.refusals import UnknownTemplate
from regulars.messages.templates import WrittenText, create_template, find_template
from tests.api.machine import a_receipt
from tests.letters import post_letters
from tests.shop import OPENED


@pytest.fixture
def ann(till):
    try:
        find_template("hello")
    except UnknownTemplate:
        texts = [
            WrittenText(channel="email", language="en", subject="Hi {{ first_name }}", body="{{ comment | News }}")
        ]
        create_template(code="hello", name="Hello", kind="service", texts=texts, at=OPENED, by=SYSTEM)
    return till.enrol(email=f"{a_receipt().lower()}@example.com")


def test_a_message_is_sent_once_and_told_without_its_words(till, ann):
    body = {"template": "hello", "channel": "email", "comment": "Come by!"}
    first = till.post(f"/members/{ann['id']}/messages", body, key=a_receipt())
    assert first.status_code == 201, first.text
    said = first.json()
    assert (said["state"], said["reason"], said["why"], said["language"]) == ("waiting", "", "service", "en")
    asked = ProcrastinateJob.objects.filter(task_name="send_messages", args__schema=connection.schema_name)
    assert [job.args["channel"] for job in asked] == ["email"]  # it is not left to the clock
    post_letters()

    [told] = till.get(f"/members/{ann['id']}/messages").json()["messages"]
    assert (told["id"], told["state"], told["template"]) == (said["id"], "sent", "hello")
    assert "Come by" not in str(told)
    assert Delivery.objects.get(pk=said["id"]).body == "Come by!"


def test_the_same_request_again_writes_once(till, ann):
    key, body = a_receipt(), {"template": "hello", "channel": "email"}
    answers = [till.post(f"/members/{ann['id']}/messages", body, key=key).json() for _ in range(3)]
    assert len({answer["id"] for answer in answers}) == 1
    other = till.post(f"/members/{ann['id']}/messages", body | {"comment": "x"}, key=key)
    assert other.json()["code"] == "key_reused"
    assert len(till.get(f"/members/{ann['id']}/messages").json()["messages"]) == 1


def test_a_key_that_is_used_again_when_its_answer_is_forgotten_is_another_members_own(till, ann):
    key, body = a_receipt(), {"template": "hello", "channel": "email"}
    first = till.post(f"/members/{ann['id']}/messages", body, key=key).json()
    Answer.objects.filter(key=key).delete()
    bob = till.enrol(email=f"{a_receipt().lower()}@example.com")

    other = till.post(f"/members/{bob['id']}/messages", body, key=key).json()
    assert (other["id"] != first["id"], other["replayed"]) == (True, False)
    assert Delivery.objects.get(pk=other["id"]).member_id == int(bob["id"])

    Answer.objects.filter(key=key).delete()
    again = till.post(f"/members/{ann['id']}/messages", body, key=key).json()
    assert (again["id"], again["replayed"]) == (first["id"], True)


def test_pages_follow_each_other(till, ann):
    for _ in range(3):
        till.post(f"/members/{ann['id']}/messages", {"template": "hello", "channel": "email"})
    first = till.get(f"/members/{ann['id']}/messages?limit=2").json()
    rest = till.get(f"/members/{ann['id']}/messages?limit=2&cursor={first['next']}").json()
    ids = [each["id"] for each in first["messages"] + rest["messages"]]
    assert (len(set(ids)), rest["next"]) == (3, None)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"template": "nobody", "channel": "email"}, 404, "template_not_found"),
        ({"template": "hello", "channel": "sms"}, 422, "no_text"),
        ({"template": "hello", "channel": "fax"}, 400, "invalid_request"),
        ({"template": "hello", "channel": "email", "comment": "x" * 501}, 400, "invalid_request"),
        ({"template": "hello", "channel": "email", "code": "123456"}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_sent_is_refused(till, ann, body, status, code):
    answer = till.post(f"/members/{ann['id']}/messages", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert till.get(f"/members/{ann['id']}/messages").json()["messages"] == []


def test_who_is_not_there_is_not_written_to(till, ann):
    body = {"template": "hello", "channel": "email"}
    assert till.post("/members/99999999/messages", body).json()["code"] == "member_not_found"
    assert till.get("/members/99999999/messages").json()["code"] == "member_not_found"
