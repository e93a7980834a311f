"""The demo's small year, for the back-test too."""

from tests.demo.conftest import products, small_year

__all__ = ["products", "small_year"]
