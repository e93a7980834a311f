"""Why an entry is what it is, in sentences, as a cashier would say them to a member."""

from collections.abc import Callable
from datetime import tzinfo

from regulars.core.amounts import portion
from regulars.core.describe.limits import describe_bound
from regulars.core.money import write_money
from regulars.core.phrases import count, write_end
from regulars.core.program.units import Unit
from regulars.core.why import (
    Adjusted,
    Bite,
    CardFilled,
    CardReopened,
    Claimed,
    Earned,
    Expired,
    Forfeited,
    Merged,
    Promised,
    Reinstated,
    Returned,
    Rewarded,
    RewardRemoved,
    RulePart,
    Spent,
    TakenBack,
    Undone,
    Why,
    Withdrawn,
    WrittenOff,
)

SayRule = Callable[[int, str], str]
"""A rule's sentence by program version and code: "1 point per full 1.00 USD"."""


def explain(why: Why, *, unit: Unit, currency: str, zone: tzinfo, say_rule: SayRule) -> list[str]:
    """Explain one entry in sentences; times are told in `zone`."""

    def money(minor: int) -> str:
        return write_money(minor, currency)

    match why:
        case Earned():
            return _explain_earning(why, unit, currency, say_rule)
        case Spent():
            rate = f"{count(why.points_per, unit)} pay {money(why.minor_per)}"
            return [f"{count(why.points, unit)} paid {money(why.value_minor)}: {rate}."]
        case TakenBack():
            return _explain_taking_back(why, unit, currency)
        case Returned():
            back = f"{money(why.refunded_minor)} of {money(why.total_minor)} has come back so far"
            said = [
                f"{count(why.points, unit)} had paid part of this sale.",
                f"{back}, and the same part of the {unit.name.plural} with it.",
            ]
            if why.graced_until:
                said.append(f"Some had expired meanwhile: they can be used until {write_end(why.graced_until, zone)}.")
            return said
        case Adjusted():
            return [f"Changed by the team. The balance was {count(why.before, unit)} before."]
        case Expired():
            end = write_end(why.expires_at, zone)
            return [f"What was left of {count(why.lot_amount, unit)} that could be used until {end}."]
        case WrittenOff(withheld_minor=0):
            return [f"{count(why.short, unit)} of a returned sale had been spent already. The shop took the loss."]
        case WrittenOff():
            return [
                f"{count(why.short, unit)} of a returned sale had been spent already.",
                f"{money(why.withheld_minor)} was kept back from the money instead.",
            ]
        case Reinstated():
            return [f"The team brought back what had expired: it can be used until {write_end(why.until, zone)}."]
        case Promised():
            total = money(why.total_minor)
            return [
                f"Receipt {why.receipt} over {total} was entered by hand: it counts once somebody else confirms it."
            ]
        case Withdrawn(outcome="confirmed"):
            return [f"Receipt {why.receipt} was confirmed: what its sale earned stands in the place of the promise."]
        case Withdrawn():
            return [f"Receipt {why.receipt} was {why.outcome}: nothing comes of the promise."]
        case Forfeited(paid_out=True):
            return ["The member's data was erased: what was left was paid out in money."]
        case Forfeited():
            return ["The member's data was erased: what was left, and what was owed, ended with it."]
        case Undone():
            return ["What another entry had done was undone."]
        case Merged():
            return [_explain_merge(why)]
        case _:
            return _explain_gift(why, unit, zone)


def _explain_merge(why: Merged) -> str:
    if why.shared:
        return "Two records of one person were parted again: this much had been used, and stays with who used it."
    if why.is_undo:
        return "Two records of one person were parted again: what was left went back, with its dates."
    return "Two records of one person became one: what was left moved over, with its dates."


