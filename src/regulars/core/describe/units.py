"""Units, budgets, collections and policies in plain words."""

from regulars.core.describe.conditions import describe_items
from regulars.core.describe.limits import describe_budget, describe_cap, describe_expiry, describe_pending
from regulars.core.describe.rules import Aspects, find_unit
from regulars.core.money import write_money
from regulars.core.phrases import count, every, some, write_minutes
from regulars.core.program.caps import Budget
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Collection, Items
from regulars.core.program.policies import Policies
from regulars.core.program.units import Unit

_KINDS = {
    "points": "points that members spend",
    "stamps": "stamps",
    "status": "status points, which qualify and are not spent",
    "cashback": "cashback",
}
_SHORTFALLS = {
    "absorb": "if spent ones are refunded, the shop takes the loss",
    "debt": "if spent ones are refunded, the member owes them",
    "withhold": "if spent ones are refunded, the cashier keeps their worth back",
    "refuse": "if they are spent, there is no refund",
}
_STEPS = {"full": "full steps count", "nearest": "steps count to the nearest", "started": "started steps count"}


def describe_unit(unit: Unit, *, currency: str) -> str:
    """Say a unit in one sentence: "points that members spend; 100 points pay 1.00 USD; never expires; …"."""
    told = tell_unit(unit, currency=currency)
    return "; ".join(told[name] for name in ("kind", "pays", "lives", "waits", "limits", "refunds") if name in told)


def tell_unit(unit: Unit, *, currency: str) -> Aspects:
    """Tell a unit by its aspects: kind, pays, lives, waits, steps, limits, refunds."""
    limits = [describe_cap(cap, unit) for cap in unit.caps]
    if unit.max_balance:
        limits.append(f"a member holds at most {count(unit.max_balance, unit)}")
    limits += [f"a member spends {describe_cap(cap, unit)}" for cap in unit.spend_caps]
    told = {
        "kind": _KINDS[unit.kind] + (f", counted with {some(unit.precision, 'decimal')}" if unit.precision else ""),
        "pays": _pays(unit, currency),
        "lives": describe_expiry(unit.expiry),
        "waits": describe_pending(unit.pending) if unit.pending else "",
        "steps": _STEPS[unit.rounding],
        "limits": ", ".join(limits),
        "refunds": "" if unit.kind == "stamps" else _SHORTFALLS[unit.shortfall],
        "words": f"{unit.name.singular}, {unit.name.plural}"
        + "".join(f"; {code}: {words.singular}, {words.plural}" for code, words in unit.translations.items()),
    }
    return {name: words for name, words in told.items() if words}


def tell_budget(budget: Budget, document: ProgramDocument, currency: str) -> Aspects:
    """Tell a budget: how much for everybody together, and which rules draw on it."""
    rules = [rule for rule in document.rules if rule.budget == budget.code]
    unit = find_unit(document, rules[0].unit if rules else "points")
    told = {"limits": describe_budget(budget, unit=unit, currency=currency)}
    return told | ({"for": every([f"“{rule.name}”" for rule in rules])} if rules else {})


def tell_collection(collection: Collection) -> Aspects:
    """Tell a collection: how many SKUs it holds."""
    return {"holds": some(len(collection.skus), "SKU")}


def tell_policies(policies: Policies, document: ProgramDocument, currency: str) -> Aspects:
    """Tell the policies one by one."""
    earning = [
        "tax" if policies.earn_on_tax else "",
        "shipping" if policies.earn_on_shipping else "",
        "what was paid with points" if policies.earn_on_part_paid_with_units else "",
        "what was paid with vouchers" if policies.earn_on_part_paid_with_vouchers else "",
    ]
    named = [each for each in earning if each]
    excluded = describe_items(policies.excluded, document) if policies.excluded != Items() else ""
    told = {
        "also earning": every(named),
        "never earning": f"gift cards{f' and {excluded}' if excluded else ''}",
        "late sales": f"accepted for {some(policies.max_backdate_days, 'day')}",
        "sales without a member": f"may be claimed for {some(policies.attach_days, 'day')}",
        "returned to a lot that expired": f"lives {some(policies.reinstate_grace_days, 'day')} more",
        "held by a basket": f"for {write_minutes(policies.hold_minutes)}",
        "keyed by hand": _keyed_by_hand(policies, currency),
        "locked members": "" if policies.locked_members_earn else "earn nothing",
    }
    return {name: words for name, words in told.items() if words}


def _keyed_by_hand(policies: Policies, currency: str) -> str:
    within = f"within {some(policies.confirm_days, 'day')}"
    match policies.confirm_above_minor:
        case None:
            return f"counts at once; claims are confirmed {within}"
        case 0:
            return f"is confirmed {within}"
        case above:
            return f"is confirmed {within} above {write_money(above, currency)}"


def _pays(unit: Unit, currency: str) -> str:
    if unit.pays is None:
        return ""
    least = f", from {count(unit.pays.least, unit)} on" if unit.pays.least > 1 else ""
    return f"{count(unit.pays.units, unit)} pay {write_money(unit.pays.minor, currency)}{least}"
