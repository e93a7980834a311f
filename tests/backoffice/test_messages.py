"""Write to one member and to many, and look up what became of it."""

import re
import uuid
from datetime import timedelta

import msgspec
import pytest
from django.urls import reverse

from regulars.audiences.segments import save_segment
from regulars.core.actor import SYSTEM
from regulars.core.audience import Standing
from regulars.messages.channels import disconnect_channel
from regulars.messages.many import read_batch, work_batch
from regulars.messages.models import Batch, Delivery
from regulars.messages.templates import find_template, publish_version
from regulars.messages.terms import Terms, change_terms
from regulars.staff.models import ApprovalRule, Role
from tests.backoffice.conftest import NOW, sign_in
from tests.backoffice.test_leave import hidden
from tests.messages.desk import SERVICE, a_marketing_template, a_template, say, send, send_all, sinks
from tests.shop import NOON, OPENED, a_member

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
MAIL, PHONE = "ann@example.com", "+12025550142"


@pytest.fixture
def ann(shop) -> int:
    sinks()
    a_template()
    a_marketing_template()
    change_terms(Terms(quiet_from=None, quiet_until=None), at=OPENED, by=SYSTEM)
    return a_member(email=MAIL, phone=PHONE, points=12)


@pytest.fixture
def marketer(shop):
    return sign_in(Role.MARKETER)


def typed(template: str = "hello", channel: str = "email", **more: str) -> dict[str, str]:
    return {"template": template, "channel": channel, "key": str(uuid.uuid4()), "send": "1"} | more


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def test_the_page_shows_where_it_would_go_and_what_it_would_say(ann, manager):
    page = read(manager, f"/members/{ann}/write/?template=hello")
    for said in (MAIL, PHONE, "Hello Ann", "You have 12 points.", "In English."):
        assert said in page
    assert not Delivery.objects.exists()


def test_a_message_is_sent_once_however_often_the_form_comes(ann, manager):
    form = typed("hello", "sms", **{"given-comment": "your umbrella is here"})
    for _ in range(2):
        answer = manager.post(f"/members/{ann}/write/", form)
        assert answer.headers["Location"] == f"/members/{ann}/?show=messages#history"
    [sent] = send_all(at=LATER)
    assert (sent.body, sent.address, sent.state) == ("Ann: your umbrella is here", PHONE, "sent")
    assert sent.created_by.startswith("staff")


def test_what_may_not_go_says_why_and_is_not_sent(ann, manager):
    page = read(manager, f"/members/{ann}/write/?template=news")
    assert "Never said yes to it" in page
    refused = manager.post(f"/members/{ann}/write/", typed("news")).content.decode()
    assert "This cannot go: Never said yes to it." in refused
    assert not Delivery.objects.exists()
    say(ann)
    assert "Never said yes to it" not in read(manager, f"/members/{ann}/write/?template=news")


def test_the_preview_follows_the_form(ann, manager):
    path = f"/members/{ann}/write/preview/"
    said = manager.post(path, typed("hello", "sms", **{"given-comment": "see you"}), headers={"HX-Target": "said"})
    assert "Ann: see you" in said.content.decode()
    assert "12 signs, 1 SMS; 148 are left in the last" in said.content.decode()
    whole = manager.post(path, typed("hello", "email"), headers={"HX-Target": "writing"}).content.decode()
    assert 'name="channel"' in whole


@pytest.mark.parametrize(("path", "more"), [("/members/{ann}/write/", {}), ("/messages/many/", {"who": "all"})])
def test_another_template_without_the_channel_is_looked_at_and_not_sent(ann, manager, path, more):
    a_template("letter", texts=(SERVICE,))
    path, wrong = path.format(ann=ann), "Select a valid choice"
    form = typed("letter", "sms", **more)
    looked = {name: value for name, value in form.items() if name != "send"}
    for there in (path, f"{path}preview/"):
        page = manager.post(there, looked).content.decode()
        assert wrong not in page, there
        assert re.search(r'value="email" checked', page), there
    assert wrong in manager.post(path, form).content.decode()
    assert not Delivery.objects.exists()
    assert not Batch.objects.exists()


def test_a_member_s_history_tells_their_messages_to_who_may_read_them(ann, manager, cashier):
    send(ann)
    send(ann, "news")
    send_all(at=NOW)
    history = read(manager, f"/members/{ann}/?show=messages")
    assert "Hello Ann" in history
    assert "Never said yes to it" in history
    assert f"/messages/{Delivery.objects.first().pk}/" in read(manager, f"/members/{ann}/")
    for path in (f"/members/{ann}/", f"/members/{ann}/?show=messages"):
        assert "Hello Ann" not in read(cashier, path)


