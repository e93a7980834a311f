"""The parts that the program's pages repeat: a field, a table of rows, the draft bar, a state."""

from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context

from regulars.backoffice.forms.program.items import LISTS
from regulars.backoffice.forms.program.part import PartForm
from regulars.backoffice.office import office_of
from regulars.backoffice.program.desk import Desk
from regulars.backoffice.program.faults import faults_in

register = template.Library()


@register.inclusion_tag("backoffice/program/field.html")
def ask(field: BoundField, css: str = "", label: str = "") -> dict[str, Any]:
    """A labelled field, what is known to choose from, and the place of its fault."""
    return {"field": field, "css": css, "label": label or field.label}


@register.inclusion_tag("backoffice/program/rows.html")
def rows(form: PartForm, name: str, more: str) -> dict[str, Any]:
    """The rows of one kind, an empty one to copy, and a button that adds it."""
    found, empty = form.tables()[name]
    kind = name.rpartition("_")[2]
    row = f"backoffice/program/row_{kind}.html"
    return {"rows": found, "empty": empty, "name": form.add_prefix(name), "more": more, "row": row}


@register.inclusion_tag("backoffice/program/draft_bar.html", takes_context=True)
def draft_bar(context: Context) -> dict[str, Any]:
    """What waits in the draft, and what may be done with it."""
    desk: Desk = context["work"]
    faults = faults_in(desk.draft.document, desk.office) if desk.draft else []
    return {
        "work": desk,
        "count": len(desk.changes),
        "faults": [fault for fault in faults if not fault.is_warning],
        "office": office_of(context["request"]),
        "request": context["request"],
    }


@register.inclusion_tag("backoffice/program/items.html")
def items_of(form: PartForm, prefix: str) -> dict[str, Any]:
    """Which lines are meant, as five lists."""
    return {name: form[f"{prefix}__{name}"] for name in LISTS} | {"offers": bool(form.setting.collections)}


@register.inclusion_tag("backoffice/program/tags.html")
def tags_of(form: PartForm, prefix: str) -> dict[str, Any]:
    """A choice by tags: one of, all of, none of."""
    return {name: form[f"{prefix}__{name}"] for name in ("any", "all", "none")}


@register.inclusion_tag("backoffice/program/audience.html")
def audience_of(form: PartForm, prefix: str) -> dict[str, Any]:
    """Who: levels, tags, segments."""
    return {"form": form, "tags": f"{prefix}__tags", "tiers": form[f"{prefix}__tiers"]} | {
        "segments": form[f"{prefix}__segments"],
        "offers": bool(form.setting.levels),
    }


@register.simple_tag
def is_said(form: PartForm, *names: str) -> bool:
    """Whether any field that begins so says something or has a fault: then its section stands open."""
    for name in form.fields:
        if name.startswith(names):
            field = form[name]
            value = field.value()
            if field.errors or value not in (None, "", [], (), False, field.field.initial):
                return True
    return any(rows for name, rows in form.row_forms.items() if name.startswith(names))
