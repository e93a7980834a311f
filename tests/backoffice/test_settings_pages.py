"""The shop's settings, keys, stores and the team: what is shown before, what happens, and what the trail says."""

import re

import pytest

from regulars.programs.models import Program
from regulars.staff.models import ApiKey

pytestmark = pytest.mark.django_db


def test_settings_are_written_on_the_second_press(owner):
    typed = {"name": "Corner Shop", "time_zone": "Europe/Oslo", "currency": "USD"}
    assert "This will change" in owner.post("/shop/", typed).content.decode()
    assert Program.objects.get().time_zone == "America/New_York"
    owner.post("/shop/", {**typed, "sure": "1"})
    assert Program.objects.get().time_zone == "Europe/Oslo"
    assert "America/New_York → Europe/Oslo" in owner.get("/activity/").content.decode()


def test_a_time_zone_that_is_none_is_told_beside_it(owner):
    typed = {"name": "Corner Shop", "time_zone": "Moon", "currency": "USD", "sure": "1"}
    page = owner.post("/shop/", typed).content.decode()
    assert "not known" in page
    assert Program.objects.get().time_zone == "America/New_York"


def test_a_key_is_shown_once(owner):
    made = owner.post("/keys/new/", {"name": "Till", "scopes": ["sales:write"], "store": "330"}).content.decode()
    token = re.search(r"rk_test_\d+\.[\w-]{43}", made)
    assert token
    assert token[0] not in owner.get("/keys/").content.decode()
    key = ApiKey.objects.get()
    owner.post(f"/keys/{key.pk}/revoke/")
    assert "Revoked" in owner.get("/keys/").content.decode()


def test_a_third_live_key_of_one_name_is_refused(owner):
    for _ in range(3):
        last = owner.post("/keys/new/", {"name": "Till", "scopes": ["sales:write"]}).content.decode()
    assert "2 live keys already" in last
    assert ApiKey.objects.count() == 2


def test_the_trail_says_who_did_what(owner):
    owner.post("/members/new/", {"first_name": "Ann"})
    page = owner.get("/activity/").content.decode()
    assert "enrolled a member" in page
    assert "Owner" in page
    assert "enrolled a member</a>" not in owner.get("/activity/?action=key.created").content.decode()
