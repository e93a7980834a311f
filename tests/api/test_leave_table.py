"""Every step of a till that a shop may want leave for, against every kind of threshold, and everybody who may type."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.core.approval import OF_MACHINES, Action
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.stamp_cards import ByHand, StampCard
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.imports.models import ImportRun
from regulars.imports.run import run_import
from regulars.ledger.models import Entry
from regulars.staff.approval_rules import put_rule
from regulars.staff.models import ApprovalRule, Person, Pin
from regulars.staff.people import create_person
from regulars.staff.pins import set_pin
from regulars.stores.models import Store
from tests.api.machine import Machine, Shop, a_receipt, count_rows, moments_ago
from tests.shop import ONE_PER_DOLLAR, a_program, publish
from tests.tiers.club import BY_SPEND, REWARDS

STARS = Unit(code="stars", name=UnitWords(singular="star", plural="stars"))
COINS = Unit(code="coins", kind="cashback", precision=2, name=UnitWords(singular="coin", plural="coins"))
MUG = Reward(code="mug", name="Mug", price=Price(amount=20))
CARD = StampCard(code="stamps", name="Coffee", size=9, earn=ByHand(), final="mug")
AMOUNTS = {
    Action.ADJUST_POINTS: 50,
    Action.ADJUST_STAMPS: 3,
    Action.SPEND_POINTS: 20,
    Action.REFUND_SALE: 1_000,
    Action.MASS_ADJUST: 1,
}
"""How much each of these asks for below; the others have no amount."""


@pytest.fixture(scope="module")
def careful(shop: Shop) -> Shop:
    """A shop with everything that can be asked for, and a manager and a cashier who have a PIN."""
    document = a_program(
        ONE_PER_DOLLAR,
        units=(POINTS, STARS, COINS),
        rewards=(MUG, *REWARDS),
        stamp_cards=(CARD,),
        tier_sets=(BY_SPEND,),
    )
    publish(document, at=timezone.now() - timedelta(days=1))
    for role in ("manager", "cashier"):
        person = create_person(email=f"{role}@example.com", role=role, at=timezone.now(), by=SYSTEM)
        set_pin(person_id=person.pk, pin="7305", at=timezone.now(), by=SYSTEM)
    return shop


@pytest.fixture(autouse=True)
def nothing_asked(careful: Shop) -> None:
    """Each test puts the thresholds it is about, and finds no wrong try of another one."""
    ApprovalRule.objects.all().delete()
    Pin.objects.update(wrong=0, lockouts=0, locked_until=None)


def somebody(till: Machine, points: int = 100) -> str:
    ann = till.enrol()["id"]
    till.post(f"/members/{ann}/adjustments", {"amount": points, "reason": "a start"})
    return ann


def an_adjustment(till: Machine) -> tuple[str, dict[str, Any]]:
    return f"/members/{somebody(till)}/adjustments", {"amount": -50, "reason": "x"}


def some_stamps(till: Machine) -> tuple[str, dict[str, Any]]:
    return f"/members/{somebody(till)}/stamps", {"card": "stamps", "stamps": 3, "reason": "x"}


def a_claim(till: Machine) -> tuple[str, dict[str, Any]]:
    return f"/members/{somebody(till)}/claims", {"reward": "mug"}


def a_removal(till: Machine) -> tuple[str, dict[str, Any]]:
    rules = list(ApprovalRule.objects.values())
    ApprovalRule.objects.all().delete()
    mug = till.post(f"/members/{somebody(till)}/claims", {"reward": "mug"}).json()["reward"]["id"]
    ApprovalRule.objects.bulk_create(ApprovalRule(**rule) for rule in rules)
    return f"/rewards/{mug}/removal", {"give_back": True, "reason": "x"}


def a_refund(till: Machine) -> tuple[str, dict[str, Any]]:
    sale = till.sell(1_000, member={"id": till.enrol()["id"]})["id"]
    return f"/sales/{sale}/refunds", {"external_id": a_receipt(), "occurred_at": moments_ago(seconds=0)}


def a_level(till: Machine) -> tuple[str, dict[str, Any]]:
    return f"/members/{till.enrol()['id']}/tier-changes", {"tier_set": "vip", "level": "gold", "note": "x"}


def a_merge(till: Machine) -> tuple[str, dict[str, Any]]:
    return f"/members/{till.enrol()['id']}/merges", {"source": till.enrol()["id"], "reason": "x"}


def an_erasure(till: Machine) -> tuple[str, dict[str, Any]]:
    return f"/members/{till.enrol()['id']}/erasures", {}


def a_file(till: Machine) -> tuple[str, dict[str, Any]]:
    """A file that adjusts one balance, looked at; what an earlier test has started is done first."""
    finish_imports()
    known = till.enrol(external_id=a_receipt())["external_id"]
    content = b64encode(f"External id,Amount,Reason\n{known},50,x\n".encode()).decode()
    number = till.post("/imports", {"kind": "adjustments", "content": content}).json()["id"]
    finish_imports()
    return f"/imports/{number}/start", {}


def finish_imports() -> None:
    for run in ImportRun.objects.filter(state__in=["waiting", "running"]):
        for _ in run_import(run.pk, now=timezone.now):
            pass


STEPS: dict[Action, tuple[Callable[[Machine], tuple[str, dict[str, Any]]], str]] = {
    Action.ADJUST_POINTS: (an_adjustment, "points.adjusted"),
    Action.ADJUST_STAMPS: (some_stamps, "stamps.adjusted"),
    Action.SPEND_POINTS: (a_claim, "reward.issued"),
    Action.REMOVE_REWARD: (a_removal, "reward.removed"),
    Action.REFUND_SALE: (a_refund, "sale.refunded"),
    Action.CHANGE_TIER: (a_level, "tier.changed"),
    Action.MERGE_MEMBERS: (a_merge, "member.merged"),
    Action.ERASE_MEMBER: (an_erasure, "erasure.asked"),
    Action.MASS_ADJUST: (a_file, "import.write_asked"),
}


def ask(action: Action, till: Machine, rule: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """What the till sends; what it needs was made before the threshold holds."""
    path, body = STEPS[action][0](till)
    if rule is not None:
        put_rule(**{"action": action, "role": "key", "from_amount": 0} | rule, at=timezone.now(), by=SYSTEM)
    return path, body


def pin(who: str, digits: str = "7305") -> dict[str, str]:
    return {"approval-by": f"{who}@example.com", "approval-pin": digits}


def newest(action: Action) -> Event:
    """The event of the step."""
    return Event.objects.filter(action=STEPS[action][1]).latest("id")


def test_every_step_that_machines_can_do_is_in_the_table():
    assert set(STEPS) == OF_MACHINES


@pytest.mark.parametrize("action", STEPS)
@pytest.mark.parametrize("rule", [None, {"role": "", "need": "second"}, {"role": "cashier", "need": "pin"}])
def test_without_a_threshold_for_machines_no_till_is_stopped(careful, action, rule):
    till = careful.machine()
    path, body = ask(action, till, rule)

    done = till.post(path, body)

    assert done.status_code == 201, done.text
    assert "approver" not in newest(action).facts


@pytest.mark.parametrize("need", ["pin", "second"])
@pytest.mark.parametrize("action", STEPS)
def test_with_one_nothing_moves_before_a_pin_and_both_names_stay(careful, action, need):
    till = careful.machine()
    path, body = ask(action, till, {"need": need})
    before = count_rows()

    refused = till.post(path, body, key=f"{path} {need}")
    assert (refused.status_code, refused.json()["code"]) == (422, "approval_needed"), refused.text
    facts = refused.json()["facts"]
    assert (facts["action"], facts["need"], facts["amount"]) == (action, need, AMOUNTS.get(action))
    assert count_rows() == before

    last = Entry.objects.latest("id").pk if Entry.objects.exists() else 0
    done = till.post(path, body, key=f"{path} {need}", headers=pin("Manager"))
    assert done.status_code == 201, done.text
    manager = f"staff:{Person.objects.get(role='manager').pk}"
    assert newest(action).facts["approver"] == manager
    made = Entry.objects.filter(pk__gt=last)
    assert {(entry.actor.partition(":")[0], entry.approver) for entry in made} <= {("key", manager)}
    again = till.post(path, body, key=f"{path} {need}")
    assert (again.status_code, again.json()) == (201, done.json())  # a retry needs no PIN


@pytest.mark.parametrize(
    ("who", "digits", "code"),
    [
        ("cashier", "7305", "cannot_approve"),
        ("nobody", "7305", "cannot_approve"),
        ("manager", "7306", "wrong_pin"),
        ("manager", "\u0667", "wrong_pin"),
    ],
)
@pytest.mark.parametrize("action", STEPS)
def test_others_and_wrong_pins_move_nothing(careful, action, who, digits, code):
    till = careful.machine()
    path, body = ask(action, till, {"need": "pin"})
    before = count_rows()

    headers = pin(who, digits)
    refused = till.post(path, body, headers={name: value.encode() for name, value in headers.items()})

    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    assert count_rows() == before
    assert Pin.objects.get(person__role="manager").wrong == (1 if code == "wrong_pin" else 0)


@pytest.mark.parametrize("action", AMOUNTS)
def test_less_than_the_threshold_needs_nobody(careful, action):
    till = careful.machine()
    above, exactly = (ask(action, till) for _ in range(2))
    put_rule(action=action, role="key", from_amount=AMOUNTS[action] + 1, need="pin", at=timezone.now(), by=SYSTEM)
    assert till.post(*above).status_code == 201

    put_rule(action=action, role="key", from_amount=AMOUNTS[action], need="pin", at=timezone.now(), by=SYSTEM)
    assert till.post(*exactly).json()["code"] == "approval_needed"


@pytest.mark.parametrize(
    ("unit", "from_amount", "moved", "amount", "needed"),
    [
        ("points", 500, "points", 500, True),
        ("points", 500, "stars", 500, False),
        ("points", 500, "stars", 5_000, False),
        ("", 500, "stars", 500, True),
        ("", 500, "stars", 499, False),
        ("", 500, "coins", 49_999, False),
        ("", 500, "coins", 50_000, True),
        ("coins", 500, "coins", 500, True),
    ],
)
def test_500_points_are_not_500_stars(careful, unit, from_amount, moved, amount, needed):
    till = careful.machine()
    ann = till.enrol()["id"]
    put_rule(
        action="adjust_points", role="key", unit=unit, from_amount=from_amount, need="pin", at=timezone.now(), by=SYSTEM
    )

    answer = till.post(f"/members/{ann}/adjustments", {"amount": amount, "unit": moved, "reason": "x"})

    assert answer.status_code == (422 if needed else 201)


def test_an_approver_works_in_the_store_of_the_sale_or_of_the_key(careful):
    till, bound = careful.machine(), careful.machine(store="331")
    refund = ask(Action.REFUND_SALE, till, {"need": "pin"})  # sold in 330
    adjustment = ask(Action.ADJUST_POINTS, till, None)
    put_rule(action="adjust_points", role="key", from_amount=0, need="pin", at=timezone.now(), by=SYSTEM)
    other = create_person(email="lea@example.com", role="manager", at=timezone.now(), by=SYSTEM)
    set_pin(person_id=other.pk, pin="7305", at=timezone.now(), by=SYSTEM)
    try:
        Person.objects.filter(pk=other.pk).update(all_stores=False)
        other.stores.set([Store.objects.get(code="331")])
        assert till.post(*refund, headers=pin("lea")).json()["code"] == "cannot_approve"
        assert bound.post(*adjustment, headers=pin("lea")).status_code == 201
        other.stores.set([Store.objects.get(code="330")])
        assert bound.post(*adjustment, headers=pin("lea")).json()["code"] == "cannot_approve"
        assert till.post(*refund, headers=pin("lea")).status_code == 201
    finally:
        Pin.objects.filter(person=other).delete()
        Person.objects.filter(pk=other.pk).update(role="cashier")


def test_a_refund_that_was_made_is_told_again_without_a_pin(careful):
    till = careful.machine()
    path, body = ask(Action.REFUND_SALE, till, {"need": "pin"})
    first = till.post(path, body, headers=pin("manager")).json()

    again = till.post(path, body).json()

    assert (again["id"], again["replayed"]) == (first["id"], True)


def test_a_pin_is_for_the_very_request_it_came_with(careful):
    till = careful.machine()
    path, body = ask(Action.ADJUST_POINTS, till, {"need": "pin"})
    assert till.post(path, body, key="bound", headers=pin("manager")).status_code == 201

    other = till.post(path, body | {"amount": -40}, key="bound")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert till.post(path, body | {"amount": -40}).json()["code"] == "approval_needed"
