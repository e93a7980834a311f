"""The program is edited as a draft: what is typed is read back, kept, compared, scheduled; sales wait for its date."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.backoffice.forms.program.sending import as_sent
from regulars.core.actor import SYSTEM
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.items import Collection, Items
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.rules import ItemRule, RateRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.sale import SaleLine
from regulars.programs.models import Program, ProgramVersion
from regulars.programs.versions import list_versions, open_draft, read_draft, read_live, save_draft
from regulars.staff.models import Role
from tests.backoffice.conftest import NOW, sign_in
from tests.shop import ONE_PER_DOLLAR, a_member, a_program, a_sale, publish, sell

pytestmark = pytest.mark.django_db

COFFEE = Items(categories=("COFFEE",))
WHOLE = a_program(
    ONE_PER_DOLLAR,
    ItemRule(code="coffee", name="Coffee", points=5, items=COFFEE, caps=(Cap(limit=20, period="day"),), budget="june"),
    collections=(Collection(code="hot", name="Hot drinks", skus=("1", "2")),),
    budgets=(Budget(code="june", name="June", units=1000),),
    tier_sets=(
        TierSet(
            code="club",
            name="Club",
            metric=Metric(of="spend"),
            levels=(
                Level(code="silver", name="Silver", threshold=10_000),
                Level(code="gold", name="Gold", threshold=50_000),
            ),
        ),
    ),
    rewards=(Reward(code="cup", name="A cup", price=Price(amount=100, by_tier={"gold": 80})),),
    stamp_cards=(StampCard(code="card", name="Coffee card", size=10, final="cup", earn=ByItem(items=COFFEE)),),
)  # fmt: skip
BASE = {"type": "rate", "unit": "points", "points": "1", "per_minor": "1.00", "stacking": "add"}


@pytest.fixture
def whole(shop) -> None:
    """A program with something of everything, live since yesterday."""
    publish(WHOLE, at=NOW - timedelta(days=1))


def page_of(answer) -> str:
    return answer.content.decode()


def fault_at(page: str, field: str) -> str:
    found = re.search(rf'id="id_{field}_error"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert found, field
    return found[1].strip()


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w*)"', page)
    assert found
    return found[1]


def keep(client, path: str, **typed: str):
    """Open a page, type over what it shows, and keep it."""
    shown = client.get(path)
    data = as_sent(shown.context["form"], **typed).copy()
    data["seen"] = seen_in(page_of(shown))
    return client.post(path, data)


def draft():
    found = read_draft(at=NOW)
    assert found is not None
    return found.document


def test_a_merchant_without_a_program_reads_so(manager):
    ProgramVersion.objects.all().delete()
    Program.objects.all().delete()
    for path in ("/program/", "/program/earning/", "/program/try/", "/program/rule/base/"):
        assert "There is no program yet" in page_of(manager.get(path))


def test_a_budget_tells_how_far_it_is_used(whole, manager):
    member = a_member(at=NOW - timedelta(days=3))
    coffees = SaleLine("1", 100_000, 40_000, "COFFEE")
    sell(a_sale(40_000, member=member, at=NOW - timedelta(hours=1), lines=(coffees,)), at=NOW)
    assert "2 % used by the live program" in page_of(manager.get("/program/lists/"))


def test_a_program_that_is_empty_offers_recipes(manager):
    publish(a_program(rules=()), at=NOW - timedelta(days=1))
    page = page_of(manager.get("/program/"))
    assert "Begin with a shop like yours" in page
    assert "Café" in page


def test_a_recipe_becomes_the_draft_and_changes_nothing_yet(manager):
    live = read_live(at=NOW).document
    manager.post("/program/recipes/", {"recipe": "cafe"})
    assert draft().stamp_cards[0].code == "coffee-card"
    assert read_live(at=NOW).document == live


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/program/", "5 points for each unit of category COFFEE"),
        ("/program/earning/", "5 points for each unit of category COFFEE"),
        ("/program/units/", "100 points pay 1.00 USD"),
        ("/program/stamps/", "10 stamps give “A cup”"),
        ("/program/tiers/", "from 500.00 USD"),
        ("/program/rewards/", "80 points"),
        ("/program/lists/", "At most 1,000 points for everybody together"),
        ("/program/policies/", "Days a till may report late"),
        ("/program/versions/", "Version 2"),
        ("/program/versions/2/", "Against version 1"),
    ],
)
def test_a_room_tells_its_pieces_in_words(whole, manager, path, said):
    assert said in page_of(manager.get(path))


@pytest.mark.parametrize(
    "path", ["rule/coffee", "unit/points", "card/card", "tiers/club", "reward/cup", "budget/june", "collection/hot"]
)
def test_a_piece_that_is_kept_as_it_was_shown_changes_nothing(whole, manager, path):
    answer = keep(manager, f"/program/{path}/")
    assert answer.status_code == 302, page_of(answer)
    assert draft() == WHOLE


def test_editing_changes_the_draft_and_not_what_is_live(whole, manager):
    keep(manager, "/program/rule/coffee/", points="7")
    assert draft().rules[1].points == 7
    assert read_live(at=NOW).document == WHOLE
    page = page_of(manager.get("/program/earning/"))
    assert "1 change" in page
    assert "Changed in the draft" in page


def test_a_new_rule_gets_a_code_from_its_name_and_stands_where_it_is_put(whole, manager):
    manager.post("/program/new/rule/", BASE | {"name": "Early bird!", "after": "base", "seen": ""})
    assert [rule.code for rule in draft().rules] == ["base", "early-bird", "coffee"]
    assert draft().rules[1] == RateRule(code="early-bird", name="Early bird!", points=1, per_minor=100)


def test_a_rule_moves_up_and_down(whole, manager):
    manager.post("/program/rule/coffee/move/", {"to": "up"})
    assert [rule.code for rule in draft().rules] == ["coffee", "base"]
    manager.post("/program/rule/coffee/move/", {"to": "down"})
    assert draft() == WHOLE


def test_a_copy_starts_from_the_other(whole, manager):
    page = page_of(manager.get("/program/new/rule/?like=coffee"))
    assert 'value="Coffee, again"' in page
    assert 'value="COFFEE"' in page


def test_what_is_typed_is_read_back_with_its_faults(whole, manager):
    typed = BASE | {"name": "", "caps-0-limit": "20", "caps-0-period": "day", "caps-0-per": "member",
                    "caps-0-on_exceed": "truncate", "caps-1-limit": "5", "caps-1-period": "month",
                    "caps-1-per": "member", "caps-1-on_exceed": "truncate"}  # fmt: skip
    page = page_of(manager.post("/program/reading/rule/", typed))
    assert "1 point for each full 1.00 USD; at most 20 points a day, at most 5 points a month" in page
    assert "can never be reached: the month cap ends at 5" in fault_at(page, "caps-0-limit")
    assert read_draft(at=NOW) is None


def test_nothing_is_said_about_a_field_nobody_reached_yet(whole, manager):
    page = page_of(manager.post("/program/reading/rule/", BASE | {"points": ""}))
    assert fault_at(page, "points") == ""
    page = page_of(manager.post("/program/reading/rule/", BASE | {"points": "x"}))
    assert "number" in fault_at(page, "points")


@pytest.mark.parametrize(
    ("path", "typed", "field", "said"),
    [
        ("rule/coffee", {"points": "0"}, "points", "above 0"),
        ("rule/coffee", {"when__stores": "330, 999"}, "when__stores", "999"),
        ("tiers/club", {"levels-1-threshold": "50.00"}, "levels-1-threshold", "higher"),
        ("unit/points", {"kind": "cashback"}, "precision", "precision"),
        ("card/card", {"max_per_sale": "6", "max_per_day": "3"}, "max_per_sale", "day"),
    ],
)
def test_a_fault_of_the_program_stands_beside_its_field_and_is_not_kept(whole, manager, path, typed, field, said):
    page = page_of(keep(manager, f"/program/{path}/", **typed))
    assert said in fault_at(page, field)
    assert read_draft(at=NOW) is None


def test_a_fault_may_be_kept_in_the_draft_and_stops_its_publication(whole, manager):
    keep(manager, "/program/rule/coffee/", when__stores="999", anyway="1")
    assert draft().rules[1].when.stores == ("999",)
    page = page_of(manager.get("/program/draft/"))
    assert "To put right first" in page
    assert "/program/rule/coffee/" in page
    answer = manager.post("/program/draft/", {"when": "now", "note": "", "seen": "x"})
    assert answer.status_code == 200
    assert len(list_versions(at=NOW)) == 3


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(whole, manager):
    path = "/program/rule/coffee/"
    shown = manager.get(path)
    keep(sign_in(Role.OWNER), path, points="9")
    data = as_sent(shown.context["form"], points="7").copy()
    data["seen"] = seen_in(page_of(shown))
    assert "Somebody else changed this" in page_of(manager.post(path, data))
    assert draft().rules[1].points == 9


def test_a_row_is_added_without_javascript(whole, manager):
    path = "/program/rule/coffee/"
    data = as_sent(manager.get(path).context["form"]).copy()
    page = page_of(manager.post(path, data | {"add": "caps"}))
    assert 'name="caps-1-limit"' in page
    assert read_draft(at=NOW) is None


def test_removing_a_piece_says_what_will_miss_it(whole, manager):
    page = page_of(manager.get("/program/reward/cup/remove/"))
    assert "It will be missed" in page
    assert "Coffee card: There is no reward “cup”" in page
    manager.post("/program/reward/cup/remove/")
    assert draft().rewards == ()
    assert "Taken out in the draft" in page_of(manager.get("/program/rewards/"))


def test_policies_are_a_part_of_the_draft(whole, manager):
    keep(manager, "/program/policies/", hold_minutes="20")
    assert draft().policies.hold_minutes == 20
    assert read_live(at=NOW).document == WHOLE


def test_a_draft_is_read_in_words_and_published_at_once(whole, manager):
    keep(manager, "/program/rule/coffee/", points="7")
    shown = page_of(manager.get("/program/draft/"))
    assert "7 points for each unit of category COFFEE" in shown
    answer = manager.post("/program/draft/", {"when": "now", "note": "More coffee", "seen": seen_in(shown)})
    assert answer["Location"] == "/program/versions/3/"
    live = read_live(at=NOW + timedelta(hours=1))
    assert (live.number, live.note, live.document.rules[1].points) == (3, "More coffee", 7)


def test_a_draft_says_whom_its_changes_touch(whole, manager):
    a_member(at=NOW - timedelta(days=3))
    keep(manager, "/program/rule/coffee/", points="7")
    assert "0 members who bought" in page_of(manager.get("/program/draft/?touched=1"))


def test_a_draft_starts_on_its_date_and_is_taken_back_before(whole, manager):
    keep(manager, "/program/rule/coffee/", points="7")
    seen = seen_in(page_of(manager.get("/program/draft/")))
    day = (NOW + timedelta(days=10)).strftime("%Y-%m-%dT06:00")
    manager.post("/program/draft/", {"when": "at", "starts_at": day, "note": "", "seen": seen})
    version = list_versions(at=NOW)[0]
    assert (version.number, version.state) == (3, "scheduled")
    assert read_live(at=NOW + timedelta(days=9)).number == 2
    assert read_live(at=NOW + timedelta(days=11)).number == 3
    assert "is scheduled and starts" in page_of(manager.get("/program/earning/"))
    manager.post("/program/versions/3/", {"do": "unschedule"})
    assert list_versions(at=NOW)[0].state == "draft"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"when": "at", "starts_at": ""}, "Choose the day"),
        ({"when": "at", "starts_at": "2020-01-01T00:00"}, "has passed"),
    ],
)
def test_a_date_that_cannot_be_is_told_beside_it(whole, manager, typed, said):
    keep(manager, "/program/rule/coffee/", points="7")
    seen = seen_in(page_of(manager.get("/program/draft/")))
    page = page_of(manager.post("/program/draft/", typed | {"note": "", "seen": seen}))
    assert said in fault_at(page, "starts_at")
    assert read_live(at=NOW + timedelta(days=1)).number == 2


def test_a_draft_that_changed_since_it_was_read_is_read_again(whole, manager):
    keep(manager, "/program/rule/coffee/", points="7")
    seen = seen_in(page_of(manager.get("/program/draft/")))
    keep(manager, "/program/rule/coffee/", points="700")
    page = page_of(manager.post("/program/draft/", {"when": "now", "note": "", "seen": seen}))
    assert "Somebody else changed this" in page
    assert read_live(at=NOW + timedelta(days=1)).number == 2


def test_a_draft_is_discarded_after_a_question(whole, manager):
    keep(manager, "/program/rule/coffee/", points="7")
    assert "1 change is thrown away" in page_of(manager.get("/program/draft/discard/"))
    manager.post("/program/draft/discard/")
    assert read_draft(at=NOW) is None


def test_an_older_version_becomes_the_draft_unless_there_is_one(whole, manager):
    manager.post("/program/versions/1/", {"do": "copy"})
    assert draft().stamp_cards == ()
    page = page_of(manager.post("/program/versions/2/", {"do": "copy"}))
    assert "There is a draft already" in page


def test_a_version_goes_out_as_a_file_and_comes_back_as_the_draft(whole, manager):
    text = page_of(manager.get("/program/versions/2/file/"))
    assert "code: coffee" in text
    more = text.replace("points: 5", "points: 6")
    page = page_of(manager.post("/program/import/", {"file": SimpleUploadedFile("p.yaml", more.encode())}))
    assert "6 points for each unit of category COFFEE" in page
    assert read_draft(at=NOW) is None
    manager.post("/program/import/", {"text": more, "sure": "1"})
    assert draft().rules[1].points == 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file"),
        ("format: 1\nrules:\n  - type: rate\n    nam: x\n", "Line 4: There is no field “nam” here"),
        ("format: [", "Line"),
    ],
)
def test_a_file_that_is_no_program_is_told_line_by_line(whole, manager, text, said):
    assert said in page_of(manager.post("/program/import/", {"text": text, "sure": "1"}))
    assert read_draft(at=NOW) is None


def test_a_basket_is_tried_with_both_programs(whole, manager):
    member = a_member(at=NOW - timedelta(days=3), first_name="Zoë", last_name="Unusual")
    keep(manager, "/program/rule/coffee/", points="7")
    asked = {"member": "Unusual", "store": "330", "tender": "cash", "lines-0-category": "COFFEE",
             "lines-0-quantity": "4", "lines-0-amount_minor": "12.50"}  # fmt: skip
    page = page_of(manager.get("/program/try/", asked))
    assert f"/members/{member}/" in page
    live, tried = page.split('<section class="panel"><header><h2>')[-2:]
    assert "+32 points" in live
    assert "+32 points" in tried
    assert "28 points" in tried
    assert "at most 20 points a day" in tried
    assert "4 / 10" in tried


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"member": "Nobody Atall"}, "Nobody is known"), ({"lines-0-amount_minor": ""}, "at least one thing")],
)
def test_a_basket_that_cannot_be_tried_says_why(whole, manager, typed, said):
    a_member(at=NOW - timedelta(days=3), last_name="Unusual")
    asked = {"member": "Unusual", "store": "330", "lines-0-quantity": "1", "lines-0-amount_minor": "1"} | typed
    assert said in page_of(manager.get("/program/try/", asked))


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/program/rule/coffee/", BASE | {"name": "x", "seen": ""}),
        ("/program/rule/coffee/move/", {"to": "up"}),
        ("/program/rule/coffee/remove/", {}),
        ("/program/recipes/", {"recipe": "cafe"}),
        ("/program/draft/", {"when": "now", "note": ""}),
        ("/program/draft/discard/", {}),
        ("/program/versions/2/", {"do": "copy"}),
        ("/program/import/", {"text": "format: 1", "sure": "1"}),
        ("/program/policies/", {"hold_minutes": "1"}),
    ],
)
def test_a_cashier_changes_nothing(whole, cashier, path, data):
    open_draft(at=NOW, by=SYSTEM)
    assert cashier.post(path, data).status_code == 403
    assert draft() == WHOLE
    assert read_live(at=NOW + timedelta(days=1)).number == 2


def test_a_very_large_program_is_still_a_page(shop, manager, django_assert_max_num_queries):
    rules = tuple(RateRule(code=f"r{n}", name=f"Rule {n}", points=1, per_minor=100 + n) for n in range(200))
    save_draft(a_program(*rules), at=NOW, by=SYSTEM)
    with django_assert_max_num_queries(23):
        assert "Rule 199" in page_of(manager.get("/program/earning/"))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/program/new/rule/", "1 point for each full 1.00 USD"),
        ("/program/new/rule/?type=visit", "1 point for a visit"),
        ("/program/new/tiers/", "Silver from 500.00 USD and Gold from 1,000.00 USD"),
        ("/program/new/card/", "10 stamps give “A cup”"),
    ],
)
def test_a_new_piece_is_read_back_before_anything_is_typed(whole, manager, path, said):
    assert said in page_of(manager.get(path))


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("/program/", "/program/"),
        ("/program/rule/coffee/", "/program/earning/"),
        ("/program/new/budget/", "/program/earning/"),
        ("/program/card/card/", "/program/stamps/"),
        ("/program/tiers/club/", "/program/tiers/"),
        ("/program/reward/cup/", "/program/rewards/"),
        ("/program/unit/points/", "/program/units/"),
        ("/program/draft/", "/program/versions/"),
    ],
)
def test_the_menu_marks_the_one_room_a_piece_belongs_to(whole, manager, path, room):
    assert re.findall(r'<a class="go" href="([^"]+)" aria-current="page"', page_of(manager.get(path))) == [room]
