"""Action, amount and role say what stands between asking and doing; an approval is for exactly one payload."""

import pytest

from regulars.core.approval import Threshold, Weight, hash_payload, need_of

RULES = [
    Threshold(action="adjust_points", role="cashier", need="pin"),
    Threshold(action="adjust_points", role="manager", from_amount=500, need="pin"),
    Threshold(action="adjust_points", from_amount=10_000, need="second"),
    Threshold(action="merge_members", role="manager", need="second"),
]


@pytest.mark.parametrize(
    ("action", "role", "amount", "need"),
    [
        ("adjust_points", "cashier", 1, "pin"),
        ("adjust_points", "cashier", 9_999, "pin"),
        ("adjust_points", "cashier", 10_000, "second"),  # everybody's rule is stricter
        ("adjust_points", "manager", 499, None),
        ("adjust_points", "manager", 500, "pin"),
        ("adjust_points", "owner", 9_999, None),
        ("adjust_points", "owner", 10_000, "second"),
        ("merge_members", "manager", None, "second"),
        ("merge_members", "owner", None, None),
        ("erase_member", "manager", None, None),
    ],
)
def test_the_strictest_threshold_that_is_reached_decides(action, role, amount, need):
    assert need_of(RULES, action=action, role=role, weight=Weight(amount=amount, unit="points")) == need


OF_UNITS = [
    Threshold(action="adjust_points", need="pin", unit="points", from_amount=500),
    Threshold(action="adjust_points", need="second", unit="credit", from_amount=2_000),
    Threshold(action="adjust_points", need="second", from_amount=1_000),
]


@pytest.mark.parametrize(
    ("unit", "steps", "amount", "need"),
    [
        ("points", 1, 499, None),
        ("points", 1, 500, "pin"),
        ("points", 1, 1_000, "second"),  # the line without a unit covers all
        ("stars", 1, 500, None),  # 500 stars are not 500 points
        ("stars", 1, 999, None),
        ("stars", 1, 1_000, "second"),
        ("credit", 100, 1_999, None),
        ("credit", 100, 2_000, "second"),  # a unit's own line is in its smallest steps: 20.00
        ("coins", 10, 9_999, None),
        ("coins", 10, 10_000, "second"),  # a line without a unit is in whole ones: 1,000.0
        ("", 1, None, None),
    ],
)
def test_a_threshold_of_one_unit_is_for_that_unit_and_one_without_for_all(unit, steps, amount, need):
    weight = Weight(amount=amount, unit=unit, steps=steps)

    assert need_of(OF_UNITS, action="adjust_points", role="owner", weight=weight) == need


def test_the_order_of_fields_does_not_matter_and_everything_else_does():
    asked = hash_payload("adjust_points", {"member": 7, "amount": 500, "key": "k"})

    assert asked == hash_payload("adjust_points", {"key": "k", "amount": 500, "member": 7})
    for action, payload in [
        ("adjust_points", {"member": 7, "amount": 501, "key": "k"}),
        ("adjust_points", {"member": 7, "amount": "500", "key": "k"}),
        ("adjust_points", {"member": 7, "amount": 500}),
        ("mass_adjust", {"member": 7, "amount": 500, "key": "k"}),
    ]:
        assert hash_payload(action, payload) != asked
