"""Members stand where they stood in another system, at least until the day they were promised."""

import pytest

from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.tiers.models import Standing
from tests.imports.files import a_file, bring, check, faults, undo
from tests.shop import a_member, a_shop

pytestmark = pytest.mark.django_db

CLUB = TierSet(
    code="club",
    name="Club",
    metric=Metric(of="spend"),
    levels=(Level(code="silver", name="Silver", threshold=1_000), Level(code="gold", name="Gold", threshold=5_000)),
)
HEAD = "External id,Level,Last day\n"


@pytest.fixture(autouse=True)
def shop(db):
    a_shop(tier_sets=(CLUB,))


def levels() -> list[tuple]:
    return list(Standing.objects.order_by("member_id").values_list("level", "override_kind"))


def test_levels_come_by_code_or_name_and_are_kept_until_their_day():
    a_member(external_id="C-1"), a_member(external_id="C-2")
    file = HEAD + "C-1,Gold,2026-12-31\nC-2,silver,\nC-3,gold,\n"
    looked = check(a_file(file, subject="levels"))
    assert (looked.counts, levels()) == ({"created": 2, "failed": 1}, [])

    run = bring(file, subject="levels")
    assert (run.counts, levels()) == ({"created": 2, "failed": 1}, [("gold", "floor"), ("silver", None)])
    assert bring(file, subject="levels").counts == {"unchanged": 2, "failed": 1}


def test_undone_they_are_what_they_were():
    a_member(external_id="C-1")
    run = bring(HEAD + "C-1,gold,2026-12-31\n", subject="levels")
    assert undo(run).counts == {"created": 1, "undone": 1}
    assert levels() == [(None, None)]
    assert bring(HEAD + "C-1,gold,2026-12-31\n", subject="levels").counts == {"created": 1}


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("C-1,bronze,", "", "unknown_level"),
        ("C-1,,", "level", "cell_needed"),
        ("C-1,gold,2020-01-01", "until", "over_already"),
    ],
)
def test_what_cannot_be_is_an_error_of_its_line(line, field, code):
    a_member(external_id="C-1")
    assert faults(bring(HEAD + line + "\n", subject="levels")) == [(2, field, code)]