def test_a_message_s_page_says_what_allowed_it(ann, manager):
    say(ann)
    put = send(ann, "news")
    send_all(at=NOW)
    page = read(manager, f"/messages/{put.delivery_id}/")
    for said in ("Hello Ann", "The member said yes to it.", "News, version 1", MAIL, "kept in the sink"):
        assert said in page, said


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Hello", "News"]),
        ("state=sent", ["Hello"]),
        ("state=held_back", ["News"]),
        ("template=news", ["News"]),
        ("channel=email", ["Hello", "News"]),
        ("channel=sms", []),
        ("trigger=staff", ["Hello", "News"]),
        ("trigger=bulk", []),
        ("day=2026-03-10", ["Hello", "News"]),
        ("day=2026-03-09", []),
        ("day=nonsense&state=nonsense", ["Hello", "News"]),
        (f"member={MAIL}", ["Hello", "News"]),
        ("member=nobody", []),
    ],
)
def test_the_list_shows_what_is_asked_for(ann, manager, query, found):
    send(ann)
    send(ann, "news")
    send_all()
    rows = re.findall(r'<a class="strong" href="/messages/\d+/">(\w+)</a>', read(manager, f"/messages/?{query}"))
    assert sorted(rows) == found


def test_a_long_list_is_read_page_by_page(ann, manager):
    for number in range(60):
        send(ann, key=f"k{number}")
    first = read(manager, "/messages/")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    rest = read(manager, f"/messages/{older[1]}".replace("&amp;", "&"))
    assert first.count('<a class="strong" href="/messages/') == 50
    assert rest.count('<a class="strong" href="/messages/') == 10


def test_a_failed_message_is_on_home_s_list_and_tried_again(ann, manager, cashier):
    put = send(ann)
    Delivery.objects.update(state="failed", error="SMTPRecipientsRefused", tries=6, next_at=None, created_at=NOW)
    assert "1 message has failed" in read(manager, "/")
    assert "message has failed" not in read(cashier, "/")
    path = f"/messages/{put.delivery_id}/"
    assert "The mail server does not take this address." in read(manager, path)
    assert manager.post(f"{path}retry/").status_code == 302
    assert Delivery.objects.get().state == "waiting"
    assert "message has failed" not in read(manager, "/")


def test_a_message_that_waits_is_cancelled_and_one_that_has_gone_is_not(ann, manager):
    path = f"/messages/{send(ann).delivery_id}/"
    assert "Cancel it" in read(manager, path)
    manager.post(f"{path}cancel/")
    assert Delivery.objects.get().state == "cancelled"
    said = manager.post(f"{path}retry/", follow=True).content.decode()
    assert "This message has moved on meanwhile." in said


def to_all(**more: str) -> dict[str, str]:
    return typed("news", who="all", query="status=member") | more


def test_who_would_get_it_and_who_not_is_counted_before_it_is_sent(ann, marketer):
    say(ann)
    a_member(email="ben@example.com", first_name="Ben")
    a_member(first_name="Chloe")
    page = read(marketer, "/messages/many/?who=all&query=status%3Dmember&template=news")
    assert "<b>1</b> of 3 gets it." in page
    assert re.search(r"<dt>Never said yes to it</dt><dd>2</dd>", page)
    assert "Hello Ann" in page
    assert not Batch.objects.exists()


def test_many_are_written_to_once_and_the_run_tells_what_became_of_it(ann, marketer):
    say(ann)
    a_member(email="ben@example.com", first_name="Ben")
    form = to_all()
    links = {marketer.post("/messages/many/", form).headers["Location"] for _ in range(2)}
    run = Batch.objects.get()
    assert links == {f"/messages/runs/{run.pk}/"}
    assert 'hx-trigger="every 4s"' in read(marketer, f"/messages/runs/{run.pk}/")
    list(work_batch(run.pk, at=NOW, by=SYSTEM))
    send_all(at=LATER)
    page = read(marketer, f"/messages/runs/{run.pk}/")
    assert re.search(r"<dt>Sent</dt><dd[^>]*>1</dd>", page)
    assert re.search(r"<dt>Never said yes to it</dt><dd>1</dd>", page)
    assert "Ben" not in read(marketer, f"/messages/runs/{run.pk}/?state=sent")
    assert '<td class="num">1</td><td class="num">1</td>' in read(marketer, "/messages/runs/")


def test_only_who_was_ticked_is_written_to(ann, marketer):
    other = a_member(email="ben@example.com", first_name="Ben")
    form = typed("hello", who="ticked", query="") | {"member": str(other)}
    marketer.post("/messages/many/", form)
    run = Batch.objects.get()
    list(work_batch(run.pk, at=NOW, by=SYSTEM))
    assert [row.member_id for row in Delivery.objects.all()] == [other]
    assert run.origin == "1 member of the list"


def test_nobody_ticked_leads_back_to_the_list(ann, marketer):
    answer = marketer.get("/messages/many/?who=ticked&query=status%3Dmember")
    assert answer.headers["Location"] == "/members/?status=member"


