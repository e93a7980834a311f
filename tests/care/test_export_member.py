"""A member is told everything that is known about them, and somebody wrote down who had it."""

import msgspec
import pytest

from regulars.audit.models import Event
from regulars.care.erase import erase_due
from regulars.care.erasures import withdraw_erasure
from regulars.care.export_member import export_member, write_export
from regulars.care.personal import PERSONAL
from regulars.care.told import SECTIONS, UNTOLD
from regulars.consents.models import Erasure
from regulars.members.lock import UnknownMember
from tests.care.planted import CLERK, WORDS, plant
from tests.consents.desk import a_careful_shop, say
from tests.shop import NOON


@pytest.mark.django_db
def test_all_that_was_planted_is_told_and_the_look_is_kept():
    a_careful_shop()
    member = plant(NOON)
    withdraw_erasure(erasure_id=Erasure.objects.get().pk, at=NOON, by=CLERK)
    say(member, True, channel="sms")
    export = export_member(member_id=member, at=NOON, by=CLERK)
    text = write_export(export).decode()
    assert {name for name, word in WORDS.items() if word not in text} == {"regulated"}
    assert (export.status, export.currency) == ("left", "USD")
    assert {name for name, rows in export.sections.items() if not rows} == {"rewards", "levels", "messages"}
    assert export.sections["consents"][0]["channel"] == "sms"
    assert export.sections["consents"][0]["policy_version"] == 1
    assert [row["total_minor"] for row in export.sections["sales"]] == [10_000]
    assert sum(row["change"] for row in export.sections["entries"]) == export.sections["balances"][0]["balance"]
    assert Event.objects.get(action="member.exported").actor == "staff:7"
    assert msgspec.json.decode(text)["format"] == "regulars-member/1"


@pytest.mark.django_db
def test_regulated_values_are_told_to_who_may_see_them_and_each_look_is_kept():
    a_careful_shop()
    member = plant(NOON)
    text = write_export(export_member(member_id=member, at=NOON, by=CLERK, with_regulated=True)).decode()
    assert WORDS["regulated"] in text
    assert Event.objects.filter(action="regulated.seen", member_id=member).count() == 1


@pytest.mark.django_db
def test_nobody_is_told_about_who_is_not_there():
    a_careful_shop()
    with pytest.raises(UnknownMember):
        export_member(member_id=999_999, at=NOON, by=CLERK)
    assert list(erase_due(at=NOON)) == []


def test_every_table_with_personal_data_is_told_or_says_why_not():
    told = {table for section in SECTIONS.values() for table in section.reads}
    personal = {each.table for each in PERSONAL}
    assert personal - told == set(UNTOLD)
