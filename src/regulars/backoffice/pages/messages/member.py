"""Write to one member: a prepared message, seen in their language before it goes, and sent once however often the form
comes.
"""

from typing import Any

import msgspec
from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.messages.send import SendForm
from regulars.backoffice.messages_words import name_of_channel, name_of_language, say_reason
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import words
from regulars.backoffice.wording import exact
from regulars.core.messages.texts import read_text
from regulars.core.refusals import Refusal
from regulars.jobs.messages import defer_sending
from regulars.messages.models import TemplateKind
from regulars.messages.put import Put
from regulars.messages.send import Preview, preview_message, send_prepared
from regulars.messages.templates import ReadTemplate, list_templates
from regulars.staff.rights import Right


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as it is offered: where it would go, or why it would not."""

    channel: str
    name: str
    address: str
    held: str
    preview: Preview | None


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """The form with what depends on the template: its channels for this member, and what the chosen one would say."""

    form: SendForm
    template: ReadTemplate | None
    ways: list[Way]
    chosen: Way | None


@needs(Right.SEND_MESSAGES)
def write(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member = office_of(request), find_or_404(member_id)
    writing = _read(request, member_id, office)
    if request.method == "POST" and "send" in request.POST and writing.form.is_valid():
        chosen = writing.chosen
        if chosen is None or chosen.held:
            writing.form.add_error(
                "channel", _("This cannot go: %(why)s.") % {"why": chosen.held if chosen else _("no channel")}
            )
        else:
            try:
                put = _send(writing, member_id, office)
            except Refusal as refusal:
                writing.form.add_error(None, words(refusal, office))
            else:
                _say(request, put, office)
                return redirect(f"{reverse('member', args=[member_id])}?show=messages#history")
    context = {"member": member, **_context(writing, member_id, office)}
    return render(request, "backoffice/messages/write.html", context)


@require_POST
@needs(Right.SEND_MESSAGES)
def preview(request: HttpRequest, member_id: int) -> HttpResponse:
    """What goes with the template that was chosen, or only what it says."""
    office = office_of(request)
    find_or_404(member_id)
    part = "said" if request.headers.get("HX-Target") == "said" else "writing"
    context = _context(_read(request, member_id, office), member_id, office)
    return render(request, f"backoffice/messages/parts/{part}.html", context)


def templates_to_send() -> list[ReadTemplate]:
    """Those that people send; codes go by themselves."""
    return [each for each in list_templates() if each.kind != TemplateKind.CODE]


def names_said(template: ReadTemplate) -> frozenset[str]:
    """Every variable that some text of the live version says."""
    said: frozenset[str] = frozenset()
    for text in template.live.texts:
        said |= read_text(text.body).names | read_text(text.subject).names
    return said


def _read(request: HttpRequest, member_id: int, office: Office) -> Writing:
    known = templates_to_send()
    form = SendForm(request.POST or None, templates=[(each.code, each.name) for each in known])
    asked = request.POST.get("template") or request.GET.get("template", "")
    template = next((each for each in known if each.code == asked), known[0] if known else None)
    if template is None:
        return Writing(form=form, template=None, ways=[], chosen=None)
    form.ask(names_said(template), [(channel, name_of_channel(channel)) for channel in template.live.channels])
    form.initial["template"] = template.code
    given = form.given() if form.is_bound else {}
    ways = [_way(template, channel, member_id, given, office) for channel in template.live.channels]
    wanted = request.POST.get("channel") or request.GET.get("channel", "")
    chosen = next((way for way in ways if way.channel == wanted), None)
    if chosen is None or (chosen.held and "send" not in request.POST):
        chosen = next((way for way in ways if not way.held), chosen)
    return Writing(form=form, template=template, ways=ways, chosen=chosen)


def _way(template: ReadTemplate, channel: str, member_id: int, given: dict[str, str], office: Office) -> Way:
    try:
        seen = preview_message(
            member_id=member_id,
            template=template.code,
            channel=channel,
            comment=given.get("comment", ""),
            given=given,
            at=office.now,
        )
    except Refusal as refusal:
        return Way(
            channel=channel, name=name_of_channel(channel), address="", held=words(refusal, office), preview=None
        )
    return Way(
        channel=channel,
        name=name_of_channel(channel),
        address=seen.address,
        held=say_reason(seen.held) if seen.held else "",
        preview=seen,
    )


@transaction.atomic
def _send(writing: Writing, member_id: int, office: Office) -> Put:
    assert writing.template is not None and writing.chosen is not None, "the form was looked at"
    given = writing.form.given()
    put = send_prepared(
        member_id=member_id,
        template=writing.template.code,
        channel=writing.chosen.channel,
        comment=given.get("comment", ""),
        given=given,
        key=f"form/{writing.form.cleaned_data['key']}",
        at=office.now,
        by=office.actor,
    )
    defer_sending(writing.chosen.channel, schema=connection.schema_name)  # type: ignore[attr-defined]
    return put


def _say(request: HttpRequest, put: Put, office: Office) -> None:
    if put.reason:
        said = _("Held back: %(why)s.") % {"why": say_reason(put.reason)}
    elif put.next_at is not None and put.next_at > office.now:
        said = _("It goes on %(at)s, when the quiet hours are over.") % {"at": exact(put.next_at, office.zone)}
    else:
        said = _("It is on its way.")
    if office.can(Right.SEE_MESSAGES):
        link = reverse("delivery", args=[put.delivery_id])
        messages.success(request, format_html('{} <a href="{}">{}</a>', said, link, _("See the message")))
    else:
        messages.success(request, said)


def _context(writing: Writing, member_id: int, office: Office) -> dict[str, Any]:
    seen = writing.chosen.preview if writing.chosen else None
    return {
        "member_id": member_id,
        "form": writing.form,
        "template": writing.template,
        "ways": writing.ways,
        "chosen": writing.chosen,
        "seen": seen if seen and (seen.body or seen.subject) else None,
        "channel": writing.chosen.channel if writing.chosen else "",
        "language": name_of_language(seen.language) if seen and seen.language else "",
        "later": seen.go_at if seen and seen.go_at and seen.go_at > office.now else None,
    }
