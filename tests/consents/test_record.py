"""Each decision is a row of its own, with the text it was made under; what was said last counts."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from regulars.audit.models import Event
from regulars.consents.models import Consent, ConsentNow, PolicyVersion, Source
from regulars.consents.record import NewConsent, record_consents
from regulars.consents.refusals import (
    CannotWithdraw,
    FutureConsent,
    TooYoung,
    UnknownChannel,
    UnknownPolicyVersion,
    UnknownPurpose,
)
from regulars.members.lock import UnknownMember
from tests.consents.desk import CLERK, a_careful_shop, a_notice, say
from tests.shop import NOON, OPENED, a_member

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)


def test_a_decision_is_kept_with_its_text_its_time_its_channel_and_who_wrote_it_down():
    a_careful_shop()
    ann = a_member()
    noted = say(ann, True, channel="sms", given_at=NOON - timedelta(hours=1), language="vi")
    row = Consent.objects.get(pk=noted.consent_id)
    assert (row.member_id, row.channel, row.is_given, row.language) == (ann, "sms", True, "vi")
    assert (row.given_at, row.recorded_at, row.actor) == (NOON - timedelta(hours=1), NOON, "staff:7")
    assert row.version.number == 1
    event = Event.objects.get(action="consent.given")
    assert (event.member_id, event.actor) == (ann, "staff:7")
    assert event.facts == {"purpose": "marketing", "channel": "sms", "source": "counter"}


def test_the_version_is_the_one_that_was_in_force_when_they_said_it():
    a_careful_shop()
    a_notice(at=NOON, body="We keep more.")
    ann = a_member()
    early = say(ann, True, given_at=NOON - timedelta(days=3), at=LATER)
    late = say(ann, False, at=LATER)
    numbers = {row.pk: row.version.number for row in Consent.objects.all()}
    assert numbers == {early.consent_id: 1, late.consent_id: 2}


def test_a_yes_that_is_told_after_a_later_no_changes_nothing():
    a_careful_shop()
    ann = a_member()
    say(ann, False, given_at=NOON)
    late = say(ann, True, given_at=NOON - timedelta(days=2), at=LATER)
    assert late.consent_id and not late.counts
    assert [row.is_given for row in ConsentNow.objects.all()] == [False]
    assert Consent.objects.count() == 2


def test_the_same_said_twice_is_one_decision_until_the_text_changes():
    a_careful_shop()
    ann = a_member()
    assert say(ann, True).consent_id
    assert say(ann, True, at=LATER).consent_id is None
    a_notice(at=LATER, body="We keep more.")
    assert say(ann, True, at=LATER + timedelta(hours=1)).consent_id
    assert [row.version_id for row in Consent.objects.order_by("id")] == list(
        PolicyVersion.objects.order_by("id").values_list("id", flat=True)
    )


def test_a_word_about_everything_ends_what_was_said_about_channels():
    a_careful_shop()
    ann = a_member()
    say(ann, True, channel="sms")
    say(ann, False, at=LATER)
    assert list(ConsentNow.objects.values_list("channel", "is_given")) == [("", False)]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"purpose": "nothing"}, UnknownPurpose),
        ({"channel": "post"}, UnknownChannel),
        ({"purpose": "program", "is_given": False}, CannotWithdraw),
        ({"given_at": NOON + timedelta(seconds=1)}, FutureConsent),
        ({"version": 9}, UnknownPolicyVersion),
        ({"member_id": 999_999}, UnknownMember),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(given, refusal):
    a_careful_shop()
    usual = {"member_id": a_member(), "purpose": "marketing", "is_given": True, "source": Source.PAPER}
    [outcome] = record_consents([NewConsent(**(usual | given))], at=NOON, by=CLERK)
    assert isinstance(outcome, refusal)
    assert (Consent.objects.count(), ConsentNow.objects.count()) == (0, 0)


def test_a_child_cannot_consent_and_can_say_no():
    a_careful_shop()
    kim = a_member(birth_on=date(2010, 3, 11))  # 15 until tomorrow
    with pytest.raises(TooYoung):
        say(kim, True)
    assert say(kim, False).consent_id
    assert say(kim, True, at=NOON + timedelta(days=2)).consent_id


@pytest.mark.parametrize("size", [1, 10, 200])
def test_statements_do_not_grow_with_the_batch(size, django_assert_num_queries):
    a_careful_shop()
    people = [a_member(cards=()) for _ in range(size)]
    batch = [
        NewConsent(member_id=each, purpose="marketing", is_given=bool(each % 2), source=Source.IMPORT)
        for each in people
    ]
    with django_assert_num_queries(12):
        outcomes = record_consents(batch, at=NOON, by=CLERK)
    assert len([each for each in outcomes if each.consent_id]) == size


def test_the_application_cannot_change_what_somebody_said():
    a_careful_shop()
    noted = say(a_member(), False)
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("UPDATE consents_consent SET is_given = true WHERE id = %s", [noted.consent_id])


def test_a_policy_has_versions_that_start_one_after_the_other():
    a_careful_shop()
    ann = a_member(at=OPENED)
    assert say(ann, True, version=1).consent_id
