"""Each recipe, as it is written, decides real sales: what the comments promise is what members get."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.core.program.document import ProgramDocument
from regulars.core.program_file.reading import check_file
from regulars.core.program_file.writing import write_file
from regulars.core.sale import SaleLine
from regulars.ledger.statement import balance_of
from regulars.programs.recipes import RECIPES, UnknownRecipe, read_recipe
from tests.shop import OPENED, a_member, a_sale, a_shop, publish, sell

NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 3, 10, 8, tzinfo=NEW_YORK).astimezone(UTC)


def recipe(name: str) -> ProgramDocument:
    found = check_file(read_recipe(name), currency="USD", zone=NEW_YORK)
    assert found.faults == []
    return found.document


def line(amount: int, category: str, *, quantity: int = 1, sku: str = "1", labels: tuple[str, ...] = ()) -> SaleLine:
    return SaleLine(sku, quantity * 1000, amount, category, labels=labels)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_sound_and_survives_its_own_export(name):
    document = recipe(name)
    text = write_file(document, currency="USD", zone=NEW_YORK)
    assert check_file(text, currency="USD", zone=NEW_YORK).document == document


def test_an_unknown_recipe_is_refused_with_those_there_are():
    with pytest.raises(UnknownRecipe) as refused:
        read_recipe("../models")
    assert refused.value.known == ["cafe", "retail", "grocer", "dispensary", "salon"]


@pytest.fixture
def open_shop(db):
    def opened(name: str) -> int:
        a_shop()
        publish(recipe(name), at=OPENED)
        return a_member(at=OPENED)

    return opened


def buy(member: int, *lines: SaleLine, at: datetime = TUESDAY, **more: object) -> None:
    sale = a_sale(sum(each.amount_minor for each in lines), member=member, lines=lines, at=at, **more)
    sell(sale, at=at)


def held(member: int, unit: str = "points", *, at: datetime = TUESDAY) -> tuple[int, int]:
    """What can be used now, and what waits."""
    balance = balance_of(member, unit=unit, at=at)
    return balance.available, balance.pending


def test_the_cafe_doubles_before_nine_and_stamps_each_coffee(open_shop):
    ann = open_shop("cafe")
    buy(ann, line(350, "COFFEE"), line(340, "PASTRY"))
    # 6.90 gives 6 and carries 0.90; the same 6 again for the early bird; one coffee, one stamp.
    assert held(ann) == (12, 0)
    assert held(ann, "coffee-card") == (1, 0)

    noon = TUESDAY + timedelta(hours=4)
    buy(ann, line(310, "COFFEE", quantity=2), at=noon)
    # 3.10 and the 0.90 carried make 4; it is past nine; two coffees, two stamps.
    assert held(ann, at=noon) == (16, 0)
    assert held(ann, "coffee-card", at=noon) == (3, 0)

    buy(ann, line(900, "COFFEE", quantity=6), at=noon)
    # At most five stamps a day: two more.
    assert held(ann, "coffee-card", at=noon) == (5, 0)


def test_the_shop_lets_points_wait_for_fourteen_days(open_shop):
    ann = open_shop("retail")
    buy(ann, line(5000, "SHOES"), line(1000, "SOCKS", labels=("sale",)))
    # 50.00 at ten for each 1.00, nothing on the sale rack, 500 for the first purchase of 20.00 and more.
    assert held(ann) == (0, 1000)
    assert held(ann, at=TUESDAY + timedelta(days=15)) == (1000, 0)


def test_the_shop_pays_its_silver_members_a_fifth_more(open_shop):
    ann = open_shop("retail")
    buy(ann, line(30000, "SHOES"))
    day_after = TUESDAY + timedelta(days=1)
    before = held(ann, at=day_after)[1]
    buy(ann, line(1000, "SOCKS"), at=day_after)
    assert held(ann, at=day_after)[1] - before == 120


def test_the_grocer_caps_the_basket_and_leaves_tobacco_out(open_shop):
    ann = open_shop("grocer")
    buy(ann, line(12000, "PANTRY"), line(2000, "PRODUCE"), line(5000, "TOBACCO"))
    # 140.00 is cut to 100 a basket; 20 more for produce; 25 for the big shop on a Tuesday.
    assert held(ann) == (145, 0)

    buy(ann, line(900, "BREAD", quantity=3), line(500, "OWN", quantity=2, sku="10001"))
    # 14 for 14.00, 2 each for our own brand; at most two stamps a sale.
    assert held(ann) == (145 + 14 + 4, 0)
    assert held(ann, "bread") == (2, 0)


def test_the_dispensary_counts_one_visit_a_day_and_nothing_medical(open_shop):
    ann = open_shop("dispensary")
    buy(ann, line(2000, "ACCESSORIES"), line(3000, "MEDICAL"))
    buy(ann, line(1000, "ACCESSORIES"), at=TUESDAY + timedelta(hours=1))
    # 20 + 10 for accessories and 10 for one visit, which wait a day.
    tomorrow = TUESDAY + timedelta(days=1, hours=2)
    assert held(ann, at=tomorrow) == (40, 0)


def test_a_cashier_of_the_dispensary_cannot_feed_accounts_without_end(open_shop):
    open_shop("dispensary")
    given = 0
    for _ in range(30):
        friend = a_member(at=OPENED)
        buy(friend, line(100_000, "ACCESSORIES"), cashier="eve")
        given += held(friend)[1]
    assert given == 5_000


def test_the_salon_gives_cashback_on_products_and_a_stamp_for_a_visit_of_twenty(open_shop):
    ann = open_shop("salon")
    buy(ann, line(4500, "SERVICE"), line(1999, "PRODUCT"))
    # 4 full tens at 10 points; 5 % of 19.00 in credits; a stamp.
    assert held(ann) == (40, 0)
    assert held(ann, "cashback") == (95, 0)
    assert held(ann, "visits") == (1, 0)

    quiet = TUESDAY + timedelta(hours=3)
    buy(ann, line(1000, "SERVICE"), at=quiet)
    # Tuesday at eleven: 30 more; below 20.00 no stamp, and the day has had its one.
    assert held(ann, at=quiet) == (40 + 10 + 30, 0)
    assert held(ann, "visits", at=quiet) == (1, 0)
