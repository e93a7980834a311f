"""The loader makes the shop once, records every basket once, and goes on where it was interrupted."""

import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from regulars.core.actor import SYSTEM
from regulars.demo.dates import weeks_to_today
from regulars.demo.journey import read_outline
from regulars.demo.program import ZONE
from regulars.demo.shop import NotTheDemo, open_program
from regulars.ledger.models import Account, Entry
from regulars.members.models import Card, Member
from regulars.platform.merchants import create_merchant, drop_merchant
from regulars.programs.setup import create_program
from regulars.sales.models import Line, Sale
from regulars.sales.verify import verify
from regulars.stores.models import Store, Till
from tests.demo.a_load import load
from tests.demo.conftest import BASKETS
from tests.demo.grocer import expected_by_rule
from tests.demo.posted import posted_by_rule
from tests.demo.sheets import ask

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def everything() -> tuple[list, ...]:
    """What a load leaves, without the ids that differ from one load to the next."""
    return (
        list(
            Sale.objects.order_by("occurred_at", "external_id").values_list(
                "external_id", "store__code", "till", "occurred_at", "total_minor", "member__first_name", "fingerprint"
            )
        ),
        list(
            Line.objects.order_by("sale__external_id", "position").values_list(
                "sale__external_id", "position", "sku", "category", "brand", "quantity_milli", "amount_minor"
            )
        ),
        sorted(Entry.objects.values_list("kind", "occurred_at", "amount")),
        list(Account.objects.filter(side="member").order_by("holder_id").values_list("balance", "earned")),
        list(Member.objects.order_by("id").values_list("first_name", "last_name", "joined_at")),
    )


def breaches() -> list[str]:
    return [result.name for result in verify() if result.breaches]


def test_a_load_leaves_the_shop_its_members_and_every_line(fresh_merchant, small_year, products):
    assert load(small_year, at=AT, products=products) == BASKETS
    households, stores = (
        ask(small_year, f"SELECT count(DISTINCT {what}) FROM line") for what in ("household_id", "store_id")
    )
    assert (Member.objects.filter(is_generated=True).count(), Card.objects.count()) == (households, households)
    assert (Store.objects.count(), Till.objects.count()) == (stores, 4 * stores)
    assert Line.objects.count() == ask(small_year, "SELECT count(*) FROM line")
    nothing = ask(small_year, "SELECT count(*) FROM line WHERE quantity = 0")
    assert Line.objects.filter(quantity_milli=0).count() == nothing > 0
    assert breaches() == []


def test_what_a_load_gives_is_what_numpy_finds_in_the_files(fresh_merchant, small_year, products):
    load(small_year, at=AT, products=products)
    weeks = weeks_to_today(read_outline(small_year).last_at, at=AT, zone=ZONE)
    expected = expected_by_rule(small_year, weeks=weeks)
    assert posted_by_rule(look) == expected
    assert min(expected["base"], expected["bakery"], expected["coffee"]) > 0


def look(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        [(answer,)] = cursor.fetchall()
    return json.dumps(answer)


def test_members_joined_when_they_first_came(fresh_merchant, small_year, products):
    load(small_year, at=AT, products=products)
    for member in Member.objects.all():
        assert member.joined_at == Sale.objects.filter(member=member).order_by("occurred_at").first().occurred_at


def test_a_second_load_changes_nothing(fresh_merchant, small_year, products):
    load(small_year, at=AT, products=products)
    before = everything()
    assert load(small_year, at=AT + timedelta(days=40), products=products) == 0
    assert everything() == before


@pytest.mark.parametrize("batches", [2, 7, 13])
def test_an_interrupted_load_that_goes_on_a_month_later_equals_one_in_one_go(
    fresh_merchant, another_merchant, small_year, products, batches
):
    load(small_year, at=AT, products=products)
    in_one_go = everything()
    connection.set_tenant(another_merchant)
    load(small_year, at=AT, products=products, stop_after=batches)
    # Another size of batch, so that the one it fell into is sent again in part.
    assert load(small_year, at=AT + timedelta(days=31), products=products, at_once=60) < BASKETS
    assert everything() == in_one_go
    assert breaches() == []


@pytest.mark.fault
@pytest.mark.parametrize("first", [Store, Member, Sale, Sale])
def test_a_load_that_is_killed_and_goes_on_equals_one_in_one_go(
    fresh_merchant, another_merchant, small_year, products, first
):
    load(small_year, at=AT, products=products)
    in_one_go = everything()
    connection.set_tenant(another_merchant)
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.demo.a_load", another_merchant.schema_name, small_year, AT.isoformat()],
        stdout=subprocess.DEVNULL,
    )
    while running.poll() is None and not first.objects.exists():
        time.sleep(0.01)
    time.sleep(random.random() * 0.3)
    running.kill()
    running.wait()
    load(small_year, at=AT, products=products)
    assert everything() == in_one_go
    assert breaches() == []


@pytest.fixture
def another_merchant(fresh_merchant):
    merchant = create_merchant(code=f"{fresh_merchant.code}b", name="Another Shop", at=AT)
    yield merchant
    drop_merchant(code=merchant.code)


@pytest.mark.django_db
def test_a_merchant_with_a_program_of_its_own_is_left_alone(small_year):
    create_program(name="Corner Shop", time_zone="UTC", currency="EUR", country="DE", at=AT, by=SYSTEM)
    with pytest.raises(NotTheDemo):
        open_program(read_outline(small_year), at=AT)
    assert not Member.objects.exists()
