"""Edit one piece of the draft: a rule, a unit, a card, tiers, a reward, a budget, a collection.

What is typed is read back as it is typed; it is kept in the draft, where it decides nothing until it is published.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.backoffice.forms.program.naming import NamedForm
from regulars.backoffice.forms.program.part import PieceForm
from regulars.backoffice.forms.program.sending import as_sent
from regulars.backoffice.forms.program.setting import Setting
from regulars.backoffice.office import office_of
from regulars.backoffice.program.desk import ChangedMeanwhile, Desk, change_draft
from regulars.backoffice.program.editors import EDITORS, Editor
from regulars.backoffice.program.faults import Fault, faults_in, new_faults, with_places
from regulars.backoffice.program.pieces import codes_of, find, move, pieces_of, place_of, print_of, put, take_out
from regulars.backoffice.program.preview import preview_of
from regulars.backoffice.program.room import needs_program
from regulars.backoffice.refusals import words
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.staff.rights import Right


@needs_program(Right.SEE_RULES)
def piece(request: HttpRequest, slug: str, code: str | None = None) -> HttpResponse:
    """The editor: whoever may not change the program reads it."""
    editor, office = _editor(slug), office_of(request)
    desk = Desk(office)
    shown = _shown(desk, editor, code or request.GET.get("like", ""))
    if code and shown is None:
        raise Http404
    form = _form(request, request.POST, desk, editor, code, shown)
    faults: list[Fault] = []
    if request.method == "POST" and desk.may_change and "add" not in request.POST and form.is_valid():
        faults = _place_faults(form, desk, editor)
        if (not form.errors or "anyway" in request.POST) and _keep(request, form, desk, editor):
            messages.success(request, str(editor.kept))
            return redirect(f"{reverse(editor.room)}#{form.value.code}")
    context = _context(desk, editor, form, code) | {"faults": faults, "piece": shown if code else None}
    return render(request, f"backoffice/program/{slug}.html", context)


@needs_program(Right.SEE_RULES)
def reading(request: HttpRequest, slug: str) -> HttpResponse:
    """What is typed so far in words and pictures, and what is wrong with it, while it is typed."""
    editor, office = _editor(slug), office_of(request)
    desk = Desk(office)
    code = request.GET.get("code") or None
    data = request.POST.copy()
    if not data.get("name"):
        data["name"] = str(editor.new)  # a nameless piece is read back too
    form = _form(request, data, desk, editor, code, _shown(desk, editor, code or ""))
    if form.is_bound and form.is_valid():
        _place_faults(form, desk, editor)
    context = _context(desk, editor, form, code) | {"marks": list(_marks(form)), "is_answer": True}
    return render(request, "backoffice/program/reading.html", context)


@needs_program(Right.CHANGE_RULES)
def move_piece(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    editor = _editor(slug)
    if request.method == "POST":
        step = -1 if request.POST.get("to") == "up" else 1
        change_draft(office_of(request), lambda document: move(document, editor.kind, code, step=step))  # type: ignore[arg-type]
    return redirect(f"{reverse(editor.room)}#{code}")


@needs_program(Right.CHANGE_RULES)
def remove_piece(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Show what would miss it, then take it out of the draft."""
    editor, office = _editor(slug), office_of(request)
    desk = Desk(office)
    found = find(desk.document, editor.kind, code)
    if found is None:
        raise Http404
    if request.method == "POST":
        change_draft(office, lambda document: take_out(document, editor.kind, code))
        messages.success(request, _("It is out of the draft. Sales earn by it until the draft is published."))
        return redirect(editor.room)
    without = take_out(desk.document, editor.kind, code)
    missed = with_places(new_faults(desk.document, without, office), without)
    is_live = find(desk.live.document, editor.kind, code) is not None
    context = {"editor": editor, "piece": found, "work": desk, "missed": missed, "is_live": is_live}
    return render(request, "backoffice/program/remove.html", context)


def _editor(slug: str) -> Editor:
    if slug not in EDITORS:
        raise Http404
    return EDITORS[slug]


def _shown(desk: Desk, editor: Editor, code: str) -> Any | None:
    return find(desk.document, editor.kind, code) if code else None


