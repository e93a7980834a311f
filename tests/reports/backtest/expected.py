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
        known = parquet.read_table(products, columns=["product_id", "department"])
        departments = dict(zip(known["product_id"].to_pylist(), known["department"].to_pylist(), strict=True))
        self._line_department = np.array(
            [departments.get(product) or "" for product in table["product_id"].to_pylist()]
        )
        self.cents = np.bincount(self._basket_of_line, weights=self._line_cents).astype(np.int64)
        self.household = np.array(table["household_id"].to_numpy())[starts].astype(np.int64)
        wall = table["transaction_timestamp"].to_numpy()[starts].astype("datetime64[s]") + np.timedelta64(weeks, "W")
        self.month = wall.astype("datetime64[M]").astype(np.int64)
        self.year = wall.astype("datetime64[Y]").astype(np.int64)
        self.month_name = np.array([str(month) for month in wall.astype("datetime64[M]")])

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
        return int(self._line_quantity[self._line_department == department].sum()) * points

    def double_in_department(self, department: str) -> tuple[int, int]:
        """Return the base points, and the same again for each full 1.00 that a basket has in the department."""
        here = self._line_department == department
        cents = np.bincount(
            self._basket_of_line[here], weights=self._line_cents[here], minlength=len(self.cents)
        ).astype(np.int64)
        return int(self.points().sum()), int((cents // 100).sum())

    def tiers_by_yearly_spend(self, thresholds: list[int], points: list[int]) -> tuple[list[int], int]:
        """Return how many households reach each level by what they spend in a calendar year (kept to the end of the
        next), and what they earn where each level, from none up, has `points` per 1.00 from the next basket on.
        """
        order = np.argsort(self.household, kind="stable")
        household, year, cents = self.household[order], self.year[order], self.cents[order]
        is_new = np.concatenate([[True], (household[1:] != household[:-1]) | (year[1:] != year[:-1])])
        running = np.cumsum(cents)
        before_run = np.where(is_new, running - cents, 0)
        spent = running - np.maximum.accumulate(before_run)
        level = np.searchsorted(thresholds, spent, side="right")
        reached = [0] * len(thresholds)
        earned, held, last = 0, 0, -1
        for person, full, now in zip(household.tolist(), (cents // 100).tolist(), level.tolist(), strict=True):
            if person != last:
                held, last = 0, person
            earned += full * points[held]
            for place in range(held, now):
                reached[place] += 1
            held = max(held, now)
        return reached, earned
