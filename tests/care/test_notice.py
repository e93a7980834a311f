"""Who is to be erased for having been away is told, and stays when they come back."""

from datetime import timedelta

import pytest

from regulars.brand.change import change_looks
from regulars.care.erase import erase_due
from regulars.care.erasures import ask_erasure
from regulars.care.notice import let_seen_stay
from regulars.care.retention import ask_for_unseen
from regulars.consents.models import Asker, Erasure
from regulars.consents.terms import Terms, change_terms
from regulars.core.actor import SYSTEM
from regulars.messages.models import Delivery
from regulars.messages.templates import find_template, retire_template
from tests.messages.desk import send_all, sinks
from tests.shop import OPENED, a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db
LATER = OPENED + timedelta(days=800)


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    sinks()
    change_terms(Terms(inactive_months=24, cool_off_days=30), at=OPENED, by=SYSTEM)


def test_they_are_told_once_over_what_reaches_them_and_by_when():
    by_mail = a_member(email="ann@example.com", phone="+12125550123", first_name="Ann")
    by_phone = a_member(phone="+12125550124", language="vi")
    unreachable = a_member()

    assert ask_for_unseen(at=LATER)[0] == 3
    assert ask_for_unseen(at=LATER)[0] == 0

    rows = {row.member_id: row for row in send_all(at=LATER)}
    assert {member: (row.channel, row.state, row.trigger) for member, row in rows.items()} == {
        by_mail: ("email", "sent", "system"),
        by_phone: ("sms", "sent", "system"),
    }
    assert "On 9 Apr 2028 we erase" in rows[by_mail].body  # in the shop's zone
    assert "sẽ xóa" in rows[by_phone].body
    assert Erasure.objects.filter(member=unreachable).exists()


def test_the_day_is_written_as_the_shop_writes_days():
    change_looks(accent="", date_style="day_first", store_word="store", at=OPENED, by=SYSTEM)
    a_member(email="ann@example.com")
    ask_for_unseen(at=LATER)
    assert "On 09/04/2028 we erase" in Delivery.objects.get().body


def test_a_shop_that_retired_the_notice_sends_none():
    a_member(email="ann@example.com")
    ask_for_unseen(at=LATER)
    retire_template(find_template("erasure_notice").id, at=LATER, by=SYSTEM)
    a_member(email="bob@example.com")
    assert ask_for_unseen(at=LATER)[0] == 1
    assert Delivery.objects.count() == 1


def test_who_comes_by_stays_and_who_asked_for_it_goes_all_the_same():
    seen, away, asked = (a_member(email=f"{name}@example.com") for name in ("seen", "away", "asked"))
    ask_erasure(member_id=asked, asker=Asker.MEMBER, at=LATER, by=SYSTEM)
    ask_for_unseen(at=LATER)
    back = LATER + timedelta(days=3)
    for member in (seen, asked):
        sell(a_sale(100, member=member, at=back), at=back)

    assert (let_seen_stay(at=back), let_seen_stay(at=back)) == (1, 0)
    list(erase_due(at=LATER + timedelta(days=30)))

    states = {row.member_id: row.state for row in Erasure.objects.all()}
    assert states == {seen: "withdrawn", away: "done", asked: "done"}
