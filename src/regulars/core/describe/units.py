"""Units, budgets, collections and policies in plain words."""

from regulars.core.describe.conditions import describe_items
from regulars.core.describe.limits import describe_budget, describe_cap, describe_expiry, describe_pending
from regulars.core.describe.rules import Aspects, find_unit
from regulars.core.money import write_money
from regulars.core.phrases import count, days, every, quoted, write_minutes
from regulars.core.program.caps import Budget
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Collection, Items
from regulars.core.program.policies import Policies
from regulars.core.program.units import Unit
from regulars.core.tongue import clauses, mark, say, say_many, statements

_KINDS = {
    "points": mark("points that members spend"),
    "stamps": mark("stamps"),
    "status": mark("status points, which qualify and are not spent"),
    "cashback": mark("cashback"),
}
_SHORTFALLS = {
    "absorb": mark("if spent ones are refunded, the shop takes the loss"),
    "debt": mark("if spent ones are refunded, the member owes them"),
    "withhold": mark("if spent ones are refunded, the cashier keeps their worth back"),
    "refuse": mark("if they are spent, there is no refund"),
}
_STEPS = {
    "full": mark("full steps count"),
    "nearest": mark("steps count to the nearest"),
    "started": mark("started steps count"),
}


def describe_unit(unit: Unit, *, currency: str) -> str:
    """Say a unit in one sentence: "points that members spend; 100 points pay 1.00 USD; never expires; …"."""
    told = tell_unit(unit, currency=currency)
    return statements(told[name] for name in ("kind", "pays", "lives", "waits", "limits", "refunds") if name in told)


def tell_unit(unit: Unit, *, currency: str) -> Aspects:
    """Tell a unit by its aspects: kind, pays, lives, waits, steps, limits, refunds."""
    limits = [describe_cap(cap, unit) for cap in unit.caps]
    if unit.max_balance:
        limits.append(say("a member holds at most %(amount)s", amount=count(unit.max_balance, unit)))
    limits += [say("a member spends %(cap)s", cap=describe_cap(cap, unit)) for cap in unit.spend_caps]
    told = {
        "kind": clauses([say(_KINDS[unit.kind]), *_decimals(unit)]),
        "pays": _pays(unit, currency),
        "lives": describe_expiry(unit.expiry),
        "waits": describe_pending(unit.pending) if unit.pending else "",
        "steps": say(_STEPS[unit.rounding]),
        "limits": clauses(limits),
        "refunds": "" if unit.kind == "stamps" else say(_SHORTFALLS[unit.shortfall]),
        "words": f"{unit.name.singular}, {unit.name.plural}"
        + "".join(f"; {code}: {words.singular}, {words.plural}" for code, words in unit.translations.items()),
    }
    return {name: words for name, words in told.items() if words}


def tell_budget(budget: Budget, document: ProgramDocument, currency: str) -> Aspects:
    """Tell a budget: how much for everybody together, and which rules draw on it."""
    rules = [rule for rule in document.rules if rule.budget == budget.code]
    unit = find_unit(document, rules[0].unit if rules else "points")
    told = {"limits": describe_budget(budget, unit=unit, currency=currency)}
    return told | ({"for": every([quoted(rule.name) for rule in rules])} if rules else {})


def tell_collection(collection: Collection) -> Aspects:
    """Tell a collection: how many SKUs it holds."""
    return {"holds": say_many("%(n)s SKU", "%(n)s SKUs", n=len(collection.skus))}


def tell_policies(policies: Policies, document: ProgramDocument, currency: str) -> Aspects:
    """Tell the policies one by one."""
    earning = [
        say("tax") if policies.earn_on_tax else "",
        say("shipping") if policies.earn_on_shipping else "",
        say("what was paid with points") if policies.earn_on_part_paid_with_units else "",
        say("what was paid with vouchers") if policies.earn_on_part_paid_with_vouchers else "",
    ]
    named = [each for each in earning if each]
    never = [say("gift cards")]
    if policies.excluded != Items():
        never.append(describe_items(policies.excluded, document))
    told = {
        "also earning": every(named),
        "never earning": every(never),
        "late sales": say("accepted for %(days)s", days=days(policies.max_backdate_days)),
        "sales without a member": say("may be claimed for %(days)s", days=days(policies.attach_days)),
        "returned to a lot that expired": say("lives %(days)s more", days=days(policies.reinstate_grace_days)),
        "held by a basket": say("for %(span)s", span=write_minutes(policies.hold_minutes)),
        "keyed by hand": _keyed_by_hand(policies, currency),
        "locked members": "" if policies.locked_members_earn else say("earn nothing"),
    }
    return {name: words for name, words in told.items() if words}


def _keyed_by_hand(policies: Policies, currency: str) -> str:
    within = days(policies.confirm_days)
    match policies.confirm_above_minor:
        case None:
            return say("counts at once; claims are confirmed within %(days)s", days=within)
        case 0:
            return say("is confirmed within %(days)s", days=within)
        case above:
            money = write_money(above, currency)
            return say("is confirmed within %(days)s above %(money)s", days=within, money=money)


def _decimals(unit: Unit) -> list[str]:
    if not unit.precision:
        return []
    return [say_many("counted with %(n)s decimal", "counted with %(n)s decimals", n=unit.precision)]


def _pays(unit: Unit, currency: str) -> str:
    if unit.pays is None:
        return ""
    units, money = count(unit.pays.units, unit), write_money(unit.pays.minor, currency)
    if unit.pays.least > 1:
        least = count(unit.pays.least, unit)
        return say("%(units)s pay %(money)s, from %(least)s on", units=units, money=money, least=least)
    return say("%(units)s pay %(money)s", units=units, money=money)
