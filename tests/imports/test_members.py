"""Members come from a file: made, changed or left, each line once, by DOMAIN 2.21."""

import pytest

from regulars.audit.models import Event
from regulars.core.importing import Mode
from regulars.ledger.models import Account
from regulars.members.models import Identifier, Member
from regulars.members.rows import read_member
from tests.imports.files import a_file, bring, check, faults, write
from tests.shop import a_member, a_shop

pytestmark = pytest.mark.django_db

HEAD = "External id,First name,Last name,Phone,E-mail,Birthday,Card number\n"
ANN = "C-1,Ann,Smith,(212) 555-0101,Ann@Example.com,1990-02-28,9000 0001\n"
BOB = "C-2,Bob,Jones,+12125550102,bob@example.com,,\n"


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()


def test_a_line_makes_a_member_in_the_one_spelling_with_an_account():
    run = bring(HEAD + ANN + BOB)

    assert run.counts == {"created": 2}
    [ann, bob] = Member.objects.order_by("id")
    row = read_member(ann.pk)
    assert (row.name, row.phone, row.email, row.external_id) == ("Ann Smith", "+12125550101", "ann@example.com", "C-1")
    assert ([card.number for card in row.cards], str(row.birth_on)) == (["90000001"], "1990-02-28")
    assert (ann.joined_at is not None, ann.has_card, bob.has_card) == (True, True, False)
    assert ann.name_key == "ann smith"
    assert Account.objects.filter(holder_id=ann.pk).count() == 1


def test_the_same_file_again_changes_nothing():
    bring(HEAD + ANN + BOB)
    before = list(Member.objects.order_by("id").values())

    assert bring(HEAD + ANN + BOB).counts == {"unchanged": 2}
    assert list(Member.objects.order_by("id").values()) == before


def test_looking_at_a_file_brings_nothing_in():
    run = check(a_file(HEAD + ANN + "C-9,Eve,,nonsense,,,\n"))

    assert run.counts == {"created": 1, "failed": 1}
    assert faults(run) == [(3, "phone", "invalid_phone")]
    assert not Member.objects.exists()
    assert not Event.objects.filter(action="import.written").exists()


def test_a_blank_cell_leaves_and_clear_empties():
    bring(HEAD + ANN)
    run = bring("External id,First name,Phone,E-mail,Birthday\nC-1,,,[clear],[clear]\n")

    assert run.counts == {"updated": 1}
    row = read_member(Member.objects.get().pk)
    assert (row.first_name, row.phone, row.email, row.birth_on) == ("Ann", "+12125550101", None, None)


@pytest.mark.parametrize(
    ("mode", "counts", "code"),
    [
        (Mode.CREATE_AND_UPDATE, {"updated": 1, "created": 1}, None),
        (Mode.UPDATE, {"updated": 1, "failed": 1}, "nobody_found"),
        (Mode.CREATE_ONLY, {"failed": 1, "created": 1}, "already_there"),
    ],
)
def test_a_mode_says_what_may_become_of_lines(mode, counts, code):
    bring(HEAD + ANN)
    run = bring("External id,First name\nC-1,Anna\nC-2,Bob\n", mode=mode)

    assert run.counts == counts
    assert [found for _, _, found in faults(run)] == ([code] if code else [])


def test_two_identifiers_that_name_two_members_are_never_guessed_between():
    ann = a_member(first_name="Ann", phone="+12125550101")
    bob = a_member(first_name="Bob", email="bob@example.com")
    run = bring("Phone,E-mail,Last name\n+12125550101,bob@example.com,Who\n")

    assert faults(run) == [(2, "", "ambiguous")]
    assert "Who" not in {read_member(ann).last_name, read_member(bob).last_name}


def test_an_identifier_that_is_not_matched_by_may_not_be_taken_from_another():
    a_member(first_name="Ann", phone="+12125550101")
    run = bring("External id,Phone\nC-7,+12125550101\n", order=("external_id",))
    assert faults(run) == [(2, "phone", "duplicate")]


def test_the_first_line_that_names_somebody_counts_and_the_others_are_told():
    run = bring("External id,First name,Phone\nC-1,Ann,+12125550101\nC-1,Anna,\nC-3,Cat,+12125550101\nC-4,Dan,\n")

    assert faults(run) == [(3, "external_id", "repeated_line"), (4, "phone", "repeated_line")]
    assert run.counts == {"created": 2, "failed": 2}


def test_a_changed_identifier_finds_the_member_and_the_old_one_nobody():
    bring(HEAD + ANN)
    bring("External id,Phone\nC-1,+12125550199\n")
    assert set(Identifier.objects.filter(kind="phone").values_list("value", flat=True)) == {"+12125550199"}


def test_one_event_tells_of_a_batch_and_none_of_a_person():
    bring(HEAD + ANN + BOB)
    assert [event.facts for event in Event.objects.filter(action="import.written")] == [
        {"subject": "members", "last_line": 3, "created": 2}
    ]
    assert not Event.objects.filter(action="member.enrolled").exists()


def test_days_are_read_in_the_order_the_file_writes_them():
    from regulars.core.actor import SYSTEM
    from regulars.core.cells import DateOrder
    from regulars.imports.ask import choose
    from regulars.imports.records import Reading
    from regulars.imports.subjects import terms_of
    from tests.shop import NOON

    run = a_file("External id,Birthday\nC-1,28/02/1990\nC-2,31/02/1990\n")
    choose(
        run.pk, fields=run.fields, terms=terms_of(run), reading=Reading(dates=DateOrder.DAY_FIRST), at=NOON, by=SYSTEM
    )
    check(run)
    run = write(run)
    assert [str(day) for day in Member.objects.values_list("birth_on", flat=True)] == ["1990-02-28"]
    assert faults(run) == [(3, "birth_on", "invalid_day")]


def test_two_people_who_share_an_email_do_not_become_one():
    bring("External id,First name,E-mail\nC-1,Ann,home@example.com\n")
    run = bring("External id,First name,E-mail,Phone\nC-2,Bob,home@example.com,+12125550101\n")
    assert faults(run) == [(2, "external_id", "other_identifier")]
    assert read_member(Member.objects.get().pk).first_name == "Ann"


def test_what_counts_for_less_changes_and_what_is_missing_is_filled_in():
    ann = a_member(first_name="Ann", email="ann@example.com")
    bring("External id,E-mail,Phone\nC-1,ann@example.com,+12125550101\n")
    bring("External id,E-mail,Phone\nC-1,anna@example.com,+12125550102\n")
    row = read_member(ann)
    assert (row.external_id, row.email, row.phone) == ("C-1", "anna@example.com", "+12125550102")


def test_a_card_finds_its_member_before_a_phone_does():
    ann = a_member(first_name="Ann", phone="+12125550101", cards=("9001",))
    bring("Card,Phone\n9001,+12125550102\n")
    assert read_member(ann).phone == "+12125550102"
