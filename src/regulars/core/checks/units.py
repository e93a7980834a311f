"""Units whose kind and settings do not fit."""

from collections.abc import Iterator

from regulars.core.checks.faults import Fault, warning
from regulars.core.money import minor_digits
from regulars.core.program.document import ProgramDocument
from regulars.core.program.units import Unit


def check_units(document: ProgramDocument, currency: str) -> Iterator[Fault]:
    if not document.units:
        yield Fault("units", "no_units", "A program counts at least one unit.")
    for i, unit in enumerate(document.units):
        yield from _unit(f"units[{i}]", unit, currency)


def _unit(path: str, unit: Unit, currency: str) -> Iterator[Fault]:
    if unit.kind == "stamps":
        said = "Stamps belong to a card and come with it: describe the card under stamp_cards instead."
        yield Fault(f"{path}.kind", "stamps_without_a_card", said)
    if unit.kind == "cashback" and unit.precision is None:
        said = f"Cashback says how many decimals it has: precision {minor_digits(currency)} counts as {currency} does."
        yield Fault(f"{path}.precision", "cashback_without_precision", said)
    if unit.kind == "status":
        for field in ("pays", "spend_caps"):
            if getattr(unit, field):
                said = "Status points qualify for levels and are not spent: leave it out, or make the kind points."
                yield Fault(f"{path}.{field}", "unspendable_unit", said)
    if unit.shortfall == "withhold" and unit.pays is None:
        said = "To keep back what spent units were worth, it must be said what they pay: add pays."
        yield Fault(f"{path}.shortfall", "worth_unknown", said)
    if unit.max_balance is not None and unit.pays is not None and unit.pays.least > unit.max_balance:
        said = f"At least {unit.pays.least:,} pay at once, and a member holds at most {unit.max_balance:,}."
        yield Fault(f"{path}.pays.least", "never_affordable", said)
    if unit.pays is not None and unit.pays.units * 100 < unit.pays.minor and unit.kind != "cashback":
        yield warning(
            f"{path}.pays", "very_generous", f"{unit.pays.units:,} pay {unit.pays.minor:,} minor units: is that meant?"
        )
