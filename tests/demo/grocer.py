"""What the grocer's program gives over the files, worked out with numpy: the whole of it, rule by rule."""

from pathlib import Path

import numpy as np

from regulars.demo.journey import find_file
from tests.reports.backtest.expected import Expected

LEVELS = [100_000, 250_000]


def expected_by_rule(transactions: Path, *, weeks: int) -> dict[str, int]:
    """Return what each rule gives, the stamps, the full cards, the rewards, and who reaches which level."""
    year = Expected(transactions, find_file("products"), weeks=weeks)
    paid = year.cents > 0
    base = np.minimum((year.cents - year.cents_in("FUEL")) // 100, 200)
    stamps = np.where(paid, np.minimum(year.quantity_in("PASTRY"), 5), 0)
    household, before, after = year.levels(LEVELS)
    is_first = np.concatenate([[True], household[1:] != household[:-1]])
    order = year.by_time_of_household
    on_card = year.by_household(stamps, np.zeros_like(stamps))
    reached = [int(((before <= level) & (after > level)).sum()) for level in range(len(LEVELS))]
    return {
        "base": year.capped(base, year.month, 1_000),
        "own-brand": year.capped(year.cents_of_brand("Private") // 200, year.day, 20),
        "welcome": 100 * int((is_first & paid[order]).sum()),
        "produce": int((year.cents_in("PRODUCE") // 100)[order][before > 0].sum()),
        "bakery": int(stamps.sum()),
        "full cards": int((on_card // 10).sum()),
        "pastry": int((on_card // 10).sum()),
        "coffee": int(((on_card + 5) // 10).sum()),
        "hamper": reached[1],
        "silver": reached[0],
        "gold": reached[1],
    }
