"""Who is asked for leave sees what it does: as it was when it was asked for, and as it would be now."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from regulars.backoffice.effects.deeds import (
    Adjust,
    AnyDeed,
    ChangeLevel,
    Erase,
    Merge,
    PutStamps,
    Refund,
    ReleaseLevel,
    RemoveReward,
    Spend,
    UndoLevel,
    Unmerge,
    read_deed,
)
from regulars.backoffice.effects.foresee import foresee
from regulars.backoffice.effects.line import Effect, Line, keep_effect, read_effect
from regulars.care.merge import merge_members
from regulars.core.actor import SYSTEM
from regulars.core.expiry import OnDate
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.rules import RateRule
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import Unit, UnitWords
from regulars.core.sale import NewRefund
from regulars.ledger.models import Entry
from regulars.points.adjust import adjust_points
from regulars.points.claim import claim_reward
from regulars.rewards.use import use_reward
from regulars.sales.models import Sale
from regulars.sales.refund import refund_sales
from regulars.staff.models import Approval, ApprovalRule
from regulars.tiers.change import change_tier
from tests.backoffice.conftest import NOW, YESTERDAY
from tests.backoffice.test_leave import hidden
from tests.shop import a_member, a_program, a_sale, publish, sell

pytestmark = pytest.mark.django_db

LAST_DAY = date(NOW.year + 1, 5, 31)
BASE = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=OnDate(LAST_DAY))
POINTS = Unit(code="points", name=UnitWords(singular="point", plural="points"), shortfall="debt")
CUP = Reward(code="cup", name="Cup", price=Price(amount=40))
STATUS = TierSet(
    code="status",
    name="Status",
    metric=Metric(of="spend"),
    levels=(
        Level(code="silver", name="Silver", threshold=10_000),
        Level(code="gold", name="Gold", threshold=50_000, rewards=("cup",)),
    ),
)
CARD = StampCard(code="coffee", name="Coffee card", size=5, earn=ByHand(), final="cup")
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def open_shop(shop) -> None:
    program = a_program(BASE, points=POINTS, rewards=(CUP,), tier_sets=(STATUS,), stamp_cards=(CARD,))
    publish(program, at=YESTERDAY - timedelta(days=30))


@pytest.fixture
def ann(open_shop) -> int:
    """Somebody with 100 points, by a sale of 100.00 that made them Silver."""
    return a_member(points=100, at=YESTERDAY)


def lines(deed: AnyDeed) -> list[tuple[object, ...]]:
    effect = foresee(deed, at=SOON)
    assert not effect.refused, effect
    return [(line.what, line.of, line.before, line.after) for line in effect.lines]


def refusal(deed: AnyDeed) -> str:
    effect = foresee(deed, at=SOON)
    assert effect.lines == ()
    return effect.refused


def cup_of(member: int) -> int:
    return claim_reward(member_id=member, reward="cup", key=uuid.uuid4().hex, at=NOW, by=SYSTEM).issued.id


def test_an_adjustment_says_the_balance_the_debt_and_the_lots(ann):
    assert lines(Adjust(member=ann, unit="points", amount=500)) == [("balance", "points", 100, 600)]
    taken = foresee(Adjust(member=ann, unit="points", amount=-30), at=SOON).lines
    assert [(line.what, line.before, line.after) for line in taken] == [("balance", 100, 70), ("leaving", None, 30)]
    assert taken[1].day.startswith(f"{LAST_DAY.year}-06-01")  # half-open: the day after the last one
    assert refusal(Adjust(member=ann, unit="points", amount=-101)) == "insufficient_balance"
    sale = sell(a_sale(10_000, member=ann, at=YESTERDAY), at=YESTERDAY).id
    adjust_points(member_id=ann, amount=-200, reason="x", key="all", at=NOW, by=SYSTEM)
    refund_sales([NewRefund(sale_id=sale, external_id="r", occurred_at=NOW)], at=NOW)  # all of it was spent: a debt
    assert lines(Adjust(member=ann, unit="points", amount=30)) == [
        ("balance", "points", -100, -70),
        ("debt", "points", 100, 70),
    ]


def test_many_lots_are_told_by_day_and_the_rest_together(ann):
    for month in range(1, 13):
        rule = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=OnDate(date(NOW.year + 2, month, 28)))
        publish(
            a_program(rule, points=POINTS, rewards=(CUP,), tier_sets=(STATUS,), stamp_cards=(CARD,)),
            at=YESTERDAY + timedelta(minutes=month),
        )
        sell(a_sale(1_000, member=ann, at=YESTERDAY + timedelta(minutes=month)), at=YESTERDAY + timedelta(hours=1))

    effect = lines(Adjust(member=ann, unit="points", amount=-220))

    assert effect[0] == ("balance", "points", 220, 0)
    assert [line[0] for line in effect[1:]] == ["leaving"] * 6 + ["leaving_later"]
    assert sum(line[3] for line in effect[1:]) == 220


def test_stamps_say_the_card_and_what_is_full(ann):
    assert lines(PutStamps(member=ann, card="coffee", stamps=3)) == [("stamps", "coffee", 0, 3)]
    assert lines(PutStamps(member=ann, card="coffee", stamps=7)) == [
        ("stamps", "coffee", 0, 2),
        ("filled", "coffee", None, 1),
    ]
    assert refusal(PutStamps(member=ann, card="coffee", stamps=-1)) == "insufficient_balance"


def test_spending_and_removing_a_reward_say_the_balance(ann):
    assert lines(Spend(member=ann, reward="cup")) == [("balance", "points", 100, 60), ("given", "cup", None, None)]
    cup = cup_of(ann)
    entries = Entry.objects.count()

    assert lines(RemoveReward(issued=cup, give_back=True)) == [
        ("taken", "Cup", None, None),
        ("balance", "points", 60, 100),
    ]
    assert lines(RemoveReward(issued=cup, give_back=False)) == [
        ("taken", "Cup", None, None),
        ("balance", "points", 60, 60),
    ]
    assert Entry.objects.count() == entries  # a look writes nothing
    use_reward(issued_id=cup, at=NOW, by=SYSTEM)
    assert refusal(RemoveReward(issued=cup, give_back=True)) == "already_used"
    cup_of(ann)
    assert refusal(Spend(member=ann, reward="cup")) == "insufficient_balance"


def test_a_refund_says_money_balance_debt_and_level(ann):
    sale = sell(a_sale(5_000, member=ann, at=YESTERDAY), at=YESTERDAY).id
    deed = Refund(sale=sale, key="r-1", occurred_at=NOW)

    assert lines(deed) == [
        ("goods", "", None, 5_000),
        ("money", "", None, 5_000),
        ("balance", "points", 150, 100),
    ]
    adjust_points(member_id=ann, amount=-130, reason="x", key="k", at=NOW, by=SYSTEM)
    assert lines(deed)[2:] == [("balance", "points", 20, -30), ("debt", "points", 0, 30)]
    assert refusal(Refund(sale=sale, key="r-2", occurred_at=NOW, amount_minor=5_001)) == "refund_exceeds_sale"


def test_a_change_of_level_its_release_and_its_undoing_say_the_level(ann):
    assert lines(ChangeLevel(member=ann, tier_set="status", level="gold", kind="pinned", rewards=True)) == [
        ("level", "status", "silver", "gold"),
        ("held_pinned", "status", None, ""),
        ("given", "Cup", None, None),
    ]
    assert refusal(ReleaseLevel(member=ann, tier_set="status")) == "nothing_to_release"
    changed = change_tier(
        member_id=ann, tier_set="status", level="gold", kind="pinned", note="x", key="k", at=NOW, by=SYSTEM
    )
    assert lines(ReleaseLevel(member=ann, tier_set="status"))[0] == ("level", "status", "gold", "silver")
    assert lines(UndoLevel(change=changed.change_id))[0] == ("level", "status", "gold", "silver")
    assert refusal(ChangeLevel(member=ann, tier_set="status", level="none")) == "unknown_level"


def test_a_merge_and_parting_again_say_both(ann):
    bob = a_member(points=60, at=YESTERDAY)
    merge = lines(Merge(keeper=ann, source=bob))
    assert merge[:2] == [("balance", "points", 100, 160), ("other", "points", None, 60)]
    assert ("moved", "sales_sale", None, 1) in merge
    done = merge_members(source=bob, keeper=ann, at=NOW, by=SYSTEM)
    assert lines(Unmerge(merge=done.merge_id))[:2] == [("balance", "points", 160, 100), ("other", "points", None, 60)]
    assert refusal(Merge(keeper=ann, source=ann)) == "cannot_merge"


def test_an_erasure_says_what_goes_and_what_stays(ann):
    cup_of(ann)
    assert lines(Erase(member=ann)) == [
        ("balance", "points", 60, 0),
        ("rewards", "", 1, 0),
        ("sales_stay", "", None, 1),
        ("entries_stay", "", None, 2),
        ("decisions_stay", "", None, 0),
    ]


def test_deeds_and_effects_come_back_from_json_as_they_were(ann):
    deeds: list[AnyDeed] = [
        Adjust(member=ann, unit="points", amount=-(2**62)),
        Refund(sale=1, key="k", occurred_at=NOW, lines=((1, None, 5),), amount_minor=None),
        ChangeLevel(member=ann, tier_set="status", level=None, kind="until", until=NOW),
        Merge(keeper=ann, source=2, choices={"name": "source"}),
    ]
    assert [read_deed(deed.kept()) for deed in deeds] == deeds
    effect = Effect(lines=(Line(what="balance", of="points", before=1, after=-2),), refused="x", facts={"wanted": 2})
    assert read_effect(keep_effect(effect)) == effect
    assert read_effect(keep_effect(effect)).mark == effect.mark != Effect().mark


# --- on the page -----------------------------------------------------------------------------------------------------


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def ask(client: Client, path: str, typed: dict[str, str], action: str) -> Approval:
    """Try it, be asked for leave, and put it on the list; what the question says is checked by the caller."""
    ApprovalRule.objects.update_or_create(action=action, role="", from_amount=0, defaults={"need": "second"})
    question = client.post(path, typed)
    assert question.status_code == 200
    assert "What it does" in question.content.decode()
    client.post(path, typed | {"leave-ask": "1"})
    return Approval.objects.latest("id")


def seen(page: str) -> str:
    return re.search(r'name="seen" value="([^"]*)"', page)[1]


def an_adjustment(amount: int) -> dict[str, str]:
    return {"unit": "points", "amount": str(amount), "reason": "x", "comment": "", "key": str(uuid.uuid4())}


def test_whoever_asks_and_whoever_approves_see_the_same_effect(ann, manager, owner):
    typed = an_adjustment(500)
    ApprovalRule.objects.create(action="adjust_points", role="", from_amount=0, need="second")
    assert "100 points → 600 points" in text(manager.post(f"/members/{ann}/adjust/", typed).content.decode())
    approval = ask(manager, f"/members/{ann}/adjust/", typed, "adjust_points")

    pages = [text(client.get(f"/approvals/{approval.pk}/").content.decode()) for client in (manager, owner)]
    assert ["100 points → 600 points" in page for page in pages] == [True, True]
    assert ["It would still do what it did when it was asked for." in page for page in pages] == [False, True]


def test_what_changed_since_is_said_and_the_old_effect_is_not_approved(ann, manager, owner):
    approval = ask(manager, f"/members/{ann}/adjust/", an_adjustment(500), "adjust_points")
    path = f"/approvals/{approval.pk}/"
    old = owner.get(path).content.decode()
    adjust_points(member_id=ann, amount=-80, reason="x", key="meanwhile", at=NOW, by=SYSTEM)

    refused = owner.post(path, {"do": "approve", "seen": seen(old)}).content.decode()
    assert "has changed since you opened this page" in refused
    assert Approval.objects.get().state == "waiting"
    page = text(refused)
    assert "It would do something else now than when it was asked for." in page
    assert "100 points → 600 points" in page
    assert "20 points → 520 points" in page

    owner.post(path, {"do": "approve", "seen": seen(refused)})
    assert Approval.objects.get().state == "approved"
    form = hidden(manager.get(path).content.decode(), action=approval.path)
    manager.post(approval.path, form)
    assert Entry.objects.get(kind="adjust", amount=500).approver is not None
    after = text(owner.get(path).content.decode())
    assert "100 points → 600 points" in after  # what was asked for stays; it is done
    assert "has changed" not in after


def test_what_cannot_be_done_any_more_is_said(ann, manager, owner):
    approval = ask(manager, f"/members/{ann}/adjust/", an_adjustment(-90), "adjust_points")
    adjust_points(member_id=ann, amount=-50, reason="x", key="meanwhile", at=NOW, by=SYSTEM)

    page = text(owner.get(f"/approvals/{approval.pk}/").content.decode())

    assert "Now: Not enough" in page
    assert "100 points → 10 points" in page


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("adjust_stamps", ["Stamps on “Coffee card”", "0 → 3"]),
        ("spend_points", ["100 points → 60 points", "Gives", "Cup"]),
        ("remove_reward", ["Takes away", "60 points → 100 points"]),
        ("refund_sale", ["Goods that come back", "100.00 USD", "100 points → 0 points"]),
        ("change_tier", ["Status", "Silver → Gold"]),
        ("merge_members", ["100 points → 160 points", "60 points"]),
        ("erase_member", ["100 points → 0 points", "Sales that stay under a number"]),
    ],
)
def test_every_step_that_may_need_leave_is_shown_in_words(ann, owner, action, said):
    sale = Sale.objects.get(member=ann).pk
    bob = a_member(points=60, at=YESTERDAY)
    cup = cup_of(ann) if action == "remove_reward" else 0
    key = str(uuid.uuid4())
    steps = {
        "adjust_stamps": (f"/members/{ann}/stamps/", {"card": "coffee", "stamps": "3", "reason": "x", "key": key}),
        "spend_points": (f"/members/{ann}/spend/", {"reward": "cup", "key": key}),
        "remove_reward": (f"/members/{ann}/rewards/{cup}/remove/", {"give_back": "yes", "reason": "x"}),
        "refund_sale": (
            f"/sales/{sale}/refund/",
            {"how": "all", "key": f"office-{uuid.uuid4().hex}", "at": NOW.isoformat()},
        ),
        "change_tier": (
            f"/members/{ann}/tier/?set=status",
            {"level": "gold", "kind": "pinned", "note": "x", "key": key},
        ),
        "merge_members": (f"/members/{ann}/merge/{bob}/", {"reason": "x", "key": key}),
        "erase_member": (
            f"/members/{ann}/erase/",
            {"asker": "member", "settling": "forfeit", "reason": "x", "sure": "on"},
        ),
    }

    approval = ask(owner, *steps[action], action)

    page = text(owner.get(f"/approvals/{approval.pk}/").content.decode())
    for words in said:
        assert words in page, page


def test_forms_show_the_same_effects_before_anything_is_pressed(ann, owner):
    cup = cup_of(ann)
    path = f"/members/{ann}/rewards/{cup}/remove/"
    assert "appears here as you choose" in text(owner.get(path).content.decode())
    assert "60 points → 100 points" in text(owner.get(f"{path}?give_back=yes").content.decode())
    assert "60 points → 60 points" in text(owner.get(f"{path}?give_back=no").content.decode())

    changed = change_tier(
        member_id=ann, tier_set="status", level="gold", kind="pinned", note="x", key="k", at=NOW, by=SYSTEM
    )
    for page in (
        f"/members/{ann}/tier/{changed.change_id}/undo/",
        f"/members/{ann}/tier/preview/?set=status&kind=release&level=gold",
    ):
        answer = owner.get(page)
        assert answer.status_code == 200, page
        assert "Gold → Silver" in text(answer.content.decode()), page
