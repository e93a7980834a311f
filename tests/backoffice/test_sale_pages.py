"""The sale page: refunds are previewed, count once and are refused with a word; anonymous sales find their member."""

import html
import re
from datetime import timedelta

import msgspec
import pytest

from regulars.backoffice.pages import sales
from regulars.core.actor import SYSTEM
from regulars.core.program.caps import Cap
from regulars.core.program.items import Items
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import BonusRule, ItemRule, RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.units import POINTS
from regulars.core.sale import SaleLine
from regulars.members.models import Status
from regulars.members.status import change_status
from regulars.points.adjust import adjust_points
from regulars.sales.models import Refund, Sale
from regulars.staff.models import Person, Role
from regulars.stores.models import Store
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.shop import a_member, a_program, a_sale, a_store, points_of, publish, sell

pytestmark = pytest.mark.django_db

LINES = (SaleLine("1", 2000, 900, "COFFEE", "Roast"), SaleLine("2", 1000, 600, "BREAD", "Hearth"))
KEY = "office-" + "0" * 32
SOON = NOW + timedelta(hours=1)


def sold(member: int | None, *, points: int = 0) -> int:
    return sell(a_sale(1500, member=member, lines=LINES, points=points, at=YESTERDAY), at=YESTERDAY).id


def refund(**typed: object) -> dict[str, object]:
    return {"how": "all", "key": KEY, "at": NOW.isoformat(), **typed}


def test_a_refund_shows_its_effect_and_writes_nothing(manager):
    member = a_member(at=YESTERDAY)
    sale = sold(member)
    page = manager.get(f"/sales/{sale}/refund/", refund(how="lines", lines=["1"])).content.decode()
    assert "9.00 USD" in page
    assert "9 points</b> go back" in page
    assert "Balance after: 6 points" in page
    assert not Refund.objects.exists()


def test_a_refund_by_line_does_what_it_showed(manager):
    member = a_member(at=YESTERDAY)
    sale = sold(member)
    answer = manager.post(f"/sales/{sale}/refund/", refund(how="lines", lines=["1"]), follow=True)
    assert "Give back 9.00 USD" in answer.content.decode()
    assert "9.00 USD came back" in answer.content.decode()
    assert points_of(member, at=SOON) == 6


def test_a_refund_by_amount_gives_points_that_paid_back_first(manager):
    member = a_member(points=500, at=YESTERDAY - timedelta(days=1))
    sale = sold(member, points=300)
    page = manager.get(f"/sales/{sale}/refund/", refund()).content.decode()
    assert "12.00 USD" in page
    assert "300 points</b> return to the member" in page
    manager.post(f"/sales/{sale}/refund/", refund())
    assert points_of(member, at=SOON) == 500


def test_the_same_refund_sent_twice_counts_once(manager):
    sale = sold(a_member(at=YESTERDAY))
    form = refund(how="amount", amount="5.00")
    manager.post(f"/sales/{sale}/refund/", form)
    manager.post(f"/sales/{sale}/refund/", form)
    assert Sale.objects.get(pk=sale).refunded_minor == 500


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (refund(how="amount", amount="15.01"), "more than is left"),
        (refund(how="amount", amount="0"), "above 0"),
        (refund(how="amount", amount="1.001"), "no smaller coins"),
        (refund(how="amount", amount="-1"), "greater than or equal"),
        (refund(how="lines"), "at least one line"),
        (refund(how="lines", lines=["9"]), "not one of the available choices"),
        (refund(how="everything"), "not one of the available choices"),
        (refund(key="mine"), "valid value"),
    ],
)
def test_a_refused_refund_says_why_and_moves_nothing(manager, form, said):
    member = a_member(at=YESTERDAY)
    sale = sold(member)
    answer = manager.post(f"/sales/{sale}/refund/", form)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Refund.objects.exists()
    assert points_of(member, at=SOON) == 15


def test_a_program_that_refuses_says_so(manager):
    publish(a_program(points=msgspec.structs.replace(POINTS, shortfall="refuse")), at=YESTERDAY - timedelta(days=1))
    member = a_member(at=YESTERDAY)
    sale = sold(member)
    adjust_points(member_id=member, amount=-10, reason="x", key="k", at=NOW, by=SYSTEM)
    page = manager.get(f"/sales/{sale}/refund/", refund()).content.decode()
    assert "10 points of this sale were spent already" in page


def test_an_anonymous_sale_shows_whose_it_will_be_and_then_earns(cashier):
    member = a_member(cards=("9555",), first_name="Ida", last_name="Holm", at=YESTERDAY)
    sale = sold(None)
    asked = cashier.post(f"/sales/{sale}/member/", {"member": "9555"}).content.decode()
    assert "Attach to Ida Holm" in asked
    assert Sale.objects.get(pk=sale).member_id is None
    done = cashier.post(f"/sales/{sale}/member/", {"member": "9555", "sure": "1"}, follow=True).content.decode()
    assert "+15 points" in done
    assert points_of(member, at=SOON) == 15


def test_a_sale_is_not_attached_to_nobody_or_to_a_blocked_member(cashier):
    sale, blocked = sold(None), a_member(cards=("9666",), at=YESTERDAY)
    change_status(member_id=blocked, status=Status.BLOCKED, reason="Fraud", at=NOW, by=SYSTEM)
    assert "Nobody is known" in cashier.post(f"/sales/{sale}/member/", {"member": "404"}).content.decode()
    said = cashier.post(f"/sales/{sale}/member/", {"member": "9666", "sure": "1"}).content.decode()
    assert "This member is blocked" in said
    assert Sale.objects.get(pk=sale).member_id is None


