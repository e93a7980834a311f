"""The files are read as they are: every basket once, in the order of time, with what is strange about them."""

from datetime import datetime
from itertools import pairwise

import pytest

from regulars.demo.journey import find_file, read_baskets, read_outline, read_products
from regulars.demo.program import ZONE
from regulars.demo.receipts import receipt

LINES_OF_QUANTITY_0, SALES_OF_NOTHING = 8_869, 478


@pytest.fixture(scope="module")
def baskets():
    return list(read_baskets(find_file("transactions")))


def test_every_basket_and_line_is_there_once_in_the_order_of_time(baskets):
    assert len(baskets) == len({basket.id for basket in baskets}) == 155_848
    assert sum(len(basket.lines) for basket in baskets) == 1_469_307
    assert all(earlier.local_at <= later.local_at for earlier, later in pairwise(baskets))


def test_lines_of_quantity_0_and_sales_of_nothing_are_kept(baskets):
    assert sum(quantity == 0 for basket in baskets for _, quantity, _ in basket.lines) == LINES_OF_QUANTITY_0
    assert sum(not any(cents for *_, cents in basket.lines) for basket in baskets) == SALES_OF_NOTHING


def test_the_outline_says_who_came_first_when_and_what_comes_last(baskets):
    outline = read_outline(find_file("transactions"))
    assert (len(outline.first_visits), len(outline.store_ids), outline.baskets) == (2_469, 457, 155_848)
    assert (outline.first_at, outline.last_at) == (datetime(2017, 1, 1, 11, 53, 26), datetime(2018, 1, 1, 4, 1, 20))
    assert (outline.last_basket_id, outline.last_store_id) == (baskets[-1].id, baskets[-1].store_id)


def test_a_basket_becomes_what_a_till_would_have_sent(baskets):
    products = read_products(find_file("products"))
    sale = receipt(baskets[0], products, weeks=463, zone=ZONE)
    [line] = sale.lines
    assert (sale.external_id, sale.store, sale.till, sale.member.card) == ("31198570044", "330", "1", "9000000900")
    assert (line.sku, line.quantity_milli, line.amount_minor, line.category, line.brand) == (
        "1095275",
        1000,
        50,
        "PASTRY",
        "National",
    )
    assert sale.occurred_at.isoformat() == "2025-11-16T16:53:26+00:00"
    [tender] = sale.tenders
    assert tender.amount_minor == sale.total_minor == 50


def test_a_product_that_is_not_described_has_no_category(baskets):
    products = read_products(find_file("products"))
    sold = {product for basket in baskets for product, _, _ in basket.lines}
    assert len(sold - products.keys()) == 17
    odd = next(basket for basket in baskets if any(product not in products for product, _, _ in basket.lines))
    lines = receipt(odd, products, weeks=0, zone=ZONE).lines
    assert ("", "") in {(line.category, line.brand) for line in lines}
