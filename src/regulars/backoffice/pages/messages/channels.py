"""How messages leave the house: a channel for each way of writing, and what holds for all of them."""

from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.forms.messages.channels import ChannelForm, ChannelTestForm, TermsForm
from regulars.backoffice.messages_words import name_of_channel, name_of_language, say_error
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.refusals import Refusal
from regulars.messages.channels import (
    ReadChannel,
    connect_channel,
    disconnect_channel,
    list_channels,
    read_channel,
    test_channel,
)
from regulars.messages.models import ChannelKind
from regulars.messages.send import clean_address
from regulars.messages.terms import Terms, change_terms, load_terms
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right


@needs(Right.CHANGE_CHANNELS)
def channels(request: HttpRequest) -> HttpResponse:
    known = list_channels()
    terms = load_terms()
    context = {
        "rows": [_row(channel) for channel in known],
        "names": name_actors({channel.created_by for channel in known if channel.created_by}),
        "terms": terms,
        "language": name_of_language(terms.language),
    }
    return render(request, "backoffice/messages/channels.html", context)


@needs(Right.CHANGE_CHANNELS)
def connect(request: HttpRequest, kind: str) -> HttpResponse:
    """Connect a channel, or another in its place: its address is typed anew, for the old one is never shown."""
    office, channel = office_of(request), _find(kind)
    initial = {"way": "server" if kind == ChannelKind.EMAIL else "sink", "sender": channel.sender}
    form = ChannelForm(request.POST or None, kind=kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            connect_channel(
                kind=kind,
                address=form.whole_address(),
                sender=form.cleaned_data.get("sender", ""),
                at=office.now,
                by=office.actor,
            )
        except Refusal as refusal:
            _show(form, refusal, office)
        else:
            messages.success(request, _("Connected. Send yourself a test now."))
            return redirect("test_channel", kind)
    context = {"form": form, "channel": channel, "name": name_of_channel(kind)}
    return render(request, "backoffice/messages/connect.html", context)


@needs(Right.CHANGE_CHANNELS)
def test(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand a few words over now, and say what became of them."""
    office, channel = office_of(request), _find(kind)
    initial = {"to": office.person.email if kind == ChannelKind.EMAIL else ""}
    form = ChannelTestForm(request.POST or None, initial=initial)
    tested = None
    if request.method == "POST" and form.is_valid():
        try:
            to = clean_address(form.cleaned_data["to"], channel=kind)
            body = _("A test of %(shop)s: it has arrived.") % {"shop": office.shop}
            tested = test_channel(kind, to=to, body=body, at=office.now, by=office.actor)
        except Refusal as refusal:
            form.add_error("to", words(refusal, office))
    context = {
        "form": form,
        "channel": channel,
        "name": name_of_channel(kind),
        "tested": tested,
        "said": say_error(tested.error) if tested else "",
    }
    return render(request, "backoffice/messages/test_channel.html", context)


@require_POST
@needs(Right.CHANGE_CHANNELS)
def disconnect(request: HttpRequest, kind: str) -> HttpResponse:
    office = office_of(request)
    _find(kind)
    try:
        disconnect_channel(kind, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        messages.success(request, _("Taken away. Its address is forgotten."))
    return redirect("channels")


@needs(Right.CHANGE_MESSAGES)
def terms(request: HttpRequest) -> HttpResponse:
    """Quiet hours, how often, and in which language; in one place, for everything that is sent."""
    office = office_of(request)
    known: dict[str, Any] = msgspec.structs.asdict(load_terms())
    form = TermsForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            change_terms(Terms(**form.cleaned_data), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("Kept. It holds for what waits, too."))
            return redirect(_room(office))
    return render(request, "backoffice/messages/terms.html", {"form": form, "room": reverse(_room(office))})


def _room(office: Office) -> str:
    """Where the terms are looked at: with the channels, by who may connect those."""
    return "channels" if office.can(Right.CHANGE_CHANNELS) else "message_templates"


def _row(channel: ReadChannel) -> dict[str, Any]:
    return {"channel": channel, "name": name_of_channel(channel.kind), "error": say_error(channel.test_error)}


def _find(kind: str) -> ReadChannel:
    if kind not in ChannelKind.values:
        raise Http404
    return read_channel(kind)


def _show(form: ChannelForm, refusal: Refusal, office: Office) -> None:
    """Beside the part of the address that it is about."""
    facts = refusal.facts()
    match refusal.code, facts.get("why"):
        case "invalid_channel", "sender":
            field = "sender"
        case "invalid_channel", _why:
            field = {"server": "host", "gateway": "url", "address": "address"}.get(form.cleaned_data["way"], "way")
        case "private_host", _none:
            field = {"server": "host", "gateway": "url"}.get(form.cleaned_data["way"], "address")
        case _:
            field = ""
    form.add_error(field if field in form.fields else None, words(refusal, office))