def _form(
    request: HttpRequest, data: QueryDict, desk: Desk, editor: Editor, code: str | None, shown: Any | None
) -> NamedForm:
    """The form as it was sent, or the piece as it is, or a copy of another, or a new one."""
    setting = Setting(desk.office, desk.document, editing=code or "")
    taken = codes_of(desk.document, editor.kind)
    if request.method == "POST":
        return editor.form(
            data, setting=setting, code=code, taken=taken, wanting=request.POST.get("add", ""), shown=shown
        )
    initial: dict[str, Any] = {"after": _place(desk, editor, code)} if editor.kind == "rules" else {}
    if code is None and shown is not None:
        initial |= {"code": "", "name": _("%(name)s, again") % {"name": shown.name}}
    elif code is None:
        initial |= {name: value for name, value in request.GET.items() if name in ("type", "kind", "name", "unit")}
    return editor.form(setting=setting, code=code, taken=taken, shown=shown, initial=initial)


def _place(desk: Desk, editor: Editor, code: str | None) -> str:
    """The rule that this one stands behind."""
    pieces = pieces_of(desk.document, editor.kind)
    here = place_of(desk.document, editor.kind, code) if code else len(pieces)
    return pieces[here - 1].code if here else ""


def _context(desk: Desk, editor: Editor, form: NamedForm, code: str | None) -> dict[str, Any]:
    value = _value(desk, editor, form, code)
    document = put(desk.document, editor.kind, value) if value else desk.document
    return {
        "work": desk,
        "editor": editor,
        "form": form,
        "code": code,
        "state": desk.state(editor.kind, code) if code else "",
        "preview": preview_of(value, document, desk.office) if value is not None else None,
        "seen": print_of(find(desk.document, editor.kind, code or "")),
    }


def _value(desk: Desk, editor: Editor, form: NamedForm, code: str | None) -> Any | None:
    """The piece that is read back: as typed, as it is, or as a new one begins."""
    if form.is_bound:
        return form.value
    if code is not None:
        return find(desk.document, editor.kind, code)
    named = {} if form.initial.get("name") else {"name": str(editor.new)}
    new = editor.form(as_sent(form, **named), setting=form.setting, taken=codes_of(desk.document, editor.kind))
    return new.value if new.is_valid() else None


def _place_faults(form: NamedForm, desk: Desk, editor: Editor) -> list[Fault]:
    """Check the document with what was typed, and put faults of this piece beside its fields; warnings are returned."""
    document = _with(form, desk.document, editor)
    here = f"{editor.kind}[{place_of(document, editor.kind, form.value.code)}]"
    warnings = []
    for fault in faults_in(document, desk.office):
        if fault.path == here or fault.path.startswith((f"{here}.", f"{here}[")):
            if fault.is_warning:
                warnings.append(fault)
            else:
                form.place(fault.path.removeprefix(here), fault.said)
    return warnings


def _with(form: NamedForm, document: ProgramDocument, editor: Editor) -> ProgramDocument:
    after = form.cleaned_data.get("after") if "after" in form.changed_data else None
    return put(document, editor.kind, form.value, after=after)


def _keep(request: HttpRequest, form: NamedForm, desk: Desk, editor: Editor) -> bool:
    """Put the piece into the draft, unless somebody else changed it since it was shown."""

    def change(document: ProgramDocument) -> ProgramDocument:
        if print_of(find(document, editor.kind, form.value.code)) != request.POST.get("seen", ""):
            raise ChangedMeanwhile()
        return _with(form, document, editor)

    try:
        change_draft(desk.office, change)
    except Refusal as refusal:
        form.add_error(None, words(refusal))
        return False
    return True


def _marks(form: NamedForm) -> Iterator[dict[str, Any]]:
    """Every field's place for a fault, empty or not. What was not filled in yet is no fault while somebody types."""
    pieces: list[PieceForm] = [form, *(row for rows in form.row_forms.values() for row in rows)]
    for piece_form in pieces:
        for field in piece_form:
            if not field.is_hidden and _is_offered(field):
                is_empty = field.data in (None, "", [], ())
                yield {
                    "id": f"{field.auto_id}_error",
                    "errors": [] if is_empty and form.value is None else field.errors,
                }


def _is_offered(field: BoundField) -> bool:
    """A choice of nothing is not asked."""
    choices = getattr(field.field, "choices", None)
    return choices is None or any(value for value, _name in choices)
