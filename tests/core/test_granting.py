"""Who is added receives the views that are passed on, within their stores; edit never."""

import pytest

from regulars.core.granting import GrantTerms, lies_within, overlap, passed_on

REPORTS = GrantTerms(feature="reports", level="view", inherits=True)
VOUCHERS = GrantTerms(feature="vouchers", level="edit")


def test_reports_are_passed_on_and_the_editing_of_vouchers_never():
    of_b = passed_on([(1, REPORTS), (2, VOUCHERS)], works_in=None)
    of_c = passed_on([(3, of_b[0])], works_in=None)

    assert [(grant.feature, grant.level, grant.inherits, grant.source) for grant in of_b] == [
        ("reports", "view", True, 1)
    ]
    assert [(grant.feature, grant.level, grant.inherits, grant.source) for grant in of_c] == [
        ("reports", "view", True, 3)
    ]


@pytest.mark.parametrize(
    ("given", "works_in", "received"),
    [
        (None, None, [None]),
        (None, {1}, [None]),  # wherever they work
        ({1, 2}, None, [{1, 2}]),
        ({1, 2}, {2, 3}, [{2}]),
        ({1}, {2}, []),  # nothing is left of it
    ],
)
def test_a_view_is_passed_on_within_the_stores_of_both(given, works_in, received):
    grant = GrantTerms(
        feature="reports", level="view", inherits=True, stores=None if given is None else frozenset(given)
    )

    got = passed_on([(1, grant)], works_in=None if works_in is None else frozenset(works_in))

    assert [None if each.stores is None else set(each.stores) for each in got] == received


def test_a_view_without_the_flag_stays_with_its_holder():
    assert passed_on([(1, GrantTerms(feature="reports", level="view"))], works_in=None) == []


@pytest.mark.parametrize(
    ("one", "other", "both", "within"),
    [
        (None, None, None, True),
        ({1}, None, {1}, True),
        (None, {1}, {1}, False),
        ({1}, {1, 2}, {1}, True),
        ({1, 3}, {1, 2}, {1}, False),
    ],
)
def test_everywhere_is_more_than_any_stores(one, other, both, within):
    one, other = (None if each is None else frozenset(each) for each in (one, other))

    assert overlap(one, other) == (None if both is None else frozenset(both))
    assert lies_within(one, other) is within
