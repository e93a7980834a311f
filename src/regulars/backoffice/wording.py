"""Numbers, money and times as people of the shop write them."""

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.brand.dates import say_day, say_weekday
from regulars.core import tongue
from regulars.core.money import write_money
from regulars.members.rows import MemberRow

MINUS = "\N{MINUS SIGN}"


def name_of(member: MemberRow) -> str:
    """A member's name; somebody without one is known by number."""
    return member.name or f"#{member.id}"


def number(value: int) -> str:
    """1240 is "1,240", or as the reader's language has it; a minus is a real minus."""
    return tongue.number(value).replace("-", MINUS)


def signed(value: int) -> str:
    """A change with its sign: "+50", and a real minus before what was taken."""
    return f"+{number(value)}" if value > 0 else number(value)


def money(minor: int, currency: str) -> str:
    return write_money(minor, currency)


def quantity(milli: int) -> str:
    """Thousandths as people write them: 1500 is "1.5", 2000 is "2"."""
    whole, rest = divmod(abs(milli), 1000)
    said = tongue.number(whole) + (f"{tongue.point()}{rest:03d}".rstrip("0") if rest else "")
    return MINUS + said if milli < 0 else said


def exact(at: datetime, zone: tzinfo) -> str:
    """With seconds and the zone's short name, for whoever wants to know exactly."""
    local = at.astimezone(zone)
    return f"{say_weekday(local)}, {local:%H:%M:%S} {local:%Z}"


def day(at: datetime, zone: tzinfo) -> str:
    return say_day(at.astimezone(zone))


def decimal(value: Decimal) -> str:
    """With as many decimals as it has: Decimal("1240.50") is "1,240.50"; a minus is a real minus."""
    whole, _dot, rest = f"{value.copy_abs():f}".partition(".")
    said = tongue.number(int(whole)) + (f"{tongue.point()}{rest}" if rest else "")
    return MINUS + said if value < 0 else said


def relative(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """How long ago, or in how long; beyond a week the date says more."""
    away = abs(now - at)
    if away >= timedelta(days=7):
        return day(at, zone)
    if away < timedelta(minutes=1):
        return _("just now")
    if away < timedelta(hours=1):
        count, text = away.seconds // 60, ngettext("%(n)d minute", "%(n)d minutes", away.seconds // 60)
    elif away < timedelta(days=1):
        count, text = away.seconds // 3600, ngettext("%(n)d hour", "%(n)d hours", away.seconds // 3600)
    else:
        count, text = away.days, ngettext("%(n)d day", "%(n)d days", away.days)
    span = text % {"n": count}
    return _("%(span)s ago") % {"span": span} if at <= now else _("in %(span)s") % {"span": span}
