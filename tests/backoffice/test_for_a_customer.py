"""What the team does for one customer: each page says what will happen, does that, and refuses in words."""

import re
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.core.actor import SYSTEM
from regulars.core.expiry import AfterDays
from regulars.core.program.conditions import Audience
from regulars.core.program.items import Items
from regulars.core.program.life import Pending
from regulars.core.program.rewards import PerMember, Price, Reward
from regulars.core.program.rules import RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.ledger.models import Entry, Lot
from regulars.ledger.statement import balance_of
from regulars.points.claim import claim_reward
from regulars.points.hold import reserve_units
from regulars.rewards.issued import list_issued
from regulars.rewards.models import IssuedReward
from regulars.tiers.models import Change
from regulars.tiers.standings import find_standings
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.shop import ONE_PER_DOLLAR, a_member, a_program, a_sale, points_of, publish, sell

pytestmark = pytest.mark.django_db

SOON = NOW + timedelta(hours=1)  # what a page does is done now, and the tests began a while ago
LAST_WEEK = NOW - timedelta(days=7)
COINS = Unit(code="coins", kind="cashback", precision=2, name=UnitWords(singular="coin", plural="coins"))
PERCENT = RateRule(code="cash", name="One per cent back", unit="coins", points=1, per_minor=100)
CARD = StampCard(
    code="coffee", name="Coffee card", size=5, final="cup", interim={3: "cookie"}, earn=ByItem(items=Items(skus=("x",)))
)
STATUS = TierSet(
    code="status",
    name="Status",
    metric=Metric(of="spend"),
    levels=(
        Level(code="silver", name="Silver", threshold=10_000, rewards=("cookie",)),
        Level(code="gold", name="Gold", threshold=50_000, rewards=("cup",)),
    ),
)
REWARDS = (
    Reward(code="cup", name="A cup of coffee", price=Price(amount=80, by_tier={"gold": 60}), use_within_days=60),
    Reward(code="cookie", name="A cookie", price=Price(amount=30), per_member=PerMember(limit=1)),
    Reward(code="mug", name="A mug", kind="gift", price=Price(amount=50), is_sent=True, stock=1),
    Reward(code="tasting", name="Evening tasting", price=Price(amount=20), audience=Audience(tiers=("gold",))),
)


@pytest.fixture
def open_shop(shop) -> None:
    """A program with everything, since a week."""
    document = a_program(
        ONE_PER_DOLLAR, PERCENT, units=(POINTS, COINS), stamp_cards=(CARD,), tier_sets=(STATUS,), rewards=REWARDS
    )
    publish(document, at=LAST_WEEK)


def key() -> str:
    return str(uuid4())


def bought(dollars: int, **given: object) -> int:
    """A member who spent so much yesterday."""
    member = a_member(at=LAST_WEEK, **given)
    sell(a_sale(dollars * 100, member=member, at=YESTERDAY), at=YESTERDAY)
    return member


def page_of(client, path: str, *args: object) -> str:
    return client.get(path, *args).content.decode()


# --- the page --------------------------------------------------------------------------------------


def test_the_member_page_has_every_unit_with_its_decimals_the_level_and_the_card(open_shop, cashier):
    page = page_of(cashier, f"/members/{bought(125)}/")
    for said in ("125 points", "1.25 coins", "Silver", "375.00 USD to Gold", "0 of 5 stamps", "3 more for A cookie"):
        assert said in page


def test_what_waits_and_what_is_held_say_why(shop, manager):
    waiting = msgspec.structs.replace(ONE_PER_DOLLAR, code="later", name="Later", pending=Pending(days=14))
    publish(a_program(ONE_PER_DOLLAR, waiting), at=LAST_WEEK)
    member = bought(60)
    reserve_units(member_id=member, amount=15, key="basket-7", at=NOW, by=SYSTEM)
    page = page_of(manager, f"/members/{member}/")
    assert "can be spent from" in page
    assert "of the sale" in page
    assert "<code>basket-7</code>" in page
    assert "45 points" in page


# --- spend -----------------------------------------------------------------------------------------


def test_spending_shows_prices_balances_after_and_why_not(open_shop, cashier):
    page = page_of(cashier, f"/members/{bought(60)}/spend/")
    assert "Balance after: 30 points" in page
    assert "Not enough: 60 of 80 points" in page
    assert "This is for members of another level: Gold." in page
    assert 'value="cookie"' in page
    for closed in ("cup", "tasting"):
        assert f'value="{closed}"' not in page


def test_only_who_may_adjust_is_pointed_to_it(open_shop, cashier, manager):
    member = bought(60)
    assert "Adjust the balance" in page_of(manager, f"/members/{member}/spend/")
    assert "Adjust the balance" not in page_of(cashier, f"/members/{member}/spend/")


def test_a_reward_is_claimed_once_however_often_the_form_is_sent(open_shop, cashier):
    member, form = bought(100), {"reward": "mug", "key": key()}
    page = cashier.post(f"/members/{member}/spend/", form, follow=True).content.decode()
    cashier.post(f"/members/{member}/spend/", form)
    assert "50 points are left" in page
    assert points_of(member, at=SOON) == 50
    assert [each.reward for each in list_issued(member, at=SOON) if each.cause == "claim"] == ["mug"]