def test_a_channel_that_is_not_connected_is_told_and_nothing_is_asked(ann, marketer):
    disconnect_channel("sms", at=NOW, by=SYSTEM)
    refused = marketer.post("/messages/many/", to_all(template="hello", channel="sms")).content.decode()
    assert "SMS is not connected, so nobody would get it." in refused
    assert not Batch.objects.exists()


def test_a_run_is_stopped_gone_on_with_and_given_up(ann, marketer):
    marketer.post("/messages/many/", to_all(template="hello"))
    run = Batch.objects.get().pk
    list(work_batch(run, at=NOW, by=SYSTEM))
    for do, state, delivery in (("stop", "stopped", "stopped"), ("resume", "done", "waiting")):
        marketer.post(f"/messages/runs/{run}/turn/", {"do": do})
        list(work_batch(run, at=NOW, by=SYSTEM))
        assert (read_batch(run).state, Delivery.objects.get().state) == (state, delivery)
    marketer.post(f"/messages/runs/{run}/turn/", {"do": "cancel"})
    list(work_batch(run, at=NOW, by=SYSTEM))
    assert Delivery.objects.get().state == "cancelled"
    assert "What had left has left" in read(marketer, f"/messages/runs/{run}/")
    said = marketer.post(f"/messages/runs/{run}/turn/", {"do": "stop"}, follow=True).content.decode()
    assert "This has moved on meanwhile." in said


def test_the_results_are_taken_home_as_a_file(ann, marketer):
    marketer.post("/messages/many/", to_all(template="hello"))
    run = Batch.objects.get().pk
    list(work_batch(run, at=NOW, by=SYSTEM))
    answer = marketer.post(f"/messages/runs/{run}/export/")
    export = answer.headers["Location"]
    file = b"".join(marketer.get(f"{export}file/").streaming_content).decode()
    assert file.splitlines()[0].lstrip("\ufeff") == "Member,Name,Address,Language,State,Reason,Sent at"
    assert f"{ann},Ann" in file
    assert MAIL in file


def test_writing_to_many_needs_leave_where_the_shop_says_so(ann, marketer, owner):
    ApprovalRule.objects.create(action="send_many", role="", from_amount=1, need="second")
    form = to_all(template="hello")
    question = marketer.post("/messages/many/", form).content.decode()
    for said in ("second person", "hello, version 1", "Members it is for"):
        assert said in question, said
    assert not Batch.objects.exists()

    asked = marketer.post("/messages/many/", form | {"leave-ask": "1"}).headers["Location"]
    page = read(owner, asked)
    assert "Write to many members" in page
    assert re.search(r"\b1 member\b", page)
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    owner.post(asked, {"do": "approve", "seen": seen[1]})
    fields = hidden(read(marketer, asked), action="/messages/many/")
    done = marketer.post("/messages/many/", fields)
    assert done.headers["Location"] == f"/messages/runs/{Batch.objects.get().pk}/"


def test_leave_to_write_to_many_is_for_the_text_that_was_seen(ann, marketer, owner):
    ApprovalRule.objects.create(action="send_many", role="", from_amount=1, need="second")
    asked = marketer.post("/messages/many/", to_all(template="hello") | {"leave-ask": "1"}).headers["Location"]
    seen = re.search(r'name="seen" value="([^"]+)"', read(owner, asked))
    assert seen is not None
    owner.post(asked, {"do": "approve", "seen": seen[1]})
    fields = hidden(read(marketer, asked), action="/messages/many/")

    publish_version(
        find_template("hello").id, texts=[msgspec.structs.replace(SERVICE, body="Lies.")], at=NOW, by=SYSTEM
    )

    question = marketer.post("/messages/many/", fields).content.decode()
    assert "second person" in question
    assert "hello, version 2" in question
    assert not Batch.objects.exists()


def test_a_segment_leads_to_its_members(ann, owner):
    number = save_segment(
        name="Our & best", about="", condition=Standing(any=("member",)), at=NOW, by=SYSTEM, segment_id=None
    )
    page = read(owner, reverse("segment", args=[number]))
    link = re.search(r'href="(/messages/many/[^"]+)"', page)
    assert link is not None
    asked = read(owner, link[1].replace("&amp;", "&"))
    assert "<b>1</b>" in asked
    assert "Our &amp; best" in asked


def test_a_day_is_read_page_by_page(ann, manager):
    for number in range(60):
        send(ann, key=f"k{number}", at=NOON - timedelta(seconds=number % 7))
    first = read(manager, f"/messages/?day={NOON:%Y-%m-%d}")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    rest = read(manager, f"/messages/{older[1]}".replace("&amp;", "&"))
    seen = re.findall(r'<a class="strong" href="/messages/(\d+)/', first + rest)
    assert len(seen) == len(set(seen)) == 60
