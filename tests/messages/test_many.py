"""A message to many: put together in parts, stopped, gone on with, given up; nobody is written to twice."""

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.audience import AllOf, Standing
from regulars.jobs.proof import verify_everything
from regulars.messages import many
from regulars.messages.channels import disconnect_channel
from regulars.messages.deliver import send_due
from regulars.messages.many import (
    cancel_batch,
    list_batches,
    read_batch,
    resume_batch,
    send_many,
    stop_batch,
    work_batch,
)
from regulars.messages.models import Batch, Delivery
from regulars.messages.refusals import BatchOver, KeyTaken, NoChannel, NoText, UnknownBatch, UnknownTemplate
from regulars.messages.templates import WrittenText, find_template, publish_version
from regulars.messages.terms import Terms, change_terms
from tests.messages.desk import a_marketing_template, a_template, say, send_all, sinks
from tests.shop import NOON, OPENED, a_member, a_shop

pytestmark = pytest.mark.django_db
JOINED = Standing(any=("member",))


@pytest.fixture
def crowd(monkeypatch) -> list[int]:
    """Nine members with an address, of whom every third has not said yes."""
    monkeypatch.setattr(many, "AT_ONCE", 2)
    a_shop()
    sinks()
    a_template()
    a_marketing_template()
    change_terms(Terms(quiet_from=None, quiet_until=None, most=None), at=OPENED, by=SYSTEM)
    members = [a_member(email=f"m{number}@example.com") for number in range(9)]
    for place, member in enumerate(members):
        if place % 3:
            say(member)
    return members


def ask(template: str = "news", **more) -> int:
    usual = {"channel": "email", "origin": "All members", "about": 9, "key": "k", "condition": JOINED, "comment": "Hi!"}
    return send_many(template=template, at=NOON, by=SYSTEM, **(usual | more))


def work(batch: int, *, parts: int | None = None) -> int:
    done = 0
    for done, _ in enumerate(work_batch(batch, at=NOON, by=SYSTEM), 1):
        if done == parts:
            break
    return done


def test_everybody_is_written_to_once_and_who_said_no_is_noted(crowd):
    batch = ask()
    work(batch)
    work(batch)  # twice is as good as once

    found = read_batch(batch)
    assert (found.state, found.put, found.held, found.percent, found.is_collected) == ("done", 6, 3, 100, True)
    assert found.states == {"waiting": 6, "held_back": 3}
    send_all()
    assert read_batch(batch).states == {"sent": 6, "held_back": 3}
    assert Delivery.objects.values("member_id").distinct().count() == 9
    assert set(Delivery.objects.values_list("trigger", "created_by")) == {("bulk", "system")}
    assert [result.name for result in verify_everything() if result.breaches] == []
    assert [each.id for each in list_batches()] == [batch]


def test_those_who_were_ticked_and_nobody_else(crowd):
    batch = ask(condition=None, members=crowd[1:3], about=2)
    work(batch)
    assert sorted(Delivery.objects.values_list("member_id", flat=True)) == crowd[1:3]


def test_a_run_that_was_cut_off_goes_on_where_it_was(crowd):
    batch = ask("hello")
    work(batch, parts=2)
    assert (read_batch(batch).state, read_batch(batch).put, read_batch(batch).percent) == ("collecting", 4, 44)
    a_member(email="new@example.com")  # who joins meanwhile is newer than where it is

    work(batch)

    assert (read_batch(batch).put, Delivery.objects.values("member_id").distinct().count()) == (9, 9)


def test_the_same_part_by_two_workers_is_put_down_once(crowd):
    batch = ask("hello")
    found = many._find_next(batch, at=NOON)
    assert many._step(batch, found, at=NOON, by=SYSTEM) == 2
    assert many._step(batch, found, at=NOON, by=SYSTEM) == 0
    assert (read_batch(batch).put, Delivery.objects.count()) == (2, 2)


