"""Messages to many: how far each run is, stopped and gone on with, and what became of every message of it."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db import connection, transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.keyset import PAGE, Page, read_id_key
from regulars.backoffice.messages_shown import show_deliveries
from regulars.backoffice.messages_words import STATES, name_of_channel, say_why
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.exports import start_export
from regulars.backoffice.refusals import words
from regulars.core.refusals import Refusal
from regulars.jobs.messages import defer_message_batch
from regulars.messages.deliveries import Filter, list_deliveries
from regulars.messages.many import ReadBatch, cancel_batch, list_batches, read_batch, resume_batch, stop_batch
from regulars.messages.models import Delivery
from regulars.messages.refusals import UnknownBatch
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right

RUN_STATES = {
    "waiting": (gettext_lazy("Waiting for the worker"), "careful"),
    "collecting": (gettext_lazy("Being put together"), "careful"),
    "stopped": (gettext_lazy("Stopped"), "stop"),
    "done": (gettext_lazy("Put together"), "good"),
    "cancelled": (gettext_lazy("Given up"), ""),
}
TURNS = {"stop": stop_batch, "resume": resume_batch, "cancel": cancel_batch}
OPEN = ("waiting", "sending")
COLUMNS = {
    "member": gettext_lazy("Member"),
    "name": gettext_lazy("Name"),
    "address": gettext_lazy("Address"),
    "language": gettext_lazy("Language"),
    "state": gettext_lazy("State"),
    "reason": gettext_lazy("Reason"),
    "sent_at": gettext_lazy("Sent at"),
}


@needs(Right.SEE_MESSAGES)
def runs(request: HttpRequest) -> HttpResponse:
    before = read_id_key(request.GET.get("before", ""))
    found = list_batches(before=before, limit=PAGE + 1)
    page = Page(found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else None, before is None)
    rows = [{"run": each, "channel": name_of_channel(each.channel), **_state(each)} for each in page.rows]
    context = {"page": page, "rows": rows, "names": name_actors({each.created_by for each in page.rows})}
    return render(request, "backoffice/messages/runs.html", context)


@needs(Right.SEE_MESSAGES)
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """While it is going, the part that tells how far it is asks again by itself."""
    found = _find(run_id)
    context: dict[str, Any] = {
        "run": found,
        "channel": name_of_channel(found.channel),
        "counts": [(code, said, found.states.get(code, 0), look) for code, (said, look) in STATES.items()],
        "is_open": found.is_going or (found.state == "done" and any(found.states.get(state) for state in OPEN)),
        **_state(found),
    }
    if request.headers.get("HX-Request"):
        answer = render(request, "backoffice/messages/parts/run_progress.html", context)
        if not context["is_open"]:
            answer["HX-Refresh"] = "true"
        return answer
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    before = read_id_key(request.GET.get("before", ""))
    rows = list_deliveries(Filter(batch_id=run_id, state=state), before=before, limit=PAGE + 1)
    context |= {
        "page": Page(rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else None, before is None),
        "rows": show_deliveries(rows[:PAGE]),
        "shown": state,
        "reasons": _reasons(run_id),
        "names": name_actors({found.created_by}),
    }
    return render(request, "backoffice/messages/run.html", context)


@require_POST
@needs(Right.SEND_MESSAGES)
def turn(request: HttpRequest, run_id: int) -> HttpResponse:
    """Stop it, go on with it, or give it up; a job then does so with what waits."""
    office = office_of(request)
    _find(run_id)
    do = TURNS.get(request.POST.get("do", ""))
    if do is None:
        return redirect("message_run", run_id)
    schema = connection.schema_name  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            do(run_id, at=office.now, by=office.actor)
            transaction.on_commit(lambda: defer_message_batch(run_id, schema=schema, by=office.actor))
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    return redirect("message_run", run_id)


@require_POST
@needs(Right.EXPORT_LISTS)
def export(request: HttpRequest, run_id: int) -> HttpResponse:
    """What became of every message of it, as a file."""
    office, found = office_of(request), _find(run_id)
    if not office.can(Right.SEE_MESSAGES):
        raise Http404
    return _export(request, found, office)


def _export(request: HttpRequest, found: ReadBatch, office: Office) -> HttpResponse:
    columns = [(code, str(said)) for code, said in COLUMNS.items()]
    try:
        number = start_export(
            "messages",
            title=_("Messages: %(template)s") % {"template": found.template},
            asked={"batch": found.id},
            columns=columns,
            form="csv",
            office=office,
        )
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
        return redirect("message_run", found.id)
    return redirect("export", number)


def _find(run_id: int) -> ReadBatch:
    try:
        return read_batch(run_id)
    except UnknownBatch:
        raise Http404 from None


def _state(found: ReadBatch) -> dict[str, Any]:
    said, look = RUN_STATES[found.state]
    return {"state": said, "look": look}


def _reasons(run_id: int) -> list[tuple[str, int]]:
    """Why messages were held back or failed, the most frequent first."""
    rows = Delivery.objects.filter(batch=run_id, state__in=["held_back", "failed"])
    counted = rows.values_list("reason", "error").annotate(number=Count("id")).order_by()
    said: Counter[str] = Counter()
    for reason, error, number in counted:
        said[say_why(reason, error)] += number
    return said.most_common()
