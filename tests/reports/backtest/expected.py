"""What five kinds of rule give over the grocer's files, worked out with numpy from the files alone.

Nothing here knows the engine: whole cents in arrays, sums and integer divisions.
"""

from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet


class Expected:
    """The files' year, moved by whole weeks: one row a basket, in the order of time."""

    def __init__(self, transactions: Path, products: Path, *, weeks: int) -> None:
        table = parquet.read_table(transactions)
        baskets = np.array(table["basket_id"].to_numpy())
        starts = np.flatnonzero(np.concatenate([[True], baskets[1:] != baskets[:-1]]))
        self._basket_of_line = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(baskets))))
        self._line_cents = np.round(np.array(table["sales_value"].to_numpy()) * 100).astype(np.int64)
        self._line_quantity = np.array(table["quantity"].to_numpy()).astype(np.int64)
        self._line_department, self._line_brand = (
            _describe(table["product_id"].to_pylist(), products, what) for what in ("department", "brand")
        )
        self.cents = np.bincount(self._basket_of_line, weights=self._line_cents).astype(np.int64)
        self.household = np.array(table["household_id"].to_numpy())[starts].astype(np.int64)
        wall = table["transaction_timestamp"].to_numpy()[starts].astype("datetime64[s]") + np.timedelta64(weeks, "W")
        self.month = wall.astype("datetime64[M]").astype(np.int64)
        self.year = wall.astype("datetime64[Y]").astype(np.int64)
        self.day = wall.astype("datetime64[D]").astype(np.int64)

    def points(self) -> np.ndarray:
        """One point per full 1.00, by basket."""
        return self.cents // 100

    def rate_with_monthly_cap(self, cap: int) -> tuple[int, int, dict[str, int]]:
        """Return what is given, what is held back, and what is given by month."""
        wanted = self.points()
        keys, places = np.unique(np.stack([self.household, self.month]), axis=1, return_inverse=True)
        by_member_and_month = np.zeros(keys.shape[1], dtype=np.int64)
        np.add.at(by_member_and_month, places, wanted)
        given = np.minimum(by_member_and_month, cap)
        by_month: dict[str, int] = {}
        for month in np.unique(keys[1]):
            by_month[str(month.astype("datetime64[M]"))] = int(given[keys[1] == month].sum())
        return int(given.sum()), int(wanted.sum() - given.sum()), by_month

    def capped_by_transaction(self, cap: int) -> tuple[int, int]:
        """Return what is given, and how many baskets the cap bites."""
        return int(np.minimum(self.points(), cap).sum()), int((self.points() > cap).sum())

    def units_in_department(self, department: str, points: int) -> int:
        """`points` for each unit of goods in a department."""
        return int(self.quantity_in(department).sum()) * points

    def double_in_department(self, department: str) -> tuple[int, int]:
        """Return the base points, and the same again for each full 1.00 that a basket has in the department."""
        return int(self.points().sum()), int((self.cents_in(department) // 100).sum())

    def cents_in(self, department: str) -> np.ndarray:
        return self._by_basket(self._line_department == department, self._line_cents)

    def cents_of_brand(self, brand: str) -> np.ndarray:
        return self._by_basket(self._line_brand == brand, self._line_cents)

    def quantity_in(self, department: str) -> np.ndarray:
        return self._by_basket(self._line_department == department, self._line_quantity)

    def capped(self, wanted: np.ndarray, period: np.ndarray, cap: int) -> int:
        """Return what is given where each household gets at most `cap` of what it wants in each period."""
        return int(np.minimum(self.by_household(wanted, period), cap).sum())

    def by_household(self, wanted: np.ndarray, period: np.ndarray) -> np.ndarray:
        """Return the sums for each household and period."""
        keys, places = np.unique(np.stack([self.household, period]), axis=1, return_inverse=True)
        sums = np.zeros(keys.shape[1], dtype=np.int64)
        np.add.at(sums, places, wanted)
        return sums

    def _by_basket(self, lines: np.ndarray, amounts: np.ndarray) -> np.ndarray:
        baskets = self._basket_of_line[lines]
        return np.bincount(baskets, weights=amounts[lines], minlength=len(self.cents)).astype(np.int64)

    def tiers_by_yearly_spend(self, thresholds: list[int], points: list[int]) -> tuple[list[int], int]:
        """Return how many households reach each level by what they spend in a calendar year (kept to the end of the
        next), and what they earn where each level, from none up, has `points` per 1.00 from the next basket on.
        """
        household, before, after = self.levels(thresholds)
        reached = [0] * len(thresholds)
        for held, now in zip(before.tolist(), after.tolist(), strict=True):
            for place in range(held, now):
                reached[place] += 1
        earned = (self.points()[self.by_time_of_household] * np.array(points)[before]).sum()
        return reached, int(earned)

    def levels(self, thresholds: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return, in the order of `by_time_of_household`, each basket's household, and its level before and after."""
        order = self.by_time_of_household
        household, year, cents = self.household[order], self.year[order], self.cents[order]
        is_new = np.concatenate([[True], (household[1:] != household[:-1]) | (year[1:] != year[:-1])])
        running = np.cumsum(cents)
        spent = running - np.maximum.accumulate(np.where(is_new, running - cents, 0))
        level = np.searchsorted(thresholds, spent, side="right")
        before, after = np.zeros_like(level), np.zeros_like(level)
        held, last = 0, -1
        for place, (person, now) in enumerate(zip(household.tolist(), level.tolist(), strict=True)):
            held = held if person == last else 0
            before[place] = held
            held = after[place] = max(held, now)
            last = person
        return household, before, after

    @property
    def by_time_of_household(self) -> np.ndarray:
        return np.argsort(self.household, kind="stable")


def _describe(product_ids: list[int], products: Path, what: str) -> np.ndarray:
    known = parquet.read_table(products, columns=["product_id", what])
    words = dict(zip(known["product_id"].to_pylist(), known[what].to_pylist(), strict=True))
    return np.array([words.get(product) or "" for product in product_ids])
