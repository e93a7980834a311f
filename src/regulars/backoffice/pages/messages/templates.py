"""Prepared messages: the list, a new one from what is ready-made, what a version says otherwise, a test, its end."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.forms.messages.templates import NameForm, TestForm
from regulars.backoffice.messages_difference import compare_texts
from regulars.backoffice.messages_words import name_of_channel, name_of_language
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.consents.purposes import load_purposes
from regulars.core.refusals import Refusal
from regulars.messages.models import ChannelKind, TemplateKind
from regulars.messages.ready_made import make_ready_templates
from regulars.messages.ready_texts import READY
from regulars.messages.refusals import UnknownTemplate
from regulars.messages.send import send_test
from regulars.messages.templates import (
    ReadTemplate,
    bring_template_back,
    list_templates,
    list_versions,
    read_template,
    rename_template,
    retire_template,
)
from regulars.staff.actors import name_actors
from regulars.staff.rights import Right


@needs(Right.CHANGE_MESSAGES)
def templates(request: HttpRequest) -> HttpResponse:
    found = list_templates(with_retired=True)
    purposes = {code: purpose.name for code, purpose in load_purposes().items()}
    rows = [
        {
            "template": each,
            "use": say_use(each, purposes),
            "channels": [name_of_channel(channel) for channel in each.live.channels],
            "languages": [name_of_language(code) for code in dict.fromkeys(text.language for text in each.live.texts)],
        }
        for each in found
    ]
    context = {"rows": rows, "names": name_actors({each.live.created_by for each in found})}
    return render(request, "backoffice/messages/templates.html", context)


@needs(Right.CHANGE_MESSAGES)
def choose(request: HttpRequest) -> HttpResponse:
    """What a new template begins with: something ready-made, or nothing."""
    known = {each.code for each in list_templates(with_retired=True)}
    purposes = load_purposes()
    rows = [
        {
            "code": code,
            "ready": ready,
            "use": purposes[ready.purpose].name if ready.purpose in purposes else ready.purpose,
            "is_here": code in known,
            "languages": [name_of_language(language) for language in ready.words],
            "says": next(iter(ready.words.values())).short,
        }
        for code, ready in READY.items()
    ]
    context = {"rows": rows, "has_all": all(code in known for code in READY)}
    return render(request, "backoffice/messages/choose.html", context)


@require_POST
@needs(Right.CHANGE_MESSAGES)
def take_ready(request: HttpRequest) -> HttpResponse:
    """Take over every ready-made template that the shop does not have."""
    office = office_of(request)
    made = make_ready_templates(at=office.now, by=office.actor)
    said = ngettext("%(n)s template was taken over.", "%(n)s templates were taken over.", made)
    messages.success(request, said % {"n": made})
    return redirect("message_templates")


@needs(Right.CHANGE_MESSAGES)
def versions(request: HttpRequest, template_id: int) -> HttpResponse:
    """Every version, with what it says otherwise than the one before."""
    found = find_or_404(template_id)
    known = list_versions(template_id)
    before = [*known[1:], None]
    rows = [
        {"version": each, "changed": compare_texts(last.texts, each.texts) if last else []}
        for each, last in zip(known, before, strict=True)
    ]
    context = {"template": found, "rows": rows, "names": name_actors({each.created_by for each in known})}
    return render(request, "backoffice/messages/versions.html", context)


@needs(Right.CHANGE_MESSAGES)
def rename(request: HttpRequest, template_id: int) -> HttpResponse:
    office, found = office_of(request), find_or_404(template_id)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_template(template_id, name=form.cleaned_data["name"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            return redirect("message_template", template_id)
    return render(request, "backoffice/messages/rename.html", {"form": form, "template": found})


@require_POST
@needs(Right.CHANGE_MESSAGES)
def retire(request: HttpRequest, template_id: int) -> HttpResponse:
    """Send it no more, or bring it back."""
    office, found = office_of(request), find_or_404(template_id)
    if found.retired_at is None:
        retire_template(template_id, at=office.now, by=office.actor)
        messages.success(request, _("It is sent no more. What was sent keeps it, and you can bring it back."))
    else:
        bring_template_back(template_id, at=office.now, by=office.actor)
        messages.success(request, _("It can be sent again."))
    return redirect("message_template", template_id)


@needs(Right.CHANGE_MESSAGES)
def test(request: HttpRequest, template_id: int) -> HttpResponse:
    """Send a text of the live version to somebody of the team, once however often the form comes."""
    office, found = office_of(request), find_or_404(template_id)
    initial = {"to": _own_address(found, office), "key": str(uuid.uuid4()), "text": request.GET.get("text", "")}
    form = TestForm(request.POST or None, texts=found.live.texts, initial=initial)
    if request.method == "POST" and form.is_valid():
        channel, _colon, language = form.cleaned_data["text"].partition(":")
        try:
            sent = send_test(
                version_id=found.live.id,
                channel=channel,
                language=language,
                to=form.cleaned_data["to"],
                at=office.now,
                by=office.actor,
                key=f"test/{form.cleaned_data['key']}",
            )
        except Refusal as refusal:
            form.add_error("text" if refusal.code == "no_channel" else "to", words(refusal, office))
        else:
            messages.success(request, _("The test is on its way."))
            if office.can(Right.SEE_MESSAGES):
                return redirect("delivery", sent)
            return redirect("message_template", template_id)
    return render(request, "backoffice/messages/test_template.html", {"form": form, "template": found})


def find_or_404(template_id: int) -> ReadTemplate:
    try:
        return read_template(template_id)
    except UnknownTemplate:
        raise Http404 from None


def say_use(template: ReadTemplate, purposes: dict[str, str]) -> str:
    """What a template is for, in words."""
    match template.kind:
        case TemplateKind.SERVICE:
            return _("Part of the program")
        case TemplateKind.CODE:
            return _("Codes")
        case _:
            return purposes.get(template.purpose, template.purpose)


def _own_address(template: ReadTemplate, office: Office) -> Any:
    channels = template.live.channels
    return office.person.email if channels and channels[0] == ChannelKind.EMAIL else ""
