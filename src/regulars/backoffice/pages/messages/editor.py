"""A template while it is written: a text for each channel and language, seen as a member would see it; publishing it
makes a version.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_typed
from regulars.backoffice.forms.messages.templates import AboutForm, NoteForm, Texts, read_texts, show_texts
from regulars.backoffice.messages_preview import faults_of, see_text
from regulars.backoffice.messages_words import CHANNELS, explain_variables
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.pages.messages.templates import find_or_404, say_use
from regulars.backoffice.refusals import show_in, words
from regulars.consents.purposes import load_purposes
from regulars.core.refusals import Refusal
from regulars.messages.models import ChannelKind, TemplateKind
from regulars.messages.ready_made import ready_texts
from regulars.messages.ready_texts import READY
from regulars.messages.templates import ReadTemplate, WrittenText, create_template, publish_version
from regulars.messages.terms import load_terms
from regulars.staff.rights import Right


@needs(Right.CHANGE_MESSAGES)
def new(request: HttpRequest) -> HttpResponse:
    """A new template, begun with a ready-made one or with an empty e-mail."""
    office = office_of(request)
    purposes = [(code, purpose.name) for code, purpose in load_purposes().items()]
    if request.method != "POST":
        initial, texts = _begin(request.GET.get("from", ""))
        return _page(request, office, texts, about=AboutForm(purposes=purposes, initial=initial))
    if "publish" in request.POST:
        about = AboutForm(request.POST, purposes=purposes)
    else:  # it is still written: what is not there yet is no fault
        about = AboutForm(purposes=purposes, initial=request.POST.dict())
    texts = read_texts(request.POST)
    is_code = request.POST.get("use") == TemplateKind.CODE
    if "publish" in request.POST and about.is_valid() and _is_sound(texts, is_code=is_code):
        try:
            template_id = create_template(
                code=about.cleaned_data["code"],
                name=about.cleaned_data["name"],
                texts=_written(texts),
                at=office.now,
                by=office.actor,
                **about.kind(),
            )
        except Refusal as refusal:
            show_in(about, refusal, office)
        else:
            messages.success(request, _("Made. Send yourself a test before members get it."))
            return redirect("message_template", template_id)
    return _page(request, office, texts, about=about)


@needs(Right.CHANGE_MESSAGES)
def template(request: HttpRequest, template_id: int) -> HttpResponse:
    """The live version, to be changed; publishing makes the next one."""
    office, found = office_of(request), find_or_404(template_id)
    if request.method != "POST":
        return _page(request, office, show_texts(found.live.texts), template=found)
    texts, note, fault = read_texts(request.POST), NoteForm(request.POST), ""
    is_sound = _is_sound(texts, is_code=found.kind == TemplateKind.CODE) if "publish" in request.POST else False
    if is_sound and note.is_valid():
        try:
            version = publish_version(
                template_id, texts=_written(texts), note=note.cleaned_data["note"], at=office.now, by=office.actor
            )
        except Refusal as refusal:
            fault = words(refusal, office)
        else:
            if version == found.live.id:
                messages.info(request, _("Nothing was changed, so there is no new version."))
            else:
                messages.success(request, _("Published. What waits already goes as it was written."))
            return redirect("message_template", template_id)
    return _page(request, office, texts, template=found, note=note, fault=fault)


@require_POST
@needs(Right.CHANGE_MESSAGES)
def preview(request: HttpRequest) -> HttpResponse:
    """The text that is open, while it is typed."""
    office, texts = office_of(request), read_texts(request.POST)
    is_code = request.POST.get("use") == TemplateKind.CODE
    return render(request, "backoffice/messages/parts/seen.html", _see(request, texts, office, is_code=is_code))


def _begin(code: str) -> tuple[dict[str, str], Texts]:
    ready = READY.get(code)
    if ready is None:
        empty = WrittenText(channel=ChannelKind.EMAIL, language=load_terms().language, body="")
        return {"use": "service"}, show_texts([empty])
    use = "code" if ready.is_code else f"purpose:{ready.purpose}" if ready.purpose else "service"
    return {"name": ready.name, "code": code, "use": use}, show_texts(ready_texts(ready))


def _written(texts: Texts) -> list[WrittenText]:
    return [form.written() for form in texts.forms]


def _is_sound(texts: Texts, *, is_code: bool) -> bool:
    """Every fault goes beside its text, and the first text that has one is opened."""
    if not texts.is_valid():
        faulty = [form for form in texts.forms if form.errors]
    else:
        faulty = []
        for form in texts.forms:
            for part, said in faults_of(form.written(), is_code=is_code).items():
                for each in said:
                    form.add_error(part, each)
            if form.errors:
                faulty.append(form)
    if faulty:
        texts.shown = faulty[0].number
    return bool(texts.forms) and not faulty


def _see(request: HttpRequest, texts: Texts, office: Office, *, is_code: bool) -> dict[str, Any]:
    typed = request.POST.get("whose", "").strip()[:254] if office.can(Right.SEE_MEMBERS) else ""
    member = find_typed(typed.lstrip("#"), office) if typed else None
    seen = see_text(texts.open.written(), is_code=is_code, member=member, office=office) if texts.open else None
    return {"seen": seen, "whose": typed, "is_nobody": bool(typed) and member is None}


def _page(
    request: HttpRequest,
    office: Office,
    texts: Texts,
    *,
    template: ReadTemplate | None = None,
    about: AboutForm | None = None,
    note: NoteForm | None = None,
    fault: str = "",
) -> HttpResponse:
    is_code = (template.kind if template else str(about["use"].value() if about else "")) == TemplateKind.CODE
    context: dict[str, Any] = {
        "texts": texts,
        "template": template,
        "about": about,
        "note": note or NoteForm(),
        "fault": fault,
        "channels": CHANNELS.items(),
        "variables": explain_variables(is_code=is_code),
        "is_code": is_code,
        **_see(request, texts, office, is_code=is_code),
    }
    if template is not None:
        context["use"] = say_use(template, {code: each.name for code, each in load_purposes().items()})
    return render(request, "backoffice/messages/editor.html", context)
