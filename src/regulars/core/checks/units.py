"""Units whose kind and settings do not fit."""

from collections.abc import Iterator

from regulars.core.checks.faults import Fault, warning
from regulars.core.money import minor_digits
from regulars.core.program.document import ProgramDocument
from regulars.core.program.units import Unit
from regulars.core.tongue import say


def check_units(document: ProgramDocument, currency: str) -> Iterator[Fault]:
    if not document.units:
        yield Fault("units", "no_units", say("A program counts at least one unit."))
    for i, unit in enumerate(document.units):
        yield from _unit(f"units[{i}]", unit, currency)


def _unit(path: str, unit: Unit, currency: str) -> Iterator[Fault]:
    if unit.kind == "stamps":
        said = say("Stamps belong to a card and come with it: describe the card under stamp_cards instead.")
        yield Fault(f"{path}.kind", "stamps_without_a_card", said)
    if unit.kind == "cashback" and unit.precision is None:
        said = say(
            "Cashback says how many decimals it has: precision %(n)s counts as %(currency)s does.",
            n=minor_digits(currency),
            currency=currency,
        )
        yield Fault(f"{path}.precision", "cashback_without_precision", said)
    if unit.kind == "status":
        for field in ("pays", "spend_caps"):
            if getattr(unit, field):
                said = say("Status points qualify for levels and are not spent: leave it out, or make the kind points.")
                yield Fault(f"{path}.{field}", "unspendable_unit", said)
    if unit.shortfall == "withhold" and unit.pays is None:
        said = say("To keep back what spent units were worth, it must be said what they pay: add pays.")
        yield Fault(f"{path}.shortfall", "worth_unknown", said)
    if unit.max_balance is not None and unit.pays is not None and unit.pays.least > unit.max_balance:
        said = say(
            "At least %(least)s pay at once, and a member holds at most %(most)s.",
            least=unit.pays.least,
            most=unit.max_balance,
        )
        yield Fault(f"{path}.pays.least", "never_affordable", said)
    if unit.pays is not None and unit.pays.units * 100 < unit.pays.minor and unit.kind != "cashback":
        said = say("%(units)s pay %(minor)s minor units: is that meant?", units=unit.pays.units, minor=unit.pays.minor)
        yield warning(f"{path}.pays", "very_generous", said)
