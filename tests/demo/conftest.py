"""A small year: the first 700 baskets of the files, with zero quantities and zero totals among them."""

import pytest

from regulars.demo.journey import Product, find_file, read_products
from tests.demo.sheets import first_baskets

BASKETS = 700


@pytest.fixture(scope="session")
def small_year(tmp_path_factory):
    return first_baskets(
        find_file("transactions"), tmp_path_factory.mktemp("demo") / "transactions.parquet", baskets=BASKETS
    )


@pytest.fixture(scope="session")
def products() -> dict[int, Product]:
    return read_products(find_file("products"))
