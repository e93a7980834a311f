"""People nobody knows yet are made as a set; that comes to exactly what deciding line by line comes to."""

import pytest
from django.db import DatabaseError, connection

from regulars.audiences.tags import create_tag
from regulars.core.actor import SYSTEM
from regulars.imports.models import ImportResult
from regulars.imports.people.bring import People
from regulars.imports.people.plain import create_plain
from regulars.members.models import Member
from regulars.sales.verify import verify
from tests.imports.files import Mode, a_file, bring, check, faults, undo, write
from tests.shop import NOON, a_member, a_shop

pytestmark = pytest.mark.django_db

FILE = """\
External id,First name,Last name,Phone,E-mail,Birthday,Card number,Joined on,Language,Tags
C-1,Ana,Lee,+12125550101,ana@example.com,1990-02-28,A1;A2,2024-03-10,en,
C-2,  Zoë ,  O Neil   Smith,,,,,,,
,,,+12125550103,,,,,,
C-4,Eve,,,eve@example.com,2000-01-01,,,,vip
C-5,Known,Lee,+12125550105,,1990-02-28,,,,
C-6,[clear],Kim,[clear],,[clear],,,[clear],
[clear],Nobody,Kim,[clear],,,,,,
C-8,Bad,Day,,,1990-02-31,,,,
C-9,Other,Card,,,,TAKEN,,,
C-1,Twice,Lee,,,,,,,
"""

TOLD = {
    "members": """SELECT first_name, last_name, birth_on, status, joined_at, created_at, is_generated, has_card,
                         name_key, surname_key, language, home_store_id FROM members_member""",
    "identifiers": """SELECT name_key, kind, value, is_main, verified_at
                      FROM members_identifier JOIN members_member AS member ON member.id = member_id""",
    "cards": """SELECT name_key, number, card.status, type_code, issued_at, activated_at
                FROM members_card AS card JOIN members_member AS member ON member.id = member_id""",
    "accounts": """SELECT name_key, unit_id, side, balance, debt, earned, spent, expired
                   FROM ledger_account JOIN members_member AS member ON member.id = holder_id""",
    "results": """SELECT line, outcome, name_key, faults, change - 'values'
                  FROM imports_importresult LEFT JOIN members_member AS member ON member.id = member_id
                  WHERE run_id = (SELECT max(id) FROM imports_importrun)""",
}


def told() -> dict[str, list[tuple]]:
    found = {}
    with connection.cursor() as cursor:
        for name, select in TOLD.items():
            cursor.execute(f"{select} ORDER BY 1, 2")
            found[name] = cursor.fetchall()
    return found


def one_by_one(monkeypatch) -> None:
    began = People.__init__

    def begin(self, *args, **kwargs) -> None:
        began(self, *args, **kwargs)
        self.in_bulk = None

    monkeypatch.setattr(People, "__init__", begin)


@pytest.mark.parametrize("joins", [True, False])
@pytest.mark.parametrize("mode", list(Mode))
def test_as_a_set_or_one_by_one_is_the_same(mode, joins, monkeypatch):
    a_shop()
    create_tag("vip", at=NOON, by=SYSTEM)
    a_member(first_name="Old", last_name="Lee", external_id="C-5", cards=("TAKEN",))
    before = told()
    run = bring(FILE, mode=mode, joins=joins)
    as_a_set, counts = told(), run.counts
    assert undo(run).counts.get("in_use") is None
    assert told() | {"results": []} == before | {"results": []}

    one_by_one(monkeypatch)
    run = bring(FILE, mode=mode, joins=joins)
    assert (told(), run.counts) == (as_a_set, counts)
    assert not [each for each in verify() if each.breaches]


def test_what_came_as_a_set_is_complete():
    a_shop()
    run = bring(FILE, order=("external_id", "phone"))
    assert run.counts == {"created": 6, "failed": 4}
    assert faults(run) == [
        (5, "", "unknown_tag"),
        (8, "", "no_identifier"),
        (9, "birth_on", "invalid_day"),
        (11, "external_id", "repeated_line"),
    ]
    ana = Member.objects.get(first_name="Ana")
    assert ana.has_card
    assert sorted(ana.cards.values_list("number", flat=True)) == ["A1", "A2"]
    assert dict(ana.identifiers.values_list("kind", "value")) == {
        "external_id": "C-1",
        "phone": "+12125550101",
        "email": "ana@example.com",
    }
    assert str(ana.joined_at) == "2024-03-10 05:00:00+00:00"


def test_a_line_that_cannot_be_written_is_refused_alone(monkeypatch):
    a_shop()
    run = a_file("External id,First name\n" + "\n".join(f"C-{n},Ann" for n in range(20)))
    check(run)
    monkeypatch.setattr("regulars.imports.run.AT_ONCE", 20)

    def create(lines, **terms) -> None:
        create_plain(lines, **terms)
        if 9 in lines:
            raise DatabaseError("poison")

    monkeypatch.setattr("regulars.imports.people.bring.create_plain", create)
    run = write(run)
    assert (run.counts, faults(run)) == ({"created": 19, "failed": 1}, [(9, "", "could_not_be_recorded")])
    assert Member.objects.count() == 19
    assert ImportResult.objects.filter(run=run, outcome="created").count() == 19
