"""What people allow, as machines ask and note it; and what they can ask of the shop: all of it, or that it goes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from regulars.consents.presets import apply_preset
from regulars.core.actor import SYSTEM
from regulars.members.models import Member
from tests.consents.desk import a_notice

START = timezone.now() - timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def careful(shop) -> None:
    apply_preset("gdpr", at=START, by=SYSTEM)
    a_notice(at=START)


def allowed(state: dict, purpose: str = "marketing") -> dict[str | None, bool]:
    [found] = [each for each in state["consents"] if each["purpose"] == purpose]
    return {each["channel"]: each["is_allowed"] for each in found["allowed"]}


def test_a_form_reads_what_it_asks_in_the_readers_language(till):
    purposes = {each["code"]: each for each in till.get("/purposes", params={"language": "vi"}).json()["purposes"]}
    assert list(purposes) == ["program", "records", "marketing", "personal", "surveys"]
    assert purposes["marketing"]["policy"]["title"] == "Thông báo"
    assert purposes["marketing"]["channels"] == ["email", "sms", "whatsapp", "push"]
    assert (purposes["marketing"]["is_asked"], purposes["program"]["is_asked"]) == (True, False)
    other = till.get("/purposes", params={"language": "ms"}).json()["purposes"][0]
    assert other["policy"]["language"] == "en"


def test_a_yes_and_a_no_are_noted_and_told_with_their_history(till):
    ann = till.enrol()["id"]
    path = f"/members/{ann}/consents"
    first = till.post(path, {"purpose": "marketing", "given": True, "source": "paper"})
    assert (first.status_code, first.json()["counts"]) == (201, True)
    assert allowed(first.json()) == {None: True, "email": True, "sms": True, "whatsapp": True, "push": True}
    again = till.post(path, {"purpose": "marketing", "given": True}).json()
    assert again["id"] is None
    between = timezone.now()
    later = till.post(path, {"purpose": "marketing", "given": False, "channel": "sms"}).json()
    assert allowed(later)["sms"] is False and allowed(later)["email"] is True

    read = till.get(path, params={"limit": 1}).json()
    assert [(each["channel"], each["given"], each["policy_version"]) for each in read["history"]] == [("sms", False, 1)]
    rest = till.get(path, params={"cursor": read["next"]}).json()
    assert [(each["given"], each["source"]) for each in rest["history"]] == [(True, "paper")]
    assert allowed(till.get(path, params={"moment": between.isoformat()}).json())["sms"] is True


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"purpose": "nothing", "given": True}, 404, "unknown_purpose"),
        ({"purpose": "marketing", "given": True, "channel": "post"}, 422, "unknown_channel"),
        ({"purpose": "program", "given": False}, 422, "cannot_withdraw"),
        ({"purpose": "marketing", "given": True, "given_at": "2199-01-01T00:00:00Z"}, 422, "future_consent"),
        ({"purpose": "marketing", "given": True, "policy_version": 7}, 422, "unknown_policy_version"),
        ({"purpose": "marketing", "given": True, "channel": "pigeon"}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_is_refused(till, body, status, code):
    ann = till.enrol()["id"]
    answer = till.post(f"/members/{ann}/consents", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert till.get(f"/members/{ann}/consents").json()["history"] == []


def test_a_member_gets_all_their_data(till):
    ann = till.enrol(email="all.of.ann@example.com")["id"]
    till.sell(1000, member={"id": ann})
    told = till.get(f"/members/{ann}/export").json()
    assert told["sections"]["identifiers"] == [
        {"kind": "email", "value": "all.of.ann@example.com", "verified_at": None}
    ]
    assert [each["total_minor"] for each in told["sections"]["sales"]] == [1000]


def test_an_erasure_is_asked_once_and_can_be_withdrawn(till):
    ann = till.enrol()["id"]
    asked = till.post(f"/members/{ann}/erasures", {}).json()
    assert (asked["state"], asked["member_id"]) == ("waiting", ann)
    again = till.post(f"/members/{ann}/erasures", {})
    assert (again.status_code, again.json()["facts"]) == (409, {"due_at": asked["due_at"]})
    withdrawn = till.send("DELETE", f"/erasures/{asked['id']}")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    assert till.send("DELETE", f"/erasures/{asked['id']}").status_code == 404


def test_a_key_that_only_reads_notes_nothing(till, shop):
    ann = till.enrol()["id"]
    reader = shop.machine("members:read")
    assert reader.post(f"/members/{ann}/consents", {"purpose": "marketing", "given": True}).status_code == 403
    assert reader.post(f"/members/{ann}/erasures", {}).status_code == 403
    assert reader.get(f"/members/{ann}/consents").status_code == 200


def test_whoever_joins_says_at_once_what_they_allow(till):
    consents = [
        {"purpose": "marketing", "given": True, "source": "paper", "policy_version": 1, "language": "vi"},
        {"purpose": "marketing", "given": False, "channel": "sms", "source": "counter"},
        {"purpose": "personal", "given": False, "given_at": START.isoformat()},
    ]
    body = {"first_name": "Ann", "cards": ["77001"], "consents": consents}

    joined = till.post("/members", body, key="J-1")
    assert joined.status_code == 201, joined.text
    assert allowed(joined.json()) == {None: True, "email": True, "sms": False, "whatsapp": True, "push": True}
    assert till.post("/members", body, key="J-1").json() == joined.json()

    history = till.get(f"/members/{joined.json()['id']}/consents").json()["history"]
    assert [
        (each["purpose"], each["channel"], each["given"], each["policy_version"], each["language"], each["source"])
        for each in reversed(history)
    ] == [
        ("marketing", None, True, 1, "vi", "paper"),
        ("marketing", "sms", False, 1, "", "counter"),
        ("personal", None, False, 1, "", "website"),
    ]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"purpose": "nothing", "given": True}, 404, "unknown_purpose"),
        ({"purpose": "marketing", "given": True, "channel": "post"}, 422, "unknown_channel"),
        ({"purpose": "marketing", "given": True, "policy_version": 9}, 422, "unknown_policy_version"),
        ({"purpose": "program", "given": False}, 422, "cannot_withdraw"),
        ({"purpose": "marketing", "given": True, "given_at": "2999-01-01T00:00:00Z"}, 422, "future_consent"),
        ({"purpose": "marketing", "given": True, "given_at": "0001-01-01T00:00:00Z"}, 400, "invalid_request"),
        ({"purpose": "marketing", "given": "yes"}, 400, "invalid_request"),
        ({"purpose": "marketing", "given": True, "source": "merge"}, 400, "invalid_request"),
        ({"given": True}, 400, "invalid_request"),
    ],
)
def test_a_decision_that_cannot_be_noted_enrols_nobody(till, wrong, status, code):
    before = Member.objects.count()
    right = {"purpose": "marketing", "given": True}

    refused = till.post("/members", {"first_name": "Ann", "consents": [right, wrong]})

    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert Member.objects.count() == before


def test_who_is_too_young_to_consent_is_not_enrolled_with_a_yes(till):
    young = {"first_name": "Kim", "birth_on": (timezone.now() - timedelta(days=10 * 365)).date().isoformat()}

    refused = till.post("/members", young | {"consents": [{"purpose": "marketing", "given": True}]})

    assert (refused.status_code, refused.json()["code"]) == (422, "too_young_to_consent")
    assert till.post("/members", young | {"consents": [{"purpose": "marketing", "given": False}]}).status_code == 201
