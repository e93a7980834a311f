"""Whole numbers with named rounding: no floats, and a division always says which way it rounds."""

from collections.abc import Sequence
from typing import Literal

Rounding = Literal["full", "nearest", "started"]

# PostgreSQL's bigint ends at 2^63; nothing a shop counts comes near, so a larger number is a mistake.
LARGEST_AMOUNT = 10**15


def count_steps(amount: int, *, per: int, rounding: Rounding) -> int:
    """Count how many steps of `per` fit `amount` (both >= 0, same unit): full ones, to the nearest (half up), or
    started ones.
    """
    match rounding:
        case "full":
            return amount // per
        case "nearest":
            return (2 * amount + per) // (2 * per)
        case "started":
            return -(-amount // per)


def portion(total: int, *, part: int, whole: int) -> int:
    """Return the floor of `total` * `part` / `whole`; all of it when the part is the whole, so nothing is left over."""
    return total if part >= whole else total * part // whole


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` by `weights` so that the shares sum to it exactly: largest remainder first, earlier ones on a
    tie.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    left = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:left]:
        shares[i] += 1
    return shares
