"""Programs that back-tests are tried with."""

from regulars.core.expiry import EndOf, ExpiryPolicy
from regulars.core.program.caps import Cap
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.rules import EarningRule, ItemRule, MultiplierRule, RateRule
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import Pays, Unit, UnitWords

A_YEAR = EndOf(period="month", after=12)


def points(expiry: ExpiryPolicy = A_YEAR, **given: object) -> Unit:
    words = UnitWords(singular="point", plural="points")
    return Unit(code="points", name=words, pays=Pays(), expiry=expiry, **given)  # type: ignore[arg-type]


def base(*caps: Cap, **given: object) -> RateRule:
    return RateRule(code="base", name="Base", points=1, per_minor=100, caps=caps, **given)  # type: ignore[arg-type]


def a_program(*rules: EarningRule, units: tuple[Unit, ...] = (points(),), **parts: object) -> ProgramDocument:
    return ProgramDocument(units=units, rules=rules or (base(),), **parts)  # type: ignore[arg-type]


def status(*thresholds: int) -> TierSet:
    """Levels one, two, … by what is spent in a calendar year, in minor units."""
    names = ("one", "two", "three")
    levels = tuple(
        Level(code=name, name=name.title(), threshold=at) for name, at in zip(names, thresholds, strict=False)
    )
    return TierSet(code="status", name="Status", levels=levels, metric=Metric(of="spend"))


def pastry_rule(points: int = 3, *caps: Cap) -> ItemRule:
    return ItemRule(code="pastry", name="Pastry", points=points, items=Items(categories=("PASTRY",)), caps=caps)


def double(category: str = "PRODUCE") -> MultiplierRule:
    return MultiplierRule(code="double", name="Double", percent=200, items=Items(categories=(category,)))
