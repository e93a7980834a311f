"""The host name picks the merchant; on this machine's own names the default one answers."""

from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from regulars.platform import hosts
from regulars.platform.hosts import MerchantByHost
from regulars.platform.merchants import create_merchant
from regulars.platform.models import Merchant
from regulars.platform.rights import as_owner

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def bakery():
    return create_merchant(code="bakery", name="Bakery", at=AT, hosts=["bakery.example"])


def ask(host: str):
    """Send a request to a host; answer the schema it was put into, or the response that refused it."""
    from django.http import HttpResponse

    request = RequestFactory().get("/", headers={"host": host})
    answer = MerchantByHost(lambda request: HttpResponse(connection.schema_name))(request)
    return answer if answer.status_code != 200 else answer.content.decode()


@pytest.mark.parametrize("host", ["bakery.example", "BAKERY.example", "bakery.example:8443"])
def test_a_host_name_leads_to_its_merchant(host):
    assert ask(host) == "m_bakery"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_this_machines_own_names_lead_to_the_default_merchant(host):
    assert ask(host) == "m_test"


@pytest.mark.parametrize("host", ["nobody.example", "bakery.example.nobody.example", "", "b/../x", "bakery.example@x"])
def test_an_unknown_host_gets_a_plain_404(host):
    answer = ask(host)
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/plain")


def test_without_a_default_merchant_localhost_says_so():
    with as_owner():
        Merchant.objects.update(is_default=False)
    answer = ask("localhost")
    assert answer.status_code == 404
    assert b"none is the default" in answer.content


def test_the_only_merchant_answers_even_if_it_is_not_the_default():
    with as_owner():
        Merchant.objects.exclude(code="bakery").delete()
        Merchant.objects.update(is_default=False)
    assert ask("localhost") == "m_bakery"


def test_a_newcomer_is_told_how_to_make_a_merchant():
    with as_owner():
        Merchant.objects.all().delete()
    assert b"regulars merchant create" in ask("localhost").content


def test_while_the_database_is_away_a_page_answers_503_and_when_to_try_again(monkeypatch):
    def away(host: str) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(hosts, "find_merchant", away)
    answer = ask("localhost")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