@pytest.mark.parametrize("days", ["", "&from=2020-01-01"])
def test_a_filter_looks_at_so_many_sales_at_a_time(manager, monkeypatch, days):
    monkeypatch.setattr(sales, "LOOK_BACK", 3)
    old = sell(a_sale(at=YESTERDAY - timedelta(days=9)), at=NOW).id
    for n in range(5):
        sell(a_sale(member=a_member(at=YESTERDAY), at=YESTERDAY + timedelta(minutes=n)), at=NOW)
    page = manager.get(f"/sales/?who=anonymous{days}").content.decode()
    assert f"/sales/{old}/" not in page
    assert "Looked back to" in page
    further = re.search(r'<a href="([^"]+)">Look further back', page)
    assert f"/sales/{old}/" in manager.get("/sales/" + html.unescape(further[1])).content.decode()


CAPPED = RateRule(code="base", name="Base", points=1, per_minor=100, caps=(Cap(limit=10),))
COFFEE = ItemRule(code="coffee", name="Coffee day", points=5, items=Items(categories=("COFFEE",)))
WELCOME = BonusRule(code="visit", name="Thanks for coming", points=3)
CARD = StampCard(code="beans", name="Bean card", size=3, final="bag", earn=ByItem(items=Items(categories=("COFFEE",))))
BAG = Reward(code="bag", name="A bag of beans")


def test_a_sale_tells_what_each_rule_gave_and_every_cap_that_bit(manager):
    publish(a_program(CAPPED, COFFEE, WELCOME), at=YESTERDAY - timedelta(days=1))
    page = manager.get(f"/sales/{sold(a_member(at=YESTERDAY))}/").content.decode()
    base = page[page.index("<b>Base</b>") : page.index("<b>Coffee day</b>")]
    assert "at most 10 points a sale" in base
    assert "15 points" in base
    assert "<b>10 points</b>" in base
    coffee = page[page.index("<b>Coffee day</b>") : page.index("<b>Thanks for coming</b>")]
    assert "line 1" in coffee
    assert "<b>10 points</b>" in coffee
    assert "For the sale as a whole" in page


def test_a_sale_tells_which_lines_made_its_stamps_and_what_they_brought(manager):
    publish(a_program(stamp_cards=(CARD,), rewards=(BAG,)), at=YESTERDAY - timedelta(days=1))
    page = manager.get(f"/sales/{sold(a_member(at=YESTERDAY))}/").content.decode()
    card = page[page.index("<b>Bean card</b>") :]
    assert "line 1" in card
    assert "<b>2 stamps</b>" in card
    assert "Bean card: 2 of 3 stamps then." in page


def test_a_refund_shows_which_level_and_reward_go_with_it(manager):
    publish(a_program(stamp_cards=(CARD,), rewards=(BAG,)), at=YESTERDAY - timedelta(days=1))
    member = a_member(at=YESTERDAY)
    sold(member)
    sale = sold(member)
    page = manager.get(f"/sales/{sale}/refund/", refund()).content.decode()
    assert "<b>A bag of beans</b> is withdrawn" in page


def test_a_refund_of_today_is_undone_with_a_reason(manager):
    member = a_member(at=YESTERDAY)
    sale = sold(member)
    manager.post(f"/sales/{sale}/refund/", refund(at=NOW.isoformat()))
    undo = f"/sales/{sale}/refunds/{Refund.objects.get().pk}/undo/"
    shown = manager.get(undo).content.decode()
    assert "15.00 USD" in shown
    assert "15 points" in shown
    assert "required" in manager.post(undo, {"reason": ""}).content.decode()
    assert points_of(member, at=SOON) == 0
    done = manager.post(undo, {"reason": "Wrong receipt"}, follow=True).content.decode()
    assert "Take back 15.00 USD" in done
    assert points_of(member, at=SOON) == 15
    assert Sale.objects.get(pk=sale).refunded_minor == 0
    assert "undone already" in manager.get(undo).content.decode()


def test_only_who_may_undoes_a_refund(manager, cashier):
    sale = sold(a_member(at=YESTERDAY))
    manager.post(f"/sales/{sale}/refund/", refund())
    undo = f"/sales/{sale}/refunds/{Refund.objects.get().pk}/undo/"
    assert cashier.post(undo, {"reason": "x"}).status_code == 403
    assert Sale.objects.get(pk=sale).refunded_minor == 1500


def test_sales_are_taken_home_of_the_stores_in_reach_only(manager, cashier):
    a_store("331")
    sell(a_sale(1_000, receipt="HERE", at=YESTERDAY), at=YESTERDAY)
    sell(a_sale(1_000, receipt="THERE", store="331", at=YESTERDAY), at=YESTERDAY)
    assert cashier.post("/sales/export/", {"form": "csv"}).status_code == 403

    def rows() -> str:
        answer = manager.post("/sales/export/", {"form": "csv", "store": "", "who": "", "from": "", "to": ""})
        return b"".join(manager.get(f"{answer.url}file/")).decode()  # type: ignore[attr-defined]

    assert {"HERE", "THERE"} <= set(rows().replace(",", " ").split())
    person = Person.objects.get(role=Role.MANAGER)
    person.all_stores = False
    person.save()
    person.stores.set(Store.objects.filter(code="331"))
    taken = rows()
    assert "THERE" in taken and "\nHERE" not in taken
