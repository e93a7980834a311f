"""Levels as machines read and change them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.shop import a_program, publish
from tests.tiers.club import BY_SPEND, NO_POINTS, REWARDS


@pytest.fixture(scope="module", autouse=True)
def club(shop) -> None:
    publish(a_program(NO_POINTS, tier_sets=(BY_SPEND,), rewards=REWARDS), at=timezone.now() - timedelta(days=1))


def year_end(years: int) -> str:
    from tests.tiers.club import on

    return on(timezone.now().year + years, 1, 1).isoformat().replace("+00:00", "Z")


def test_a_member_reads_where_the_level_comes_from_and_what_it_needs(till):
    ann = till.enrol()["id"]
    till.sell(60_000, member={"id": ann})
    [tier] = till.get(f"/members/{ann}/tiers").json()["tiers"]
    entered_at = tier.pop("entered_at")
    assert entered_at.endswith("Z")
    assert tier == {
        "tier_set": "vip",
        "name": "Club",
        "counts": "spend",
        "metric": 60_000,
        "level": {"code": "silver", "name": "Silver", "benefits": []},
        "kept_until": year_end(2),
        "decided": None,
        "next_level": {"code": "gold", "name": "Gold", "benefits": []},
        "to_next": 40_000,
        "next_by": year_end(1),
        "to_keep": 50_000,
        "keep_from": year_end(1),
        "keep_by": year_end(2),
        "review_at": tier["review_at"],
        "projected": None,
        "is_at_risk": False,
    }
    [change] = till.get(f"/members/{ann}/tier-changes").json()["changes"]
    assert (change["before"], change["after"], change["cause"]) == (None, "silver", "reached")
    assert change["about"].startswith("sale/")
    assert "note" not in change


def test_a_level_is_given_once_for_a_key_released_and_undone(till):
    ann = till.enrol()["id"]
    body = {"tier_set": "vip", "level": "gold", "kind": "pinned", "note": "Opened our shop", "rewards": True}
    first = till.post(f"/members/{ann}/tier-changes", body, key="gold-1")
    assert first.status_code == 201, first.text
    given = first.json()
    assert (given["before"], given["after"], given["replayed"]) == (None, "gold", False)
    assert given["rewards"] == ["A coffee", "A dinner", "50 points"]
    assert till.post(f"/members/{ann}/tier-changes", body, key="gold-1").json() == given

    [tier] = till.get(f"/members/{ann}/tiers").json()["tiers"]
    assert (tier["level"]["code"], tier["decided"]) == ("gold", {"kind": "pinned", "level": "gold", "until": None})

    released = till.post(f"/members/{ann}/tier-releases", {"tier_set": "vip", "note": "It was enough"})
    assert (released.status_code, released.json()["after"]) == (201, None)
    again = till.post(f"/members/{ann}/tier-releases", {"tier_set": "vip", "note": "It was enough"})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_release")

    early = till.post(f"/tier-changes/{given['id']}/undo", {"note": "Not yet"})
    assert (early.status_code, early.json()["facts"]) == (409, {"why": "not_latest"})
    undone = till.post(f"/tier-changes/{released.json()['id']}/undo", {"note": "Sorry"}).json()
    assert (undone["before"], undone["after"]) == (None, "gold")
    undone = till.post(f"/tier-changes/{given['id']}/undo", {"note": "The wrong Ann"}).json()
    assert (undone["after"], [key.split("/")[-1] for key in undone["kept"]]) == (None, ["bonus"])

    page = till.get(f"/members/{ann}/tier-changes", params={"limit": 3}).json()
    rest = till.get(f"/members/{ann}/tier-changes", params={"cursor": page["next"]}).json()
    causes = [change["cause"] for change in (*page["changes"], *rest["changes"])]
    assert (causes, rest["next"]) == (["undone", "undone", "manual", "manual"], None)


GOLD = {"tier_set": "vip", "level": "gold", "note": "n"}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/members/999999999/tier-changes", GOLD, 404, "member_not_found"),
        ("/members/{ann}/tier-changes", {**GOLD, "tier_set": "club"}, 404, "unknown_tier_set"),
        ("/members/{ann}/tier-changes", {**GOLD, "level": "emerald"}, 422, "unknown_level"),
        ("/members/{ann}/tier-changes", {**GOLD, "note": " "}, 422, "invalid_level_change"),
        ("/members/{ann}/tier-changes", {**GOLD, "note": ""}, 400, "invalid_request"),
        ("/members/{ann}/tier-changes", {**GOLD, "kind": "until"}, 422, "invalid_level_change"),
        ("/members/{ann}/tier-changes", {**GOLD, "until": "2026-01-01T00:00:00Z"}, 422, "invalid_level_change"),
        ("/members/{ann}/tier-changes", {**GOLD, "kind": "frozen"}, 400, "invalid_request"),
        ("/members/{ann}/tier-changes", {"tier_set": "vip", "note": "n"}, 400, "invalid_request"),
        ("/tier-changes/999999/undo", {"note": "n"}, 404, "unknown_level_change"),
    ],
)
def test_what_cannot_be_is_refused_in_words(till, path, body, status, code):
    ann = till.enrol()["id"]
    answer = till.post(path.format(ann=ann), body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert code == "invalid_request" or "$" not in answer.json()["message"]
    assert till.get(f"/members/{ann}/tier-changes").json() == {"changes": [], "next": None}


def test_nobody_has_no_levels(till):
    for path in ("/members/999999999/tiers", "/members/999999999/tier-changes"):
        assert (till.get(path).status_code, till.get(path).json()["code"]) == (404, "member_not_found")


def test_a_key_that_only_enrols_gives_no_level(shop):
    clerk = shop.machine("members:write", "members:read")
    ann = clerk.enrol()["id"]
    answer = clerk.post(f"/members/{ann}/tier-changes", GOLD)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
