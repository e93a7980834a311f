"""What the shop wants to know about its members: the fields, in the order in which forms ask for them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.attributes import KINDS, DefinitionForm, initial_of
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.attributes import Definition
from regulars.core.refusals import Refusal
from regulars.members.attributes import Definitions, load_definitions
from regulars.members.define import (
    AttributeWish,
    bring_back_attribute,
    change_attribute,
    order_attributes,
    retire_attribute,
    save_attribute,
)
from regulars.members.models import AttributeValue
from regulars.members.presets import PRESETS, add_preset, find_preset
from regulars.staff.rights import Right

COUNTED_TO = 10_000
"""How many values are counted before a page says "more than"."""


@needs(Right.CHANGE_ATTRIBUTES)
def fields(request: HttpRequest) -> HttpResponse:
    definitions = load_definitions()
    kinds = {code: str(said).partition(":")[0] for code, said in KINDS}
    context = {
        "rows": [{"field": each, "kind": kinds[each.kind]} for each in definitions.live],
        "retired": [each for each in definitions if each.is_retired],
        "presets": [(preset, _missing(preset.code, definitions)) for preset in PRESETS],
    }
    return render(request, "backoffice/fields.html", context)


@needs(Right.CHANGE_ATTRIBUTES)
def new_field(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    form = DefinitionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = save_attribute(AttributeWish(**form.cleaned_data), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Made: “%(name)s” is on the members' forms now.") % {"name": made.label})
            return redirect("fields")
    return render(request, "backoffice/field.html", {"form": form, "field": None})


@needs(Right.CHANGE_ATTRIBUTES)
def edit_field(request: HttpRequest, code: str) -> HttpResponse:
    office, definition = office_of(request), _find(code)
    form = DefinitionForm(request.POST or None, initial=initial_of(definition))
    for name in ("kind", "code"):
        form.fields[name].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            change_attribute(code=code, wish=AttributeWish(**form.cleaned_data), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("fields")
    context = {"form": form, "field": definition, **_count(definition)}
    return render(request, "backoffice/field.html", context)


@needs(Right.CHANGE_ATTRIBUTES)
def retire_field(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a field nowhere any more, after a page that says what becomes of it; or ask for it again."""
    office, definition = office_of(request), _find(code)
    if request.method == "POST":
        if definition.is_retired:
            bring_back_attribute(code=code, at=office.now, by=office.actor)
            messages.success(request, _("“%(name)s” is on the forms again.") % {"name": definition.label})
        else:
            retire_attribute(code=code, at=office.now, by=office.actor)
            messages.success(request, _("“%(name)s” is asked for no more.") % {"name": definition.label})
        return redirect("fields")
    return render(request, "backoffice/retire_field.html", {"field": definition, **_count(definition)})


@needs(Right.CHANGE_ATTRIBUTES)
def move_field(request: HttpRequest, code: str) -> HttpResponse:
    """One place up or down."""
    office, definitions = office_of(request), load_definitions()
    codes = [each.code for each in definitions.live]
    if request.method == "POST" and code in codes:
        place = codes.index(code)
        other = max(place - 1, 0) if request.POST.get("to") == "up" else min(place + 1, len(codes) - 1)
        codes[place], codes[other] = codes[other], codes[place]
        order_attributes(codes, at=office.now, by=office.actor)
    return redirect("fields")


@needs(Right.CHANGE_ATTRIBUTES)
def preset(request: HttpRequest, code: str) -> HttpResponse:
    """What a set of a trade would add, and then the adding."""
    office, chosen = office_of(request), find_preset(code)
    if chosen is None:
        raise Http404
    wanted = _missing(code, load_definitions())
    if request.method == "POST":
        return _add(request, code, office)
    kinds = {kind: str(said).partition(":")[0] for kind, said in KINDS}
    rows = [{"field": each, "kind": kinds[each.kind], "choices": [said for _, said in each.choices]} for each in wanted]
    return render(request, "backoffice/preset_fields.html", {"preset": chosen, "rows": rows})


def _add(request: HttpRequest, code: str, office: Office) -> HttpResponse:
    chosen = find_preset(code)
    assert chosen is not None, "the page looked it up"
    try:
        made = add_preset(chosen, at=office.now, by=office.actor)
    except Refusal as refusal:
        messages.error(request, words(refusal, office))
    else:
        messages.success(request, _("%(n)s fields were made.") % {"n": len(made)})
    return redirect("fields")


def _find(code: str) -> Definition:
    found = next((each for each in load_definitions() if each.code == code), None)
    if found is None:
        raise Http404
    return found


def _missing(code: str, definitions: Definitions) -> list[Any]:
    chosen = find_preset(code)
    there = {each.code for each in definitions}
    return [each for each in chosen.wanted if each.code not in there] if chosen else []


def _count(definition: Definition) -> dict[str, Any]:
    """How many members have a value, counted up to a bound that no page waits for."""
    held = AttributeValue.objects.filter(attribute=definition.id, place=0)[: COUNTED_TO + 1].count()
    return {"held": min(held, COUNTED_TO), "is_more": held > COUNTED_TO}
