"""What is foreseen for many is what becomes of them."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.audience import Standing
from regulars.messages.foresee import Foreseen, foresee_many
from regulars.messages.many import send_many, work_batch
from regulars.messages.models import Delivery
from regulars.messages.refusals import NoText, UnknownTemplate
from regulars.messages.templates import WrittenText
from tests.messages.desk import a_marketing_template, a_template, say, sinks
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db
NIGHT = datetime.fromisoformat("2026-03-10T23:00:00-04:00")
CODE = WrittenText(channel="email", language="en", subject="Code", body="{{ code }}")
MEMBERS = Standing(any=("member",))


@pytest.fixture
def five() -> list[int]:
    a_shop()
    sinks()
    a_marketing_template()
    members = [a_member(email=f"m{number}@example.com") for number in range(4)]
    members.append(a_member())
    for member in (members[0], members[1], members[4]):
        say(member)
    say(members[2], False)
    return members


def ahead(*, at: datetime = NOON, **more) -> Foreseen:
    return foresee_many(template="news", channel="email", at=at, **({"condition": MEMBERS} | more))


def test_who_would_get_it_is_who_gets_it(five):
    foreseen = ahead()
    assert (foreseen.looked, foreseen.is_all, foreseen.goes, foreseen.later) == (5, True, 2, 0)
    assert foreseen.held == {"withdrawn": 1, "no_consent": 1, "no_address": 1}
    assert foreseen.first == five[1]
    assert not Delivery.objects.exists()

    run = send_many(
        template="news", channel="email", origin="All", about=5, condition=MEMBERS, key="k", at=NOON, by=SYSTEM
    )
    list(work_batch(run, at=NOON, by=SYSTEM))
    rows = list(Delivery.objects.values_list("state", "reason"))
    assert Counter(reason for state, reason in rows if state == "held_back") == foreseen.held
    assert sum(state == "waiting" for state, _reason in rows) == foreseen.goes


def test_at_night_it_goes_later(five):
    assert (ahead(at=NIGHT).goes, ahead(at=NIGHT).later) == (2, 2)


def test_the_newest_stand_for_all_of_a_long_list(five):
    some = ahead(limit=2)
    assert (some.looked, some.is_all) == (2, False)
    ticked = ahead(condition=None, members=five[:2])
    assert (ticked.looked, ticked.is_all, ticked.goes) == (2, True, 2)


def test_what_cannot_be_sent_is_refused(five):
    a_template("pin", kind="code", texts=(CODE,))
    with pytest.raises(UnknownTemplate):
        foresee_many(template="pin", channel="email", condition=MEMBERS, at=NOON)
    with pytest.raises(NoText):
        foresee_many(template="news", channel="push", condition=MEMBERS, at=NOON)


@pytest.mark.parametrize("more", [1, 30])
def test_statements_do_not_grow_with_the_members(five, more, django_assert_max_num_queries):
    for number in range(more):
        say(a_member(email=f"more{number}@example.com"))
    with django_assert_max_num_queries(25):
        assert ahead(at=NOON + timedelta(minutes=1)).goes == 2 + more