def test_while_it_is_stopped_nothing_goes_and_then_all_of_it(crowd):
    batch = ask("hello")
    work(batch, parts=2)
    stop_batch(batch, at=NOON, by=SYSTEM)
    assert send_due("email", now=lambda: NOON).sent == 0  # before the job has seen that it is stopped
    assert read_batch(batch).states == {"stopped": 4}
    work(batch)
    send_all()
    assert (read_batch(batch).state, read_batch(batch).states) == ("stopped", {"stopped": 4})

    resume_batch(batch, at=NOON, by=SYSTEM)
    work(batch)
    send_all()
    assert (read_batch(batch).state, read_batch(batch).states) == ("done", {"sent": 9})


def test_one_that_is_put_together_is_stopped_too(crowd):
    batch = ask("hello")
    work(batch)
    stop_batch(batch, at=NOON, by=SYSTEM)
    work(batch)
    assert read_batch(batch).states == {"stopped": 9}
    resume_batch(batch, at=NOON, by=SYSTEM)
    work(batch)
    assert (read_batch(batch).state, read_batch(batch).states) == ("done", {"waiting": 9})


def test_what_is_given_up_never_goes(crowd):
    batch = ask("hello")
    work(batch, parts=2)
    send_due("email", now=lambda: NOON, limit=1)
    cancel_batch(batch, at=NOON, by=SYSTEM)
    assert send_due("email", now=lambda: NOON, limit=1).sent == 0
    work(batch)
    send_all()
    assert (read_batch(batch).state, read_batch(batch).states) == ("cancelled", {"sent": 1, "cancelled": 3})
    for verb in (stop_batch, resume_batch, cancel_batch):
        with pytest.raises(BatchOver):
            verb(batch, at=NOON, by=SYSTEM)
    assert list(Event.objects.filter(about="message_batch").order_by("id").values_list("action", flat=True)) == [
        "message_batch.asked",
        "message_batch.cancelled",
    ]


def test_the_same_key_is_the_same_run(crowd):
    batch = ask()
    assert ask() == batch
    with pytest.raises(KeyTaken):
        ask("hello")
    with pytest.raises(KeyTaken):
        ask(condition=AllOf())
    assert Batch.objects.count() == 1


def test_a_run_says_what_the_template_said_when_it_was_asked_for(crowd):
    batch = ask("hello")
    other = WrittenText(channel="email", language="en", subject="Other", body="Other")
    publish_version(find_template("hello").id, texts=[other], at=NOON, by=SYSTEM)
    work(batch)
    assert set(Delivery.objects.values_list("subject", flat=True)) == {"Hello Ann"}
    assert ask("hello") == batch  # the same form again is the same run still


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"template": "nobody"}, UnknownTemplate),
        ({"template": "codes"}, UnknownTemplate),
        ({"channel": "whatsapp"}, NoText),
        ({"channel": "sms"}, NoChannel),
    ],
)
def test_what_cannot_be_sent_is_refused(crowd, asked, refusal):
    a_template("codes", kind="code", texts=(WrittenText(channel="sms", language="en", body="{{ code }}"),))
    disconnect_channel("sms", at=NOON, by=SYSTEM)
    with pytest.raises(refusal):
        ask(**asked)
    with pytest.raises(UnknownBatch):
        read_batch(2**40)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("size", [1, 8])
def test_a_part_takes_as_many_statements_for_many_as_for_one(crowd, size, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(many, "AT_ONCE", size)
    change_terms(Terms(quiet_from=None, quiet_until=None, most=3), at=OPENED, by=SYSTEM)
    batch = ask(condition=None, members=crowd[1:][:size])
    found = many._find_next(batch, at=NOON)
    assert len(found.members) == size
    many.prepare(Batch.objects.get().version_id, "email", at=NOON)  # the program is read once and kept
    with django_assert_max_num_queries(22) as asked:
        many._step(batch, found, at=NOON, by=SYSTEM)
    STATEMENTS.add(len(asked))
    assert len(STATEMENTS) == 1


STATEMENTS: set[int] = set()
"""How many the sizes took: one number."""