@pytest.mark.parametrize(
    ("reward", "said"), [("cup", "Not enough"), ("tasting", "another level"), ("", "Pick a reward"), ("boat", "cannot")]
)
def test_what_cannot_be_had_moves_nothing(open_shop, cashier, reward, said):
    member = bought(60)
    page = cashier.post(f"/members/{member}/spend/", {"reward": reward, "key": key()}).content.decode()
    assert said in page
    assert points_of(member, at=SOON) == 60


def test_a_members_level_has_its_own_price(open_shop, cashier):
    page = page_of(cashier, f"/members/{bought(600)}/spend/")
    cup = page[page.index("A cup of coffee") :]
    assert re.search(r'class="was">80</span>\s*<b>60 points</b>', cup)


# --- rewards in hand -------------------------------------------------------------------------------


def claimed(member: int, reward: str = "cookie") -> int:
    return claim_reward(member_id=member, reward=reward, key=key(), at=NOW, by=SYSTEM).issued.id


def test_a_reward_is_handed_out_and_that_taken_back(open_shop, manager):
    member = bought(60)
    gift = claimed(member)
    manager.post(f"/members/{member}/rewards/{gift}/use/", {"store": ""})
    assert IssuedReward.objects.get(pk=gift).status == "used"
    assert "used already" in manager.post(f"/members/{member}/rewards/{gift}/use/", {"store": ""}).content.decode()
    manager.post(f"/members/{member}/rewards/{gift}/use/undo/", {"note": "Wrong customer"})
    assert IssuedReward.objects.get(pk=gift).status == "outstanding"


@pytest.mark.parametrize(("choice", "left"), [("yes", 60), ("no", 30)])
def test_a_reward_is_removed_with_its_price_or_without(open_shop, manager, choice, left):
    member = bought(60)
    gift = claimed(member)
    path = f"/members/{member}/rewards/{gift}/remove/"
    assert "Give 30 points back" in page_of(manager, path)
    assert "required" in manager.post(path, {"reason": "x"}).content.decode()
    manager.post(path, {"give_back": choice, "reason": "Ordered by mistake"})
    assert points_of(member, at=SOON) == left
    assert IssuedReward.objects.get(pk=gift).status == "removed"


def test_what_is_sent_goes_step_by_step(open_shop, cashier):
    member = bought(60)
    gift = claimed(member, "mug")
    assert "1 reward to send" in page_of(cashier, "/")
    assert "A mug" in page_of(cashier, "/fulfilment/")
    cashier.post(f"/fulfilment/{gift}/", {"to": "sent"})
    assert "Nothing to send" in page_of(cashier, "/fulfilment/")
    assert "A mug" in page_of(cashier, "/fulfilment/?state=sent")
    cashier.post(f"/fulfilment/{gift}/", {"to": "delivered"})
    assert IssuedReward.objects.get(pk=gift).status == "used"
    assert cashier.post(f"/fulfilment/{gift}/", {"to": "lost"}).status_code == 404
    assert cashier.get(f"/fulfilment/{gift}/").status_code == 405


# --- levels ----------------------------------------------------------------------------------------


def level(**typed: object) -> dict[str, object]:
    return {"level": "gold", "kind": "floor", "until": "", "note": "A friend of the house", "key": key(), **typed}


def test_a_change_of_level_says_what_it_does_before_it_does_it(open_shop, manager):
    member = bought(125)
    asked = level(rewards="on")
    page = page_of(manager, f"/members/{member}/tier/preview/", asked)
    assert re.search(r"Silver\s*<span>→</span>\s*Gold", page)
    assert "Gives: A cup of coffee" in page
    assert not Change.objects.filter(cause="manual").exists()
    done = manager.post(f"/members/{member}/tier/", asked, follow=True).content.decode()
    assert "Status: Gold now. Given: A cup of coffee." in done
    assert "by the team: at least Gold" in done
    assert "A friend of the house" in done


def test_a_change_of_level_can_be_undone(open_shop, manager):
    member = bought(125)
    manager.post(f"/members/{member}/tier/", level())
    change = Change.objects.get(cause="manual")
    page = manager.post(f"/members/{member}/tier/{change.pk}/undo/", {"note": "The wrong Ann"}, follow=True)
    assert "The change is undone." in page.content.decode()
    assert find_standings([member])[member]["status"].level == "silver"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "until"}, "Say until when"),
        ({"kind": "until", "until": "2020-01-01"}, "This day is over"),
        ({"level": ""}, "nothing to hold"),
        ({"level": "diamond"}, "valid choice"),
        ({"note": ""}, "required"),
    ],
)
def test_a_change_of_level_that_makes_no_sense_is_refused(open_shop, manager, typed, said):
    member = bought(125)
    assert said in manager.post(f"/members/{member}/tier/", level(**typed)).content.decode()
    assert not Change.objects.filter(cause="manual").exists()


