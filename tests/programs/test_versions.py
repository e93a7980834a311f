"""The program's versions: one draft, a date to start on, a life, a past; and what has started never changes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from msgspec.structs import replace

from regulars.audit.models import Event
from regulars.core.actor import Actor
from regulars.core.checkout import CLOCK_SKEW
from regulars.core.program.conditions import Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import BonusRule, RateRule
from regulars.core.program.stamp_cards import StampCard
from regulars.core.program.units import POINTS, Unit, UnitWords
from regulars.core.refusals import Refusal
from regulars.ledger.models import Account
from regulars.ledger.models import Unit as LedgerUnit
from regulars.programs.models import ProgramVersion
from regulars.programs.soundness import FaultyProgram
from regulars.programs.versions import (
    DraftExists,
    InvalidDocument,
    NoDraft,
    UnknownVersion,
    VersionHasStarted,
    discard_draft,
    list_current,
    list_versions,
    open_draft,
    publish_document,
    read_draft,
    read_live,
    read_version,
    save_draft,
    schedule_document,
    schedule_draft,
    unschedule,
)
from tests.shop import NOON, ONE_PER_DOLLAR, OPENED, a_member, a_program, a_sale, a_shop, points_of, publish, sell

pytestmark = pytest.mark.django_db

BOB = Actor(kind="staff", id=5, name="Bob")
DAY = timedelta(days=1)
DOUBLE = RateRule(code="base", name="Base", points=2, per_minor=100)


@pytest.fixture(autouse=True)
def _shop(db):
    a_shop()


def states(at=NOON):
    return [(version.number, version.state) for version in list_versions(at=at)]


def everything():
    return (list(ProgramVersion.objects.values()), Event.objects.count(), LedgerUnit.objects.count())


def test_a_draft_is_a_copy_of_what_comes_last_and_counts_for_nothing():
    draft = open_draft(at=NOON, by=BOB)
    assert draft.document == read_live(at=NOON).document
    assert open_draft(at=NOON + DAY, by=BOB).id == draft.id

    save_draft(a_program(DOUBLE), at=NOON, by=BOB, note="Twice as much")

    assert states() == [(2, "draft"), (1, "live")]
    assert (read_draft(at=NOON).note, read_draft(at=NOON).created_by) == ("Twice as much", "staff:5")
    member = a_member()
    sell(a_sale(1000, member=member))
    assert points_of(member) == 10


def test_a_scheduled_draft_lives_from_its_moment_on_and_the_one_before_is_past():
    save_draft(a_program(DOUBLE), at=NOON, by=BOB)
    schedule_draft(starts_at=NOON + DAY, at=NOON, by=BOB)

    assert states() == [(2, "scheduled"), (1, "live")]
    assert states(NOON + DAY - timedelta(microseconds=1)) == [(2, "scheduled"), (1, "live")]
    assert states(NOON + DAY) == [(2, "live"), (1, "past")]
    assert (read_live(at=NOON).number, read_live(at=NOON + DAY).number) == (1, 2)
    assert read_live(at=OPENED - DAY).number == 1
    assert open_draft(at=NOON, by=BOB).document == a_program(DOUBLE)


def test_the_till_follows_on_the_date_and_late_sales_keep_their_own_version():
    member = a_member()
    schedule_document(a_program(DOUBLE), starts_at=NOON + DAY, at=NOON, by=BOB)

    sell(a_sale(1000, member=member, at=NOON), at=NOON)
    assert points_of(member, at=NOON) == 10
    sell(a_sale(1000, member=member, at=NOON + DAY), at=NOON + DAY)
    assert points_of(member, at=NOON + DAY) == 30
    sell(a_sale(1000, member=member, at=NOON + timedelta(hours=1)), at=NOON + DAY)
    assert points_of(member, at=NOON + DAY) == 40


def test_a_moment_that_has_passed_means_now():
    open_draft(at=NOON, by=BOB)
    assert schedule_draft(starts_at=OPENED, at=NOON, by=BOB).starts_at == NOON


def test_publishing_goes_past_the_draft_and_the_same_again_changes_nothing():
    save_draft(ProgramDocument(), at=NOON, by=BOB)
    first = publish(a_program(DOUBLE))
    before = everything()
    assert publish(a_program(DOUBLE), at=NOON + DAY).id == first.id

    assert everything() == before
    assert states() == [(2, "draft"), (3, "live"), (1, "past")]


def test_scheduling_opens_the_units_of_the_document_for_everybody():
    member = a_member()
    stars = Unit(code="stars", name=UnitWords(singular="star", plural="stars"))
    card = StampCard(code="coffee", name="Coffee card", size=10, final="free")

    publish(a_program(units=(POINTS, stars), stamp_cards=(card,), rewards=(Reward(code="free", name="Free coffee"),)))

    assert list(LedgerUnit.objects.order_by("id").values_list("code", "name")) == [
        ("points", "points"),
        ("stars", "stars"),
        ("coffee", "Coffee card"),
    ]
    assert Account.objects.filter(holder_id=member).count() == 3
    assert Account.objects.filter(holder_id=None).count() == 15


def test_a_scheduled_version_becomes_the_draft_again():
    version = schedule_document(a_program(DOUBLE), starts_at=NOON + DAY, at=NOON, by=BOB)
    unschedule(version.number, at=NOON, by=BOB)

    assert states() == [(2, "draft"), (1, "live")]
    assert read_live(at=NOON + 2 * DAY).number == 1
    discard_draft(at=NOON, by=BOB)
    assert states() == [(1, "live")]


@pytest.mark.parametrize(
    ("deed", "refusal"),
    [
        (lambda: unschedule(1, at=NOON, by=BOB), VersionHasStarted),
        (lambda: unschedule(2, at=NOON + DAY, by=BOB), VersionHasStarted),
        # A till whose clock is fast may have sold by it already.
        (lambda: unschedule(2, at=NOON + DAY - CLOCK_SKEW, by=BOB), VersionHasStarted),
        (lambda: unschedule(9, at=NOON, by=BOB), UnknownVersion),
        (lambda: read_version(9, at=NOON), UnknownVersion),
        (lambda: discard_draft(at=NOON, by=BOB), NoDraft),
        (lambda: schedule_draft(starts_at=NOON, at=NOON, by=BOB), NoDraft),
        (lambda: publish(a_program(replace(DOUBLE, points=0))), InvalidDocument),
        (lambda: save_draft(a_program(replace(DOUBLE, code="No Code")), at=NOON, by=BOB), InvalidDocument),
        (lambda: publish(a_program(replace(DOUBLE, unit="stars"))), FaultyProgram),
        (lambda: publish(a_program(replace(DOUBLE, when=Conditions(stores=("999",))))), FaultyProgram),
        (
            lambda: schedule_document(a_program(DOUBLE, DOUBLE), starts_at=NOON + DAY, at=NOON, by=BOB),
            FaultyProgram,
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(deed, refusal):
    schedule_document(a_program(DOUBLE), starts_at=NOON + DAY, at=NOON, by=BOB)
    before = everything()

    with pytest.raises(Refusal) as refused:
        deed()

    assert type(refused.value) is refusal
    assert everything() == before


def test_a_version_comes_off_its_date_only_where_there_is_no_draft():
    version = schedule_document(a_program(DOUBLE), starts_at=NOON + DAY, at=NOON, by=BOB)
    open_draft(at=NOON, by=BOB)
    with pytest.raises(DraftExists):
        unschedule(version.number, at=NOON, by=BOB)


def test_a_draft_may_have_faults_until_it_is_to_decide():
    save_draft(a_program(BonusRule(code="b", name="B", points=5, unit="stars")), at=NOON, by=BOB)
    with pytest.raises(FaultyProgram) as refused:
        schedule_draft(starts_at=NOON, at=NOON, by=BOB)

    assert refused.value.faults == ["rules[0].unit: There is no unit “stars”."]
    assert states() == [(2, "draft"), (1, "live")]


def test_there_is_one_draft_at_most():
    open_draft(at=NOON, by=BOB)
    with pytest.raises(IntegrityError, match="one_draft"), transaction.atomic():
        ProgramVersion.objects.create(number=9, document={}, created_at=NOON, created_by="x", changed_at=NOON)


def test_every_step_is_in_the_trail():
    save_draft(a_program(DOUBLE), at=NOON, by=BOB)
    save_draft(a_program(ONE_PER_DOLLAR, DOUBLE), at=NOON, by=BOB)
    save_draft(a_program(ONE_PER_DOLLAR, DOUBLE), at=NOON, by=BOB)
    save_draft(a_program(DOUBLE), at=NOON, by=BOB)
    version = schedule_draft(starts_at=NOON + DAY, at=NOON, by=BOB)
    unschedule(version.number, at=NOON, by=BOB)
    discard_draft(at=NOON, by=BOB)

    steps = Event.objects.filter(actor=BOB.tag).order_by("id").values_list("action", "facts")
    assert [(action, facts.get("version")) for action, facts in steps] == [
        ("program.drafted", 2),
        ("program.drafted", 2),
        ("program.drafted", 2),
        ("program.scheduled", 2),
        ("program.unscheduled", 2),
        ("program.draft_discarded", 2),
    ]


def test_a_published_document_is_kept_as_it_was_said():
    version = publish_document(a_program(DOUBLE), at=NOON, by=BOB, note="More")
    assert read_version(version.number, at=NOON) == version
    assert (version.document, version.note, version.scheduled_by) == (a_program(DOUBLE), "More", "staff:5")


def test_the_current_versions_leave_the_past_out():
    publish(a_program(DOUBLE), at=NOON - DAY)
    for days, points in ((1, 3), (2, 4)):
        schedule_document(a_program(replace(DOUBLE, points=points)), starts_at=NOON + days * DAY, at=NOON, by=BOB)
    save_draft(a_program(replace(DOUBLE, points=5)), at=NOON, by=BOB)
    assert states() == [(5, "draft"), (4, "scheduled"), (3, "scheduled"), (2, "live"), (1, "past")]
    assert [(each.number, each.state) for each in list_current(at=NOON)] == states()[:-1]
