"""How pages write numbers, money and times, and the few parts that every page repeats."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from regulars.audit.origin import say_device
from regulars.backoffice import wording
from regulars.backoffice.amounts import say_amount, say_change, unknown_unit
from regulars.backoffice.brand import Dress, dress_of
from regulars.backoffice.navigation import Door, doors
from regulars.backoffice.office import Office, office_of
from regulars.brand.dates import say_day
from regulars.core.phrases import write_amount
from regulars.core.program.units import Unit
from regulars.members.rows import MemberRow
from regulars.staff.rights import Right

register = template.Library()

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""How PostgreSQL writes a moment as JSON."""


@register.simple_tag(takes_context=True)
def office(context: Context) -> Office:
    return office_of(context["request"])


@register.simple_tag(takes_context=True)
def dress(context: Context) -> Dress:
    """Where the merchant's own colour and logo are."""
    return dress_of(office_of(context["request"]).looks)


@register.simple_tag
def menu(office: Office) -> list[tuple[str | None, list[Door]]]:
    return doors(office)


@register.simple_tag(takes_context=True)
def money(context: Context, minor: int | None) -> str:
    """An amount of money in the program's currency."""
    return "" if minor is None else wording.money(minor, office_of(context["request"]).currency)


@register.filter
def number(value: int | None) -> str:
    return wording.number(value or 0)


@register.filter
def signed(value: int) -> str:
    return wording.signed(value)


@register.filter
def of(amount: int, unit: Unit | str) -> str:
    """An amount with its unit: "1 point", "1,240 points", "12.50 coins"."""
    return say_amount(amount, _unit(unit))


@register.filter
def in_steps_of(amount: int, unit: Unit | str) -> str:
    """The bare number with the unit's decimals."""
    return write_amount(amount, _unit(unit))


@register.simple_tag(takes_context=True)
def units(context: Context, amount: int, code: str) -> str:
    """An amount of a unit that is known by its code only."""
    return say_amount(amount, office_of(context["request"]).unit(code))


@register.filter
def quantity(milli: int) -> str:
    """Thousandths as people write them: 1500 is 1.5."""
    return wording.quantity(milli)


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None, style: str = "relative", zone: Any = None) -> SafeString | str:
    """A moment: how long ago, with the exact time on hover; or `exact`, or `day`; in the program's zone, or `zone`.

    `last day` is for a half-open end: midnight belongs to the day before.
    """
    if at is None:
        return ""
    office = office_of(context["request"])
    exact = wording.exact(at, zone or office.zone)
    said = {
        "relative": lambda: wording.relative(at, now=office.now, zone=zone or office.zone),
        "day": lambda: wording.day(at, zone or office.zone),
        "last day": lambda: wording.day(at - timedelta(microseconds=1), zone or office.zone),
        "exact": lambda: exact,
    }[style]()
    return format_html('<time datetime="{}" title="{}">{}</time>', at.astimezone(UTC).isoformat(), exact, said)


@register.filter
def day(on: date | None) -> str:
    """A day that has no moment, such as a birthday; "" where there is none."""
    return "" if on is None else say_day(on)


@register.simple_tag(takes_context=True)
def told(context: Context, key: str, value: Any) -> Any:
    """A value out of a member's data: a moment or a day as pages write them, anything else as it is."""
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return when(context, datetime.fromisoformat(value), "exact")
    return say_day(date.fromisoformat(value)) if value and key.endswith("_on") else value


@register.filter
def name(member: MemberRow) -> str:
    return wording.name_of(member)


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.simple_tag(takes_context=True)
def may(context: Context, right: str) -> bool:
    return office_of(context["request"]).can(Right(right))


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """This page's address with some questions changed; None drops one. Paging ends where a filter changes."""
    asked = context["request"].GET.copy()
    asked.pop("before", None)
    for name, value in changes.items():
        if value in (None, ""):
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return f"?{asked.urlencode()}" if asked else "?"


@register.inclusion_tag("backoffice/parts/icon.html")
def icon(name: str) -> dict[str, str]:
    return {"name": name}


@register.filter
def add_id(prefix: str, number: int) -> str:
    return f"{prefix}{number}"


@register.filter
def at(names: dict[str, str], key: str) -> str:
    """A name out of a table; the key itself if nobody knows it."""
    return names.get(key, key)


@register.filter
def signed_of(amount: int, unit: Unit | str) -> str:
    """A change with its unit: "+9 points"."""
    return say_change(amount, _unit(unit))


def _unit(unit: Unit | str) -> Unit:
    """A code stands for itself where nobody looked the unit up."""
    return unknown_unit(unit) if isinstance(unit, str) else unit


@register.filter
def device(agent: str) -> str:
    """A browser as people call it."""
    return say_device(agent) or agent[:40]


@register.filter
def initials(member: MemberRow) -> str:
    return "".join(part[:1].upper() for part in (member.first_name, member.last_name) if part) or "#"
