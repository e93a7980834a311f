"""Publishing makes a new version, ending stops it, and what cannot work is refused before anybody earns by it."""

from datetime import UTC, datetime

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM, Actor
from regulars.core.rules import EarningRule, ItemRule, RateRule
from regulars.core.terms import Terms
from regulars.ledger.models import Account, Unit
from regulars.programs.models import Program, Rule, RuleVersion
from regulars.programs.publish import (
    InvalidRule,
    RuleEnded,
    UnknownPlaces,
    UnknownRule,
    UnknownUnit,
    end_rule,
    publish_rule,
    save_draft,
)
from regulars.programs.settings import InvalidTerms, change_program, change_terms, read_terms
from regulars.programs.setup import InvalidProgram, ProgramExists, create_program, set_up_program
from tests.shop import NOON, OPENED, a_shop, a_store

pytestmark = pytest.mark.django_db

RATE = RateRule(points=1, per_minor=100)
BOB = Actor(kind="staff", id=5, name="Bob")


def publish(terms: EarningRule = RATE, *, rule_id: int | None = None, name: str = "Base") -> int:
    return publish_rule(rule_id=rule_id, name=name, terms=terms, at=NOON, by=BOB).rule_id


@pytest.fixture
def program(db):
    set_up_program(name="Shop", at=OPENED)


def test_a_new_merchant_gets_a_program_that_can_count_at_once():
    program = set_up_program(name="Shop", at=OPENED)

    assert (program.time_zone, program.currency, program.country) == ("UTC", "USD", "US")
    assert read_terms() == Terms()
    assert Unit.objects.get().code == "points"
    assert Account.objects.filter(holder_id=None).count() == 4
    assert set_up_program(name="Other", at=NOON).pk == program.pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"currency": "DOLLAR"}, "currency"),
        ({"country": "USA"}, "country"),
    ],
)
def test_a_program_that_cannot_be_is_refused(wrong, field):
    wanted = {"name": "P", "time_zone": "UTC", "currency": "EUR", "country": "LV"} | wrong

    with pytest.raises(InvalidProgram) as refused:
        create_program(**wanted, terms=Terms(), at=OPENED, by=SYSTEM)

    assert refused.value.field == field
    assert (Program.objects.count(), Unit.objects.count(), Account.objects.count()) == (0, 0, 0)


def test_there_is_one_program(program):
    with pytest.raises(ProgramExists):
        create_program(name="P", time_zone="UTC", currency="EUR", country="LV", terms=Terms(), at=NOON, by=SYSTEM)


def test_publishing_makes_the_next_version_and_the_same_again_does_not(program):
    rule = publish()
    publish(rule_id=rule)
    publish(RateRule(points=2, per_minor=100, starts_at=datetime(2026, 6, 1, tzinfo=UTC)), rule_id=rule)
    publish(RateRule(points=2, per_minor=100, starts_at=datetime(2026, 6, 1, tzinfo=UTC)), rule_id=rule, name="Summer")

    versions = RuleVersion.objects.filter(rule_id=rule).order_by("number")
    assert [(version.number, version.terms["points"], version.published_by) for version in versions] == [
        (1, 1, "staff:5"),
        (2, 2, "staff:5"),
    ]
    assert Rule.objects.get().name == "Summer"
    assert Event.objects.filter(action="rule.published").count() == 2


def test_publishing_a_draft_clears_it(program):
    rule = save_draft(rule_id=None, name="Draft", terms=RATE, at=NOON, by=BOB)
    assert rule.draft is not None

    publish(rule_id=rule.pk)

    rule.refresh_from_db()
    assert rule.draft is None


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (RateRule(points=0, per_minor=100), InvalidRule),
        (RateRule(points=1, per_minor=-1), InvalidRule),
        (RateRule(points=1, per_minor=100, starts_at=NOON, ends_at=NOON), InvalidRule),
        (RateRule(points=1, per_minor=100, unit="stars"), UnknownUnit),
        (RateRule(points=1, per_minor=100, stores=("330", "999")), UnknownPlaces),
        (ItemRule(points=1, skus=("1",), store_tags=("nowhere",)), UnknownPlaces),
    ],
)
def test_a_rule_that_cannot_work_is_refused_and_nothing_changes(program, terms, refusal):
    a_store("330")
    rule = publish()
    before = (RuleVersion.objects.count(), Rule.objects.count(), Event.objects.count())

    for rule_id in (None, rule):
        with pytest.raises(refusal):
            publish(terms, rule_id=rule_id)

    assert (RuleVersion.objects.count(), Rule.objects.count(), Event.objects.count()) == before


def test_a_rule_ends_once_and_stays_ended(program):
    rule = publish()
    end_rule(rule_id=rule, at=NOON, by=BOB)
    end_rule(rule_id=rule, at=NOON.replace(year=2030), by=BOB)

    assert Rule.objects.get().ended_at == NOON
    with pytest.raises(RuleEnded):
        publish(RateRule(points=2, per_minor=100), rule_id=rule)
    with pytest.raises(UnknownRule):
        end_rule(rule_id=2**40, at=NOON, by=BOB)


def test_terms_change_with_what_they_were_and_are_in_the_trail():
    a_shop()

    change_terms(terms=Terms(points_per=50, shortfall="debt"), at=NOON, by=BOB)
    change_terms(terms=Terms(points_per=50, shortfall="debt"), at=NOON, by=BOB)

    assert read_terms() == Terms(points_per=50, shortfall="debt")
    [event] = Event.objects.filter(action="program.terms_changed")
    assert event.facts == {"points_per": [100, 50], "shortfall": ["absorb", "debt"]}


@pytest.mark.parametrize(
    "terms", [Terms(points_per=0), Terms(minor_per=10**16), Terms(attach_days=-1), Terms(shortfall="never")]
)
def test_terms_outside_their_bounds_are_refused(terms):
    a_shop()

    with pytest.raises(InvalidTerms):
        change_terms(terms=terms, at=NOON, by=BOB)

    assert read_terms() == Terms()


def test_a_program_is_renamed_and_moved_to_another_zone():
    a_shop()

    change_program(name="New", time_zone="Europe/Riga", at=NOON, by=BOB)
    with pytest.raises(InvalidProgram):
        change_program(name="New", time_zone="Nowhere", at=NOON, by=BOB)

    program = Program.objects.get()
    assert (program.name, program.time_zone) == ("New", "Europe/Riga")
