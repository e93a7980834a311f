"""Which lines count for which rule: every choice of lines a program makes gets a number, and a line is looked up once.

A line's answer depends on its SKU, category, brand, labels and kind alone, so it is kept: a year of a grocer's sales
asks about some ninety thousand different lines, one and a half million times.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from regulars.core.program.items import Collection, Items
from regulars.core.program.policies import Policies
from regulars.core.sale import SaleLine

EVERYTHING = 0
NOTHING_NAMED = Items()
_KEPT = 200_000

Named = tuple[str, str]


class Counted(msgspec.Struct, frozen=True, gc=False):
    """By filter: what its lines come to, in minor units and in thousandths of goods."""

    amounts: list[int]
    quantities: list[int]


class Filters:
    """The numbered choices of lines; filter 0 is every line that may earn at all."""

    def __init__(self, collections: Sequence[Collection], policies: Policies) -> None:
        self._skus: Mapping[str, tuple[str, ...]] = {each.code: each.skus for each in collections}
        self._policies = policies
        self._numbers: dict[tuple[Items, Items, Items], int] = {
            (NOTHING_NAMED, NOTHING_NAMED, NOTHING_NAMED): EVERYTHING
        }
        # By filter: names of which a line must have one, others of which it must have one, and names it must not have.
        self._also: list[frozenset[Named]] = [frozenset()]
        self._unwanted: list[frozenset[Named]] = [frozenset()]
        self._excluded = frozenset(self._names(policies.excluded))
        self._by_name: dict[Named, list[int]] = defaultdict(list)
        self._always: list[int] = [EVERYTHING]
        self._known: dict[object, tuple[int, ...]] = {}

    def number(self, items: Items, *, also: Items = NOTHING_NAMED, but: Items = NOTHING_NAMED) -> int:
        """Return the number of "the lines that `items` names (all, if it names none), of those only what `also`
        names, without those of `but`".
        """
        if items == NOTHING_NAMED:
            items, also = also, NOTHING_NAMED
        key = (items, also, but)
        if key not in self._numbers:
            number = self._numbers[key] = len(self._also)
            self._also.append(frozenset(self._names(also)))
            self._unwanted.append(frozenset(self._names(but)))
            if items == NOTHING_NAMED:
                self._always.append(number)
            for name in frozenset(self._names(items)):
                self._by_name[name].append(number)
            self._known.clear()
        return self._numbers[key]

    def __len__(self) -> int:
        return len(self._also)

    def count(self, lines: Sequence[SaleLine], *, total_minor: int) -> Counted:
        """Sum the lines up by filter; a sale without lines is one line without SKU, category or brand."""
        amounts, quantities = [0] * len(self), [0] * len(self)
        if not lines:
            for number in self.of_line(SaleLine("", 0, total_minor)):
                amounts[number] = total_minor
            return Counted(amounts, quantities)
        with_tax = self._policies.earn_on_tax
        for line in lines:
            amount = line.amount_minor if with_tax else line.amount_minor - line.tax_minor
            for number in self.of_line(line):
                amounts[number] += amount
                quantities[number] += line.quantity_milli
        return Counted(amounts, quantities)

    def of_line(self, line: SaleLine) -> tuple[int, ...]:
        """Return the filters that let this line through."""
        key = (line.sku, line.category, line.brand, line.labels, line.kind)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = self._judge(line)
        return known

    def _judge(self, line: SaleLine) -> tuple[int, ...]:
        if line.kind == "gift_card":
            return ()
        if line.kind == "shipping" and not self._policies.earn_on_shipping:
            return ()
        if line.kind == "tax" and not self._policies.earn_on_tax:
            return ()
        names = {("sku", line.sku), ("category", line.category), ("brand", line.brand)}
        names |= {("label", label) for label in line.labels}
        if names & self._excluded:
            return ()
        named = {number for name in names for number in self._by_name.get(name, ())}
        passing = sorted(named | set(self._always))
        return tuple(
            [
                number
                for number in passing
                if not names & self._unwanted[number] and (not self._also[number] or names & self._also[number])
            ]
        )

    def _names(self, items: Items) -> Iterable[Named]:
        yield from (("sku", sku) for sku in items.skus)
        yield from (("sku", sku) for code in items.collections for sku in self._skus.get(code, ()))
        yield from (("category", category) for category in items.categories)
        yield from (("brand", brand) for brand in items.brands)
        yield from (("label", label) for label in items.labels)
