"""Messages go with their member: told, merged, parted and erased."""

from datetime import timedelta

import pytest

from regulars.care.erase import erase_due
from regulars.care.erasures import ask_erasure
from regulars.care.export_member import export_member
from regulars.care.merge import merge_members
from regulars.care.unmerge import undo_merge
from regulars.consents.models import Asker
from regulars.core.actor import SYSTEM
from regulars.core.audience import Standing
from regulars.jobs.proof import verify_everything
from regulars.messages.carriers import Sink
from regulars.messages.deliver import _claim, _send, free_stuck
from regulars.messages.deliveries import cancel_delivery, deliveries_of
from regulars.messages.many import send_many, work_batch
from regulars.messages.models import Batch, Delivery
from regulars.messages.refusals import UnknownDelivery
from tests.messages.desk import a_marketing_template, a_template, say, send, send_all, sinks
from tests.shop import NOON, OPENED, a_member, a_shop

pytestmark = pytest.mark.django_db
MAIL = "zanzibar@example.com"


@pytest.fixture
def shop():
    a_shop()
    sinks()
    a_template()


def erase(member: int) -> list[str]:
    erasure = ask_erasure(member_id=member, asker=Asker.MEMBER, at=OPENED, by=SYSTEM)
    return list(erase_due(at=erasure.due_at))


def test_a_member_is_told_what_was_written_to_them(shop):
    ann = a_member(email=MAIL)
    send(ann)
    send_all()
    told = export_member(member_id=ann, at=NOON, by=SYSTEM).sections["messages"]
    assert [(each["to"], each["subject"], each["text"], each["state"]) for each in told] == [
        (MAIL, "Hello Ann", "You have 0 points.", "sent")
    ]


def test_nothing_of_it_is_left_when_somebody_is_erased_but_that_it_was_sent(shop):
    ann = a_member(email=MAIL, first_name="Zanzibar")
    send(ann)
    send_all()
    waiting = send(ann, key="later").delivery_id

    assert erase(ann) == ["done"]

    assert "anzibar" not in repr(list(Delivery.objects.values()))
    assert [(row.state, row.reason) for row in Delivery.objects.order_by("id")] == [("sent", ""), ("held_back", "gone")]
    send_all()
    with pytest.raises(UnknownDelivery):
        cancel_delivery(waiting, at=NOON, by=SYSTEM)
    assert [result.name for result in verify_everything() if result.breaches] == []


def test_one_on_its_way_while_somebody_is_erased_leaves_nothing_behind(shop):
    ann = a_member(email=MAIL, first_name="Zanzibar")
    send(ann)
    over, _, [claimed] = _claim("email", at=NOON, limit=1)
    assert erase(ann) == ["done"]
    _send(claimed, Sink(), over, claimed_at=NOON, now=lambda: NOON)
    assert "anzibar" not in repr(list(Delivery.objects.values()))
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize("kind", ["service", "purpose"])
def test_one_that_comes_back_after_somebody_was_erased_goes_to_nobody(shop, kind):
    ann = a_member(email=MAIL, first_name="Zanzibar")
    if kind == "purpose":
        a_marketing_template()
        say(ann)
    send(ann, "news" if kind == "purpose" else "hello")
    _claim("email", at=NOON, limit=1)
    assert erase(ann) == ["done"]
    later = NOON + timedelta(minutes=5)
    assert free_stuck(at=later) == 1

    [row] = send_all(at=later)

    assert (row.state, row.reason, row.sent_at) == ("held_back", "gone", None)
    assert [result.name for result in verify_everything() if result.breaches] == []


def test_a_run_for_a_list_that_named_somebody_forgets_whom_it_was_for(shop):
    ann = a_member(email=MAIL)
    batch = send_many(
        template="hello",
        channel="email",
        origin=f"Members found by {MAIL}",
        about=1,
        condition=Standing(any=("member",)),
        at=NOON,
        by=SYSTEM,
        key="k",
    )
    assert erase(ann) == ["done"]
    row = Batch.objects.get(pk=batch)
    assert (row.origin, row.asked) == ("", {})
    list(work_batch(batch, at=NOON, by=SYSTEM))
    assert not Delivery.objects.exists()


def test_a_merge_brings_them_to_the_keeper_and_its_undo_back(shop):
    ann, double = a_member(email=MAIL), a_member(email="z2@example.com")
    sent, waiting = send(double).delivery_id, send(double, key="later").delivery_id
    merged = merge_members(source=double, keeper=ann, at=NOON, by=SYSTEM)
    assert {row.id for row in deliveries_of(ann)} == {sent, waiting}

    undo_merge(merge_id=merged.merge_id, at=NOON, by=SYSTEM)
    assert {row.id for row in deliveries_of(double)} == {sent, waiting}


def test_who_was_merged_is_written_to_as_who_they_are_now(shop):
    ann, double = a_member(email=MAIL), a_member()
    merge_members(source=double, keeper=ann, at=NOON, by=SYSTEM)
    put = send(double)
    assert (put.member_id, put.state) == (ann, "waiting")
    assert [row.address for row in send_all()] == [MAIL]
