"""Write to many members: who would get it and who would not, seen before it is confirmed; a job does the rest."""

from typing import Any, cast

import msgspec
from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.audience.chosen import origin_of, say_chosen, say_nobody
from regulars.backoffice.audience.filtered import Chosen, read_chosen
from regulars.backoffice.effects.deeds import SendMany
from regulars.backoffice.forms.messages.send import SendForm
from regulars.backoffice.leave import typed, with_leave
from regulars.backoffice.messages_words import name_of_channel, name_of_language, say_reason
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.messages.member import names_said, templates_to_send
from regulars.backoffice.refusals import words
from regulars.core.actor import Actor
from regulars.core.approval import Action, Weight
from regulars.core.audience import write_condition
from regulars.core.refusals import Refusal
from regulars.jobs.messages import defer_message_batch
from regulars.messages.channels import is_connected
from regulars.messages.foresee import Foreseen, foresee_many
from regulars.messages.many import send_many
from regulars.messages.send import Preview, preview_message
from regulars.messages.templates import ReadTemplate
from regulars.staff.approvals import Ask
from regulars.staff.rights import Right


class Mailing(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be sent to whom; `refused` says why it cannot."""

    chosen: Chosen
    said: str
    form: SendForm
    template: ReadTemplate | None
    channel: str
    foreseen: Foreseen | None
    preview: Preview | None
    refused: str

    @property
    def about(self) -> int:
        return self.chosen.size.members


@needs(Right.SEND_MESSAGES)
def many(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    chosen = read_chosen(request.POST or request.GET, office)
    if chosen is None:
        return say_nobody(request)
    mailing = _read(request, chosen, office)
    if request.method == "POST" and "send" in request.POST and mailing.form.is_valid() and not mailing.refused:
        try:
            run = with_leave(request, _ask(mailing, request), lambda by: _send(mailing, office, by))
        except Refusal as refusal:
            mailing.form.add_error(None, words(refusal, office))
        else:
            messages.success(request, _("It is being put together, and goes as it is."))
            return redirect("message_run", run)
    return render(request, "backoffice/messages/many.html", _context(mailing))


@require_POST
@needs(Right.SEND_MESSAGES)
def preview(request: HttpRequest) -> HttpResponse:
    """Who would get it and what it says, for what is chosen so far."""
    office = office_of(request)
    chosen = read_chosen(request.POST, office)
    if chosen is None:
        return HttpResponse("")
    return render(request, "backoffice/messages/parts/mailing.html", _context(_read(request, chosen, office)))


def _read(request: HttpRequest, chosen: Chosen, office: Office) -> Mailing:
    known = templates_to_send()
    form = SendForm(request.POST or None, templates=[(each.code, each.name) for each in known])
    asked = request.POST.get("template") or request.GET.get("template", "")
    template = next((each for each in known if each.code == asked), known[0] if known else None)
    said, channel, foreseen, seen, refused = say_chosen(chosen, office), "", None, None, ""
    if template is not None:
        channels = template.live.channels
        form.ask({"comment"} & names_said(template), [(each, name_of_channel(each)) for each in channels])
        form.initial["template"] = template.code
        wanted = request.POST.get("channel") or request.GET.get("channel", "")
        usual = next((each for each in channels if is_connected(each)), channels[0])
        channel = wanted if wanted in channels else usual
        form.initial["channel"] = channel
        comment = form.given().get("comment", "") if form.is_bound else ""
        try:
            foreseen = _foresee(template, channel, chosen, comment, office)
            if foreseen.first is not None:
                seen = preview_message(
                    member_id=foreseen.first, template=template.code, channel=channel, comment=comment, at=office.now
                )
        except Refusal as refusal:
            refused = words(refusal, office)
        if not is_connected(channel):
            refused = _("%(channel)s is not connected, so nobody would get it.") % {"channel": name_of_channel(channel)}
    return Mailing(
        chosen=chosen,
        said=said,
        form=form,
        template=template,
        channel=channel,
        foreseen=foreseen,
        preview=seen,
        refused=refused,
    )


def _foresee(template: ReadTemplate, channel: str, chosen: Chosen, comment: str, office: Office) -> Foreseen:
    return foresee_many(
        template=template.code,
        channel=channel,
        members=chosen.members,
        condition=None if chosen.members else chosen.condition,
        comment=comment,
        at=office.now,
    )


def _ask(mailing: Mailing, request: HttpRequest) -> Ask:
    assert mailing.template is not None, "the form was looked at"
    chosen = mailing.chosen
    deed = SendMany(
        template=mailing.template.code,
        channel=mailing.channel,
        about=mailing.about,
        members=tuple(chosen.members),
        condition=cast("dict[str, Any]", {} if chosen.members else write_condition(chosen.condition)),
    )
    return Ask(
        action=Action.SEND_MANY,
        # Leave is for the text that was seen. `about` is no part of it: members come and go by themselves.
        payload=typed(request) | {"version": mailing.template.live.number},
        weight=Weight(amount=mailing.about),
        about="template",
        about_id=mailing.template.id,
        deed=deed.kept(),
    )


def _send(mailing: Mailing, office: Office, by: Actor) -> int:
    assert mailing.template is not None, "the form was looked at"
    chosen = mailing.chosen
    run = send_many(
        template=mailing.template.code,
        channel=mailing.channel,
        origin=origin_of(chosen, office),
        about=mailing.about,
        members=chosen.members,
        condition=None if chosen.members else chosen.condition,
        comment=mailing.form.given().get("comment", ""),
        key=f"form/{mailing.form.cleaned_data['key']}",
        at=office.now,
        by=by,
    )
    schema = connection.schema_name  # type: ignore[attr-defined]
    transaction.on_commit(lambda: defer_message_batch(run, schema=schema, by=by))
    return run


def _context(mailing: Mailing) -> dict[str, Any]:
    foreseen, seen = mailing.foreseen, mailing.preview
    held = [(say_reason(reason), number) for reason, number in foreseen.held.items()] if foreseen else []
    return {
        "mailing": mailing,
        "form": mailing.form,
        "chosen": mailing.chosen,
        "said": mailing.said,
        "template": mailing.template,
        "foreseen": foreseen,
        "held": held,
        "seen": seen if seen and (seen.body or seen.subject) else None,
        "channel": mailing.channel,
        "language": name_of_language(seen.language) if seen and seen.language else "",
        "channels": [
            (each, name_of_channel(each), is_connected(each))
            for each in (mailing.template.live.channels if mailing.template else [])
        ],
    }
