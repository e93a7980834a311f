"""Tags and segments over the API: listed, read of a member, put on and taken off."""

import pytest

from regulars.audiences.models import Tag
from regulars.audiences.segments import save_segment
from regulars.audiences.tags import create_tag
from regulars.core.actor import SYSTEM
from regulars.core.audience import Balance
from tests.api.machine import Machine
from tests.shop import NOON


@pytest.fixture
def tagging(till: Machine) -> Machine:
    if not Tag.objects.exists():
        for name in ("vip", "tea lover"):
            create_tag(name, at=NOON, by=SYSTEM)
        save_segment(name="rich", condition=Balance(unit="points", at_least=10), at=NOON, by=SYSTEM)
    return till


def test_tags_are_put_on_once_and_taken_off(tagging):
    ann = tagging.enrol()["id"]
    put = tagging.post(f"/members/{ann}/tags", {"tags": ["vip", "tea lover"]}, key="T-1")
    assert (put.status_code, put.json()["tags"]) == (201, ["tea lover", "vip"])
    assert tagging.post(f"/members/{ann}/tags", {"tags": ["vip"]}).json()["tags"] == ["tea lover", "vip"]
    assert tagging.send("DELETE", f"/members/{ann}/tags/tea lover").json()["tags"] == ["vip"]
    assert tagging.get(f"/members/{ann}/groups").json() == {"member": {"id": ann}, "tags": ["vip"], "segments": []}
    listed = tagging.get("/tags").json()["tags"]
    assert [(each["name"], each["members"]) for each in listed] == [("tea lover", 0), ("vip", 1)]


def test_segments_are_those_of_the_moment(tagging):
    ann = tagging.enrol()["id"]
    tagging.post(f"/members/{ann}/adjustments", {"amount": 10, "reason": "a start"})
    assert tagging.get(f"/members/{ann}/groups").json()["segments"] == ["rich"]
    assert [each["name"] for each in tagging.get("/segments").json()["segments"]] == ["rich"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/members/{ann}/tags", {"tags": ["nobody made this"]}, 404, "unknown_tag"),
        ("/members/{ann}/tags", {"tags": []}, 400, "invalid_request"),
        ("/members/9999999/tags", {"tags": ["vip"]}, 404, "member_not_found"),
    ],
)
def test_what_cannot_be_is_refused(tagging, path, body, status, code):
    ann = tagging.enrol()["id"]
    answer = tagging.post(path.format(ann=ann), body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert tagging.get(f"/members/{ann}/groups").json()["tags"] == []
