"""Every message there was: what it said, to whom, what allowed it, how far it is, and what may still be done."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.audit.models import Event
from regulars.backoffice.access import needs
from regulars.backoffice.deeds import say_event
from regulars.backoffice.finding import find_typed
from regulars.backoffice.forms.messages.lists import DeliveriesForm
from regulars.backoffice.keyset import PAGE, Page, read_id_key
from regulars.backoffice.messages_shown import show_deliveries
from regulars.backoffice.messages_words import (
    STATES,
    WHYS,
    name_of_language,
    say_error,
)
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import words
from regulars.consents.models import Consent, PolicyVersion
from regulars.core.periods import start_of_day
from regulars.core.refusals import Refusal
from regulars.jobs.messages import defer_sending
from regulars.messages.deliveries import (
    DeliveryRow,
    Filter,
    cancel_delivery,
    list_deliveries,
    read_delivery,
    retry_delivery,
)
from regulars.messages.models import TemplateVersion
from regulars.messages.refusals import UnknownDelivery
from regulars.messages.templates import list_templates
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

EVENTS = 20


@needs(Right.SEE_MESSAGES)
def deliveries(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    form = DeliveriesForm(request.GET, templates=[(each.code, each.name) for each in list_templates(with_retired=True)])
    asked, is_nobody = _filter(form, office)
    before = read_id_key(request.GET.get("before", ""))
    found = [] if is_nobody else list_deliveries(asked, before=before, limit=PAGE + 1)
    page = Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else None, before is None)
    context = {
        "form": form,
        "page": page,
        "rows": show_deliveries(page.rows),
        "states": [("", _("All")), *((code, said) for code, (said, _look) in STATES.items())],
        "state": asked.state,
        "is_filtered": asked != Filter() or is_nobody,
    }
    return render(request, "backoffice/messages/deliveries.html", context)


@needs(Right.SEE_MESSAGES)
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    office, row = office_of(request), find_or_404(delivery_id)
    trail = list(Event.objects.filter(about="delivery", about_id=delivery_id).order_by("-pk")[:EVENTS])
    [shown] = show_deliveries([row])
    context: dict[str, Any] = {
        "delivery": row,
        "shown": shown,
        "language": name_of_language(row.language) if row.language else "",
        "why": WHYS.get(row.why, "") if row.state != "held_back" else "",
        "consent": Consent.objects.select_related("purpose").filter(pk=row.consent_id or 0).first(),
        "policy": PolicyVersion.objects.select_related("policy").filter(pk=row.policy_version_id or 0).first(),
        "error": say_error(row.error),
        "trail": [{"actor": event.actor, "at": event.recorded_at, **say_event(event, office)} for event in trail],
        "names": name_actors({row.created_by, *(event.actor for event in trail)}),
    }
    return render(request, "backoffice/messages/delivery.html", context)


@require_POST
@needs(Right.SEND_MESSAGES)
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    office, row = office_of(request), find_or_404(delivery_id)
    try:
        with transaction.atomic():
            retry_delivery(delivery_id, at=office.now, by=office.actor)
            defer_sending(row.channel, schema=connection.schema_name)  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        messages.success(request, _("It is tried again. Whether it may go is asked anew."))
    return redirect("delivery", delivery_id)


@require_POST
@needs(Right.SEND_MESSAGES)
def cancel(request: HttpRequest, delivery_id: int) -> HttpResponse:
    office = office_of(request)
    find_or_404(delivery_id)
    try:
        cancel_delivery(delivery_id, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        messages.success(request, _("It never goes."))
    return redirect("delivery", delivery_id)


def find_or_404(delivery_id: int) -> DeliveryRow:
    try:
        return read_delivery(delivery_id)
    except UnknownDelivery:
        raise Http404 from None


def _filter(form: DeliveriesForm, office: Office) -> tuple[Filter, bool]:
    """What is asked for; True where it names a member whom nobody knows."""
    member_id, typed = None, form.said("member")
    if typed:
        member = find_typed(typed.lstrip("#"), office)
        if member is None:
            return Filter(state=form.said("state")), True
        member_id = member.id
    versions: Sequence[int] = ()
    if code := form.said("template"):
        versions = list(TemplateVersion.objects.filter(template__code=code).values_list("pk", flat=True))
    days = form.days
    return (
        Filter(
            state=form.said("state"),
            channel=form.said("channel"),
            trigger=form.said("trigger"),
            since=start_of_day(days[0], office.zone) if days else None,
            until=start_of_day(days[1], office.zone) if days else None,
            member_id=member_id,
            version_ids=versions,
        ),
        False,
    )