def _explain_gift(
    why: Claimed | CardFilled | CardReopened | Rewarded | RewardRemoved, unit: Unit, zone: tzinfo
) -> list[str]:
    match why:
        case Claimed():
            said = [f"“{why.reward}” was claimed for {count(why.price, unit)}."]
            if why.price != why.listed:
                said.append(f"Without a level it costs {count(why.listed, unit)}.")
            return said
        case CardFilled():
            return [f"Card {why.number} was full: its {why.size} stamps are used up for the reward."]
        case CardReopened():
            return [f"Stamps that had filled card {why.number} were taken off: it is open again."]
        case Rewarded():
            return [f"“{why.reward}” is paid at once."]
        case RewardRemoved():
            said = [f"“{why.reward}” was taken away, and its price given back."]
            if why.graced_until:
                said.append(f"Some had expired meanwhile: it can be used until {write_end(why.graced_until, zone)}.")
            return said


def _explain_earning(why: Earned, unit: Unit, currency: str, say_rule: SayRule) -> list[str]:
    said: list[str] = []
    if why.event:
        said.append(f"For “{why.event}”.")
    elif why.money_minor != why.total_minor:
        said.append(
            f"{write_money(why.money_minor, currency)} of {write_money(why.total_minor, currency)} was paid in a way "
            "that earns, and has not come back."
        )
    for part in why.parts:
        said += _explain_part(part, why, unit, currency, say_rule(why.version, part.rule))
    if why.lines:
        lines = ", ".join(str(position) for position in why.lines)
        said.append(f"Made by line {lines} of the sale." if len(why.lines) == 1 else f"Made by lines {lines}.")
    return said


def _explain_part(part: RulePart, why: Earned, unit: Unit, currency: str, rule: str) -> list[str]:
    said = [f"{rule[:1].upper()}{rule[1:]}."]
    counted = _counted(part, why, currency)
    gave = count(part.desired, unit)
    if counted:
        gave = f"{counted} counted: {gave}"
    if part.carried and part.carried[0]:
        gave += f", with {_write_step(part, part.carried[0], currency)} from before"
    if part.carried and part.carried[1]:
        gave += f"; {_write_step(part, part.carried[1], currency)} counts with the next sale"
    said.append(f"{gave}.")
    said += [_explain_bite(bite, unit) for bite in part.bites]
    if part.bites:
        said.append(f"So {count(part.awarded, unit)} instead of {count(part.desired, unit)}.")
    return said


def _explain_bite(bite: Bite, unit: Unit) -> str:
    left = f"{count(bite.room, unit)} were left" if bite.room else "nothing was left"
    if bite.id.startswith("b:"):
        return f"The budget “{bite.id[2:].partition('/')[0]}” bounds what everybody gets together: {left}."
    said = describe_bound(bite.limit, per=bite.per, period=bite.period, days=bite.days, unit=unit)
    said = f"{said[:1].upper()}{said[1:]}"
    return f"{said}." if bite.period == "transaction" else f"{said}: {left}."


def _counted(part: RulePart, why: Earned, currency: str) -> str:
    """Say what a rule counted; nothing where it counts once, or counts what other rules gave."""
    if part.of_goods:
        return f"{part.counted / 1000:g} units"
    if not part.per or part.of_units:
        return ""
    whole = part.counted if part.carried else portion(part.counted, part=why.money_minor, whole=why.total_minor)
    return write_money(whole, currency)


def _write_step(part: RulePart, amount: int, currency: str) -> str:
    return f"{amount / 1000:g} units" if part.of_goods else write_money(amount, currency)


def _explain_taking_back(why: TakenBack, unit: Unit, currency: str) -> list[str]:
    left = f"{write_money(why.remaining_minor, currency)} that earns is left of the sale"
    said = [
        f"After the refund {left}; for that, it gives {count(why.target, unit)}.",
        f"{count(why.held, unit)} were held for it, so {count(why.held - why.target, unit)} went back.",
    ]
    if why.short:
        said.append(f"{count(why.short, unit)} of them had been spent already.")
    return said
