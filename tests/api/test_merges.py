"""Machines see who looks alike, make two records one, and part them again."""

import pytest

from regulars.care.duplicates import look_for_duplicates


@pytest.fixture
def two(till) -> tuple[str, str]:
    """Ann twice; the second has 50 points."""
    first = till.post("/members", {"first_name": "Ann", "last_name": "Lee", "birth_on": "1990-05-01"}).json()
    look()
    second = till.post("/members", {"first_name": "Ann", "last_name": "Lee", "birth_on": "1990-05-01"}).json()
    assert first["id"] in [each["member_id"] for each in second["possible_duplicates"]]
    till.sell(5_000, member={"id": second["id"]})
    return first["id"], second["id"]


def look() -> None:
    from django.utils import timezone

    while look_for_duplicates(at=timezone.now()):
        pass


def points(till, member: str) -> int:
    [balance] = [
        each for each in till.get(f"/members/{member}/balances").json()["balances"] if each["unit"] == "points"
    ]
    return balance["available"]


def test_two_who_look_alike_are_listed_merged_once_for_a_key_and_parted_again(till, two):
    ann, other = two
    look()
    assert [ann, other] in [each["members"] for each in till.get("/duplicates").json()["duplicates"]]
    body = {"source": other, "reason": "one person"}
    first = till.post(f"/members/{ann}/merges", body, key=f"merge-{ann}")
    assert first.status_code == 201, first.text
    assert first.json() | {"id": ""} == {"id": "", "source": other, "keeper": ann, "rewards": [], "replayed": False}
    assert till.post(f"/members/{ann}/merges", body, key=f"merge-{ann}").json() == first.json()
    assert points(till, ann) == 50
    assert till.get(f"/members/{other}").json()["id"] == ann
    undone = till.post(f"/merges/{first.json()['id']}/undo", {"reason": "two people"})
    assert undone.status_code == 201, undone.text
    assert undone.json()["differences"] == []
    assert (points(till, ann), points(till, other)) == (0, 50)


def test_what_cannot_be_merged_is_refused(till, two):
    ann, other = two
    same = till.post(f"/members/{ann}/merges", {"source": ann, "reason": "x"})
    assert (same.status_code, same.json()["code"], same.json()["facts"]["why"]) == (409, "cannot_merge", "same")
    assert till.post(f"/members/{ann}/merges", {"source": "999999", "reason": "x"}).status_code == 404
    wrong = till.post(f"/members/{ann}/merges", {"source": other, "reason": "x", "choices": {"shoe": "source"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_choice")
    assert till.post("/merges/999999/undo", {"reason": "x"}).status_code == 404
