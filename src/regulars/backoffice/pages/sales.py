"""All sales, newest first, by store, day and whether a member was known."""

from datetime import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs, say_no_permission
from regulars.backoffice.days import read_day
from regulars.backoffice.keyset import page_by_time, read_time_key
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.exports import start_export
from regulars.backoffice.refusals import words
from regulars.core.periods import end_of_day, start_of_day
from regulars.core.refusals import Refusal
from regulars.reports.exports.sales import COLUMNS, Sold
from regulars.sales.models import Sale
from regulars.staff.rights import Right
from regulars.stores.models import Store

HEADINGS: dict[str, Promise] = {
    "receipt": gettext_lazy("Receipt"),
    "sold_at": gettext_lazy("When"),
    "store": gettext_lazy("Store"),
    "till": gettext_lazy("Till"),
    "cashier": gettext_lazy("Cashier"),
    "channel": gettext_lazy("Channel"),
    "member": gettext_lazy("Member"),
    "total": gettext_lazy("Total"),
    "with_points": gettext_lazy("Paid with points"),
    "refunded": gettext_lazy("Refunded"),
}
LOOK_BACK = 20_000
"""So many sales a filter looks at in one go: a store that sold nothing for years must not make it read all sales."""


@needs(Right.SEE_SALES)
def sales(request: HttpRequest) -> HttpResponse:
    asked, office = request.GET, office_of(request)
    reach = office.reach_for(Right.SEE_SALES)
    stores = list(reach.within(Store.objects.all(), "id").order_by("code").only("id", "code", "name")[:2000])
    store = next((each for each in stores if each.code == asked.get("store")), None)
    who = asked.get("who", "")
    rows = reach.within(Sale.objects.select_related("store", "member"))
    if store:
        rows = rows.filter(store=store)
    if who in ("member", "anonymous"):
        rows = rows.filter(member__isnull=who == "anonymous")
    is_sparse = bool(store or who) or not reach.everything
    days, faults = _days(asked.get("from", ""), asked.get("to", ""), office)
    floor = _floor(asked.get("before", ""), days) if is_sparse else None
    page = page_by_time(_between(rows, floor or days[0], days[1]), before=asked.get("before", ""))
    context = {
        "page": page,
        "stores": stores,
        "store": store,
        "who": who,
        "faults": faults,
        "looked_back_to": floor,
        "further": f"{floor.isoformat()}~0" if floor and not page.older else None,
        "is_filtered": any(asked.get(name) for name in ("store", "who", "from", "to", "before")),
    }
    return render(request, "backoffice/sales.html", context)


@require_POST
@needs(Right.EXPORT_LISTS)
def export_sales(request: HttpRequest) -> HttpResponse:
    """Take home what is filtered, of the stores whose sales this person sees and may take home."""
    asked, office = request.POST, office_of(request)
    if not office.can(Right.SEE_SALES):
        return say_no_permission(request)
    reach = office.reach_for(Right.SEE_SALES).shared_with(office.reach_for(Right.EXPORT_LISTS))
    store = reach.within(Store.objects.filter(code=asked.get("store", "")), "id").first()
    (since, until), _faults = _days(asked.get("from", ""), asked.get("to", ""), office)
    sold = Sold(
        store=store.pk if store else None,
        who=asked.get("who", ""),
        since=since,
        until=until,
        stores=None if reach.everything else tuple(sorted(reach.stores)),
    )
    try:
        number = start_export(
            "sales",
            title=_("Sales"),
            asked=msgspec.to_builtins(sold),
            columns=[(code, str(HEADINGS[code])) for code in COLUMNS],
            form="xlsx" if asked.get("form") == "xlsx" else "csv",
            office=office,
        )
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
        return redirect("sales")
    return redirect("export", number)


def _between(rows: QuerySet[Sale], since: datetime | None, until: datetime | None) -> QuerySet[Sale]:
    if since:
        rows = rows.filter(occurred_at__gte=since)
    return rows.filter(occurred_at__lt=until) if until else rows


def _floor(before: str, days: tuple[datetime | None, datetime | None]) -> datetime | None:
    """Where a filtered look stops before it is through: so many sales behind the key, or behind the last day."""
    key = read_time_key(before)
    rows = _between(Sale.objects.all(), days[0], days[1])
    if key is not None:
        rows = rows.filter(occurred_at__lte=key[0])
    times: Any = rows.order_by("-occurred_at").values_list("occurred_at", flat=True)
    found: list[datetime] = list(times[LOOK_BACK : LOOK_BACK + 1])
    return found[0] if found else None


def _days(first: str, last: str, office: Office) -> tuple[tuple[datetime | None, datetime | None], bool]:
    """The half-open period of two days of the program's zone; whether one of them was no day."""
    start, end = read_day(first), read_day(last)
    period = (
        start_of_day(start, office.zone) if start else None,
        end_of_day(end, office.zone) if end else None,
    )
    return period, bool((first and not start) or (last and not end))
