"""Action, amount and role say what stands between asking and doing; an approval is for exactly one payload."""

import pytest

from regulars.core.approval import Threshold, hash_payload, need_of

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
    assert need_of(RULES, action=action, role=role, amount=amount) == need


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
