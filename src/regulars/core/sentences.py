"""Plain words for rules and whys, as a cashier would say them to a member."""

from datetime import datetime, timedelta, tzinfo

from regulars.core.amounts import portion
from regulars.core.expiry import AfterDays, AfterMonths, EndOf, ExpiryPolicy, Never, OnDate
from regulars.core.money import write_money
from regulars.core.rules import EarningRule, ItemRule, RateRule
from regulars.core.why import Adjusted, Earned, Expired, Returned, Spent, TakenBack, Why, WrittenOff

_COUNTING = {"full": "full", "nearest": "nearest", "started": "started"}


def count(number: int, unit: str) -> str:
    """Write an amount of a unit: "1 point", "1,240 points"."""
    singular = unit[:-1] if unit.endswith("s") else unit
    return f"{number:,} {singular if abs(number) == 1 else unit}".replace("-", "\N{MINUS SIGN}")


def describe_rule(rule: EarningRule, *, currency: str) -> str:
    """Say a rule in one sentence: "1 point per full 1.00 USD, except TOBACCO, from 10.00 USD, in store 330"."""
    gives = count(rule.points, rule.unit)
    match rule:
        case RateRule():
            parts = [f"{gives} per {_COUNTING[rule.rounding]} {write_money(rule.per_minor, currency)}"]
            excluded = (*rule.excluded_categories, *(f"SKU {sku}" for sku in rule.excluded_skus))
            if excluded:
                parts.append(f"except {_either(excluded)}")
            if rule.min_spend_minor:
                parts.append(f"from {write_money(rule.min_spend_minor, currency)}")
        case ItemRule():
            items = (*(f"SKU {sku}" for sku in rule.skus), *rule.categories, *rule.brands)
            step = "unit" if rule.per == "unit" else write_money(rule.per_minor, currency)
            parts = [f"{gives} per {_COUNTING[rule.rounding]} {step} of {_either(items)}"]
    where = (*(f"store {code}" for code in rule.stores), *(f"stores tagged {tag}" for tag in rule.store_tags))
    if where:
        parts.append(f"in {_either(where)}")
    if rule.starts_at:
        parts.append(f"from {rule.starts_at:%d %b %Y %H:%M}")
    if rule.ends_at:
        parts.append(f"until {rule.ends_at:%d %b %Y %H:%M}")
    return ", ".join(parts)


def describe_expiry(policy: ExpiryPolicy) -> str:
    """Say how long a credit lives."""
    match policy:
        case Never():
            return "never expires"
        case OnDate(on=on):
            return f"expires at the end of {on:%d %B %Y}"
        case AfterDays(days=days):
            return f"expires {days} days after it was given"
        case AfterMonths(months=months):
            return f"expires {months} months after it was given"
        case EndOf(period=period, after=0):
            return f"expires at the end of the {period} it was given in"
        case EndOf(period=period, after=after):
            return f"expires at the end of the {period}, {after} {period}s after it was given"


def explain(why: Why, *, unit: str, currency: str, zone: tzinfo) -> list[str]:
    """Explain one entry in sentences; times are told in `zone`."""

    def money(minor: int) -> str:
        return write_money(minor, currency)

    match why:
        case Earned():
            return _explain_earning(why, unit, currency)
        case Spent():
            rate = f"{count(why.points_per, unit)} pay {money(why.minor_per)}"
            return [f"{count(why.points, unit)} paid {money(why.value_minor)}: {rate}."]
        case TakenBack():
            gives = f"“{why.rule}” gives {count(why.target, unit)}"
            left = f"{money(why.remaining_minor)} paid with money is left of the sale"
            said = [
                f"After the refund {left}; for that, {gives}.",
                f"{count(why.held, unit)} were held for the sale, so {count(why.held - why.target, unit)} went back.",
            ]
            if why.short:
                said.append(f"{count(why.short, unit)} of them had been spent already.")
            return said
        case Returned():
            back = f"{money(why.refunded_minor)} of {money(why.total_minor)} has come back so far"
            said = [
                f"{count(why.points, unit)} had paid part of this sale.",
                f"{back}, and the same part of the points with it.",
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


def _explain_earning(why: Earned, unit: str, currency: str) -> list[str]:
    said = [f"{why.rule}."]
    if why.of_goods:
        counted = f"{why.counted / 1000:g} units"
    else:
        earning = portion(why.counted, part=why.money_minor, whole=why.total_minor)
        counted = write_money(earning, currency)
        if earning != why.money_minor:
            counted += f" of {write_money(why.money_minor, currency)}"
    if why.money_minor != why.total_minor:
        said.append(
            f"{write_money(why.total_minor - why.money_minor, currency)} of the sale was paid with points, "
            f"which earns nothing; {write_money(why.money_minor, currency)} was paid with money."
        )
    if why.money_minor < why.min_spend_minor:
        said.append(f"It earns from {write_money(why.min_spend_minor, currency)} on.")
    said.append(f"{counted} counted: {count(why.awarded, unit)}.")
    return said


def write_end(end: datetime, zone: tzinfo) -> str:
    """Say a half-open end as people count: midnight is the end of the day before."""
    local = end.astimezone(zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"the end of {local - timedelta(days=1):%d %b %Y}"
    return f"{local:%d %b %Y %H:%M}"


def _either(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
