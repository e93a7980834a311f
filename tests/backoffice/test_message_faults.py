"""What did not go says why, in words, wherever it is listed."""

import uuid

import pytest

from regulars.backoffice.messages_words import FAULTS, REASONS, say_why
from regulars.core.actor import SYSTEM
from regulars.messages.many import work_batch
from regulars.messages.models import Batch, Delivery
from regulars.staff.models import Role
from tests.backoffice.conftest import NOW, sign_in
from tests.messages.desk import a_template, send, sinks
from tests.shop import a_member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("reason", ["", "tries", "refused"])
@pytest.mark.parametrize("error", [*FAULTS, "SomethingNobodyKnows"])
def test_what_failed_says_its_fault(reason, error):
    said = say_why(reason, error)
    assert said == str(FAULTS.get(error, "It could not be handed over (SomethingNobodyKnows)."))


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("error", ["", "SMTPDataError"])
def test_what_was_held_back_or_came_too_late_says_that(reason, error):
    assert say_why(reason, error) == str(REASONS[reason])


def test_a_code_that_was_over_says_so_on_its_page(shop):
    sinks()
    a_template()
    sent = send(a_member(email="ann@example.com")).delivery_id
    Delivery.objects.filter(pk=sent).update(state="failed", reason="too_late")
    page = sign_in(Role.MARKETER).get(f"/messages/{sent}/").content.decode()
    assert "It could not be sent. The code was over before it could be sent." in page


@pytest.mark.parametrize("reason", ["refused", "tries"])
def test_lists_runs_and_files_say_the_fault(shop, reason):
    sinks()
    a_template()
    ann, marketer = a_member(email="ann@example.com"), sign_in(Role.MARKETER)
    asked = {"template": "hello", "channel": "email", "who": "all", "query": "status=member", "send": "1"}
    marketer.post("/messages/many/", asked | {"key": str(uuid.uuid4())})
    run = Batch.objects.get().pk
    list(work_batch(run, at=NOW, by=SYSTEM))
    Delivery.objects.filter(member=ann).update(state="failed", reason=reason, error="SMTPRecipientsRefused")

    for path in (f"/messages/runs/{run}/", "/messages/?state=failed"):
        assert "The mail server does not take this address." in marketer.get(path).content.decode()
    export = marketer.post(f"/messages/runs/{run}/export/").headers["Location"]
    file = b"".join(marketer.get(f"{export}file/").streaming_content).decode()
    assert "failed,SMTPRecipientsRefused" in file
