"""A merchant is made whole, quickly, and leaves nothing behind."""

import time
from datetime import UTC, datetime

import pytest
from django.db import connection

from regulars.platform.merchants import (
    HostTaken,
    MalformedMerchantCode,
    MerchantExists,
    UnknownMerchant,
    create_merchant,
    drop_merchant,
    rename_merchant,
)
from regulars.platform.models import Domain, Merchant
from regulars.platform.recipes import NotMigrated, SchemaRecipe

AT = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'm\\_%'")
        return {name for (name,) in cursor.fetchall()}


def test_making_a_merchant_takes_at_most_two_seconds():
    started = time.perf_counter()
    create_merchant(code="bakery", name="Bakery", at=AT)
    assert time.perf_counter() - started <= 2


def test_a_merchant_has_a_schema_of_its_own_and_its_hosts():
    made = create_merchant(code="bakery", name="Bakery", at=AT, hosts=["Bakery.example", "shop.bakery.example"])

    assert "m_bakery" in schemas()
    assert list(made.domains.order_by("id").values_list("domain", "is_primary")) == [
        ("bakery.example", True),
        ("shop.bakery.example", False),
    ]


@pytest.mark.parametrize("code", ["", "a", "A1", "1a", "a-b", "a" * 32, 'x"y', "ünlü", "ab\n"])
def test_a_malformed_code_is_refused(code):
    before = schemas()
    with pytest.raises(MalformedMerchantCode):
        create_merchant(code=code, name="Bakery", at=AT)
    assert schemas() == before


def test_a_code_belongs_to_one_merchant():
    before = schemas()
    with pytest.raises(MerchantExists):
        create_merchant(code="test", name="Another", at=AT)
    assert schemas() == before


def test_a_host_leads_to_one_merchant_and_a_refused_one_leaves_nothing_behind():
    create_merchant(code="bakery", name="Bakery", at=AT, hosts=["bakery.example"])
    before = schemas()

    with pytest.raises(HostTaken):
        create_merchant(code="butcher", name="Butcher", at=AT, hosts=["bakery.example"])

    assert schemas() == before
    assert not Merchant.objects.filter(code="butcher").exists()


def test_only_the_first_merchant_is_the_default_one():
    made = create_merchant(code="bakery", name="Bakery", at=AT)
    assert not made.is_default
    assert Merchant.objects.get(code="test").is_default


def test_a_merchant_can_change_its_name_and_its_code():
    create_merchant(code="bakery", name="Bakery", at=AT)
    rename_merchant(code="bakery", name="Boulangerie")
    rename_merchant(code="bakery", new_code="boulangerie")

    renamed = Merchant.objects.get(code="boulangerie")
    assert (renamed.name, renamed.schema_name) == ("Boulangerie", "m_boulangerie")
    assert "m_boulangerie" in schemas()
    assert "m_bakery" not in schemas()


def test_dropping_a_merchant_removes_its_schema_and_its_hosts():
    create_merchant(code="bakery", name="Bakery", at=AT, hosts=["bakery.example"])
    drop_merchant(code="bakery")

    assert "m_bakery" not in schemas()
    assert not Domain.objects.filter(domain="bakery.example").exists()


def test_an_unknown_merchant_cannot_be_dropped_or_renamed():
    with pytest.raises(UnknownMerchant):
        drop_merchant(code="nobody")
    with pytest.raises(UnknownMerchant):
        rename_merchant(code="nobody", name="Somebody")


def test_a_database_older_than_the_program_makes_no_merchant():
    from regulars.platform.rights import as_owner

    with as_owner():
        SchemaRecipe.objects.update(fingerprint="older")
    with pytest.raises(NotMigrated):
        create_merchant(code="bakery", name="Bakery", at=AT)