# --- stamps ----------------------------------------------------------------------------------------


def stamps(count: object, **typed: object) -> dict[str, object]:
    return {"card": "coffee", "stamps": count, "reason": "Forgotten", "comment": "", "key": key(), **typed}


def test_stamps_are_drawn_before_they_are_put_on(open_shop, manager):
    member = bought(10)
    page = page_of(manager, f"/members/{member}/stamps/preview/", stamps(2))
    assert "2 of 5 stamps" in page
    assert page.count("full new") == 2
    assert balance_of(member, at=SOON, unit="coffee").available == 0
    manager.post(f"/members/{member}/stamps/", stamps(2))
    assert balance_of(member, at=SOON, unit="coffee").available == 2


def test_a_full_card_gives_its_rewards_and_stamps_taken_off_open_it_again(open_shop, manager):
    member = bought(10)
    page = manager.post(f"/members/{member}/stamps/", stamps(6), follow=True).content.decode()
    assert "It fills 1 card: A cup of coffee." in page
    assert {each.reward for each in list_issued(member, at=SOON)} == {"cookie", "cup"}
    page = manager.post(f"/members/{member}/stamps/", stamps(-2), follow=True).content.decode()
    assert "1 full card is opened again" in page
    assert balance_of(member, at=SOON, unit="coffee").available == 4


@pytest.mark.parametrize(
    ("form", "said"),
    [(stamps(0), "not 0"), (stamps(101), "less than"), (stamps(-1), "Not enough"), (stamps(1, reason=""), "required")],
)
def test_refused_stamps_say_why_and_move_nothing(open_shop, manager, form, said):
    member = bought(10)
    assert said in manager.post(f"/members/{member}/stamps/", form).content.decode()
    assert balance_of(member, at=SOON, unit="coffee").available == 0


# --- dates -----------------------------------------------------------------------------------------


def test_what_waits_is_released_with_a_reason(shop, manager):
    publish(a_program(msgspec.structs.replace(ONE_PER_DOLLAR, pending=Pending(days=14))), at=LAST_WEEK)
    member = bought(60)
    lot = Lot.objects.get(remaining=60).pk
    path = f"/members/{member}/pending/{lot}/release/"
    assert re.search(r"0\s*<span>→</span>\s*60 points", page_of(manager, path))
    assert "required" in manager.post(path, {"reason": ""}).content.decode()
    assert points_of(member, at=SOON) == 0
    manager.post(path, {"reason": "Long trip"})
    assert points_of(member, at=SOON) == 60
    assert manager.get(path).status_code == 404


def test_what_expired_comes_back_and_what_ends_is_extended(shop, manager):
    publish(a_program(msgspec.structs.replace(ONE_PER_DOLLAR, expiry=AfterDays(days=5))), at=NOW - timedelta(days=40))
    member = a_member(at=NOW - timedelta(days=40))
    for days, dollars in ((20, 40), (1, 60)):
        at = NOW - timedelta(days=days)
        sell(a_sale(dollars * 100, member=member, at=at), at=at)
    assert points_of(member, at=SOON) == 60
    path = f"/members/{member}/dates/?unit=points"
    lots = [str(pk) for pk in Lot.objects.order_by("pk").values_list("pk", flat=True)]
    last = (NOW + timedelta(days=30)).date().isoformat()
    form = {"lots": lots, "until": last, "reason": "Closed for a week", "key": key()}
    page = manager.post(path, form).content.decode()
    assert re.search(r"60\s*<span>→</span>\s*100 points", page)
    assert points_of(member, at=SOON) == 60
    manager.post(path, form | {"sure": "1"})
    assert points_of(member, at=NOW + timedelta(days=29)) == 100
    manager.post(path, form | {"sure": "1"})
    assert points_of(member, at=NOW + timedelta(days=29)) == 100


def test_an_adjustment_is_typed_in_the_units_own_decimals(open_shop, manager):
    member = bought(100)
    form = {"amount": "0.255", "unit": "coins", "reason": "x", "comment": "", "key": key()}
    assert "at most 2 decimals" in manager.post(f"/members/{member}/adjust/", form).content.decode()
    page = manager.post(f"/members/{member}/adjust/", form | {"amount": "0.25"}, follow=True).content.decode()
    assert "+0.25 coins: the balance is 1.25 coins now." in page
    assert Entry.objects.latest("id").amount == 25


def test_the_page_asks_no_more_of_a_member_who_has_more(open_shop, manager):
    """However long the history and however many rewards: a page's worth is read, with the same statements."""
    few, many = bought(100), bought(5_000)
    for n in range(12):
        claimed(many, "cup")
        sell(a_sale(500, member=many, at=YESTERDAY + timedelta(minutes=n)), at=YESTERDAY + timedelta(minutes=n))
    counts = []
    for member in (few, many):
        manager.get(f"/members/{member}/")
        with CaptureQueriesContext(connection) as asked:
            manager.get(f"/members/{member}/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 47
