"""What each rule of a sale gave, with every cap that held something back, and which lines made it."""

from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext as _

from regulars.backoffice.amounts import say_amount
from regulars.backoffice.office import Office
from regulars.core.amounts import share
from regulars.core.compiled import Compiled
from regulars.core.describe.limits import describe_bound
from regulars.core.filters import EVERYTHING
from regulars.core.program.rules import MultiplierRule, RateRule
from regulars.core.program.units import Unit
from regulars.core.sale import SaleLine
from regulars.core.why import Bite, Earned, RulePart


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's part: `desired` before its caps, `awarded` after; `caps` in words. `by_line` is what each line made,
    empty where the rule is about the sale as a whole.
    """

    rule: str
    unit: Unit
    desired: int
    awarded: int
    caps: tuple[str, ...]
    by_line: tuple[int, ...]

    @property
    def positions(self) -> list[int]:
        return [place + 1 for place, amount in enumerate(self.by_line) if amount]


def show_awards(why: Earned, unit: Unit, lines: Sequence[SaleLine], office: Office) -> list[Award]:
    """The parts of one entry, in the order in which the rules were asked."""
    if office.book is None:
        return []
    version = office.book.version(why.version)
    return [
        Award(
            rule=version.rules[part.rule].name if part.rule in version.rules else part.rule,
            unit=unit,
            desired=part.desired,
            awarded=part.awarded,
            caps=tuple(say_bite(bite, unit, office) for bite in part.bites),
            by_line=_by_line(part, version, lines),
        )
        for part in why.parts
    ]


def say_bite(bite: Bite, unit: Unit, office: Office) -> str:
    """Say a cap that bit: "at most 100 points a sale", "at most 500 points a month: 40 points were left"."""
    left = _("%(n)s were left") % {"n": say_amount(bite.room, unit)} if bite.room > 0 else _("nothing was left")
    if budget := _budget(bite, office):
        return _("the budget “%(name)s”: %(left)s") % {"name": budget, "left": left}
    said = describe_bound(bite.limit, per=bite.per, period=bite.period, days=bite.days, unit=unit)
    return said if bite.period == "transaction" else f"{said}: {left}"


def _budget(bite: Bite, office: Office) -> str:
    """The name of the budget that ran out, if it was one; its code where the program has it no more."""
    if not bite.id.startswith("b:"):
        return ""
    code = bite.id.removeprefix("b:").partition("/")[0]
    known = office.live.budgets.get(code) if office.live else None
    return known.name if known else code


def _by_line(part: RulePart, version: Compiled, lines: Sequence[SaleLine]) -> tuple[int, ...]:
    """Share what a rule gave among the lines it counted, so that they add up to it."""
    if not lines or not part.awarded:
        return ()
    weights = [_weight(part.rule, version, line) for line in lines]
    return tuple(share(part.awarded, weights)) if any(weights) else ()


def _weight(code: str, version: Compiled, line: SaleLine) -> int:
    rule = next((rule for rule in version.rule_at.values() if rule.code == code), None)
    if rule is None:
        return 0
    passing = version.filters.of_line(line)
    if isinstance(rule.terms, MultiplierRule):
        return line.amount_minor if any(number in passing for number in rule.works_on.values()) else 0
    if not rule.per or (rule.filter == EVERYTHING and not isinstance(rule.terms, RateRule)):
        return 0
    return (line.quantity_milli if rule.of_goods else line.amount_minor) if rule.filter in passing else 0
