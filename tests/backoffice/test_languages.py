"""Each person reads the back office in their own language, and with the merchant's word for a store."""

import re

import pytest
from django.test import Client
from django.utils import translation

from regulars.audit.models import Event
from regulars.brand.change import change_looks
from regulars.config.languages.build import LOCALE
from regulars.core.actor import SYSTEM
from regulars.staff.models import ApprovalRule, Person, Role
from regulars.staff.pins import set_pin
from tests.backoffice.conftest import NOW
from tests.imports.files import a_file, check
from tests.shop import a_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _spoken_afterwards():
    """A page leaves its language to its thread."""
    assert (LOCALE / "vi" / "LC_MESSAGES" / "django.mo").exists(), "`make languages` compiles what is served"
    with translation.override("en"):
        yield


def choose(client, language, **more):
    return client.post("/accounts/language/", {"language": language, "next": "/stores/", **more})


@pytest.mark.parametrize(
    ("language", "stores"), [("en", "Stores"), ("vi", "Cửa hàng"), ("ms", "Kedai"), ("zh-hans", "门店")]
)
def test_what_a_person_chose_is_what_every_page_says(owner, language, stores):

    assert choose(owner, language).url == "/stores/"

    page = owner.get("/stores/", headers={"accept-language": "de, en;q=0.5"})
    assert f'<html lang="{language}"' in page.text
    assert f"<h1>{stores}</h1>" in page.text
    assert page.headers["content-language"] == language
    person = Person.objects.get(role=Role.OWNER)
    assert person.language == language


def test_who_chose_none_reads_what_the_browser_asks_for(owner):

    assert '<html lang="vi"' in owner.get("/stores/", headers={"accept-language": "vi-VN, en;q=0.5"}).text
    assert '<html lang="zh-hans"' in owner.get("/stores/", headers={"accept-language": "zh-CN"}).text
    assert '<html lang="en"' in owner.get("/stores/", headers={"accept-language": "de"}).text


def test_a_choice_is_taken_back(owner):
    choose(owner, "ms")

    choose(owner, "")

    person = Person.objects.get(role=Role.OWNER)
    assert person.language == ""
    assert '<html lang="vi"' in owner.get("/stores/", headers={"accept-language": "vi"}).text


def test_before_sign_in_the_browser_keeps_the_choice(shop):
    client = Client(headers={"host": "localhost"})
    assert '<html lang="en"' in client.get("/accounts/login/").text

    choose(client, "zh-hans")

    page = client.get("/accounts/login/")
    assert '<html lang="zh-hans"' in page.text
    assert "登录" in page.text


def test_a_language_that_we_do_not_have_changes_nothing(owner):

    choose(owner, "tlh")

    person = Person.objects.get(role=Role.OWNER)
    assert person.language == ""
    assert not Event.objects.filter(action="person.language_chosen").exists()


def test_the_way_back_leads_to_no_other_host(owner):

    assert choose(owner, "vi", next="https://elsewhere.example/").url == "/"


def next_of(page: str) -> str:
    return re.search(r'name="next" value="([^"]*)"', page)[1]


def test_a_choice_leads_to_an_address_that_shows_something(owner):
    ApprovalRule.objects.create(action="mass_adjust", role="", from_amount=0, need="second")
    set_pin(person_id=Person.objects.get().pk, pin="7305", at=NOW, by=SYSTEM)
    a_member(external_id="C-1")
    run = check(a_file("External id,Points\nC-1,40\n", subject="balances", at=NOW), at=NOW)
    shown, start = f"/imports/{run.pk}/", f"/imports/{run.pk}/start/"
    assert next_of(owner.get("/stores/?q=a").text) == "/stores/?q=a"

    asked = owner.post(start, headers={"referer": f"http://localhost{shown}?after_errors=1"})
    assert "second person" in asked.text
    assert next_of(asked.text) == f"{shown}?after_errors=1"
    wrong = {"leave-approver": "", "leave-pin": "0000"}
    assert next_of(owner.post(start, wrong, headers={"referer": f"http://localhost{start}"}).text) == "/"
    assert next_of(owner.post(start, headers={"referer": f"https://elsewhere.example{shown}"}).text) == "/"
    assert next_of(owner.post(start).text) == "/"


def test_choosing_the_same_again_writes_nothing(owner):
    choose(owner, "vi")
    choose(owner, "vi")

    [event] = Event.objects.filter(action="person.language_chosen")
    assert event.facts == {"language": "vi"}


@pytest.mark.parametrize(
    ("language", "stores"), [("en", "Branches"), ("vi", "Chi nhánh"), ("ms", "Cawangan"), ("zh-hans", "分店")]
)
def test_the_merchants_word_for_a_store_is_on_every_page(owner, language, stores):
    choose(owner, language)
    change_looks(accent="", date_style="words", store_word="branch", at=NOW, by=SYSTEM)

    page = owner.get("/stores/")

    assert f'<html lang="{language}"' in page.text
    assert f"<h1>{stores}</h1>" in page.text
