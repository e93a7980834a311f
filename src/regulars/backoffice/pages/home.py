"""The start page: how the program did in a period, day by day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.backoffice.access import needs
from regulars.backoffice.chart import Chart, draw_bars
from regulars.backoffice.keyset import page_by_time
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.wording import money, number
from regulars.backoffice.worklist import show_work
from regulars.brand.dates import say_weekday
from regulars.members.models import Member
from regulars.reports.figures import Day, Figures, figures_between, newest_day
from regulars.sales.models import Sale
from regulars.staff.models import ApiKey
from regulars.staff.rights import Right
from regulars.stores.models import Store

PERIODS = (7, 30, 90, 365)


@needs(None)
def home(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    if not office.can(Right.SEE_DASHBOARD):
        reach = office.reach_for(Right.SEE_SALES)
        sales = page_by_time(reach.within(Sale.objects.select_related("store", "member")), before="", size=8)
        return render(request, "backoffice/counter.html", {"sales": sales.rows, "work": show_work(office)})
    last = newest_day()
    if last is None:
        context: dict[str, Any] = {"steps": _first_steps(office), "work": show_work(office)}
        return render(request, "backoffice/first_steps.html", context)
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in PERIODS else 30
    until = last + timedelta(days=1)
    first = until - timedelta(days=days)
    reach = office.reach_for(Right.SEE_DASHBOARD)
    stores = None if reach.everything else reach.stores
    now, before = figures_between(first, until, stores), figures_between(first - timedelta(days=days), first, stores)
    context = {
        "days": days,
        "periods": PERIODS,
        "first": first,
        "last": last,
        "stores": () if stores is None else Store.objects.filter(pk__in=stores).order_by("code")[:20],
        "tiles": _tiles(now, before, office, is_whole=stores is None),
        "charts": _charts(now.days, first, until, is_whole=stores is None),
        "work": show_work(office),
    }
    return render(request, "backoffice/home.html", context)


def _tiles(here: Figures, there: Figures, office: Office, *, is_whole: bool) -> list[dict[str, Any]]:
    """A figure each, with its change against the period before; what belongs to no store only for the whole shop."""
    active, active_before = here.active_members_a_day, there.active_members_a_day
    rows = [
        (_("Sales"), here.sales, there.sales, number, _("%(n)s of them by members") % {"n": number(here.member_sales)}),
        (_("Turnover"), here.total_minor, there.total_minor, lambda minor: money(minor, office.currency), ""),
        (_("Active members a day"), active, active_before, number, _("members with a sale, on average")),
        (_("Points earned"), here.earned, there.earned, number, ""),
        (_("Points spent"), here.spent, there.spent, number, ""),
    ]
    if is_whole:
        held = _("what members hold at the end")
        rows.insert(3, (pgettext("how many", "Joined"), here.joined, there.joined, number, ""))
        rows.append((_("Points expired"), here.expired, there.expired, number, ""))
        rows.append((_("Points outstanding"), here.outstanding, there.outstanding, number, held))
    return [
        {"title": title, "value": say(value), "change": _change(value, before), "note": note}
        for title, value, before, say, note in rows
    ]


def _change(value: int, before: int) -> str:
    """Against the period before; nothing where there was nothing."""
    if before <= 0:
        return ""
    percent = round(100 * (value - before) / before)
    return f"{percent:+d} %".replace("-", "\N{MINUS SIGN}") if percent else "±0 %"


def _charts(figures: Sequence[Day], first: date, until: date, *, is_whole: bool) -> list[Chart]:
    """Drawings over the whole period; days without figures are empty, not missing."""
    known = {day.day: day for day in figures}
    days = [first + timedelta(days=nth) for nth in range((until - first).days)]

    def draw(title: str, *series: tuple[str, str], is_part: bool = False) -> Chart:
        values = [
            (day, tuple(getattr(known[day], field) if day in known else 0 for _, field in series)) for day in days
        ]
        names = [name for name, _ in series]
        return draw_bars(title, values, names=names, say=number, say_day=say_weekday, is_part=is_part)

    sales = draw(_("Sales"), (_("by members"), "member_sales"), (_("all"), "sales"), is_part=True)
    active = draw(_("Active members"), (_("active"), "active_members"))
    if not is_whole:
        return [sales, draw(_("Points"), (_("earned"), "earned"), (_("spent"), "spent")), active]
    points = draw(_("Points"), (_("earned"), "earned"), (_("spent"), "spent"), (_("expired"), "expired"))
    return [sales, points, draw(pgettext("how many", "Joined"), (_("joined"), "joined")), active]


def _first_steps(office: Office) -> list[dict[str, Any]]:
    """What a new shop does first, and what of it is done."""
    return [
        {"done": Store.objects.exists(), "text": _("Add a store"), "place": "new_store"},
        {"done": bool(office.live and office.live.rules), "text": _("Set up what members earn"), "place": "program"},
        {"done": ApiKey.objects.exists(), "text": _("Make an API key for the tills"), "place": "new_key"},
        {"done": Member.objects.exists(), "text": _("Enrol a member"), "place": "enrol"},
        {"done": Sale.objects.exists(), "text": _("Record the first sale through the API"), "place": "sales"},
    ]
