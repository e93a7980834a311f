"""Tags and areas of stores: made first, then put on many stores at once."""

import csv
import io
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.access import needs
from regulars.backoffice.forms.store import LabelForm, LabelStoresForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.core.refusals import Refusal
from regulars.staff.rights import Right
from regulars.stores.labels import MODELS, Label, make_label, put_label, remove_label, rename_label
from regulars.stores.models import Area, Store, Tag

LARGEST_FILE = 1_000_000
HEADINGS = {"store", "code", "store_code"}


@needs(Right.SEE_STORES)
def labels(request: HttpRequest) -> HttpResponse:
    """All tags and areas with how many stores have them; a new one is made here."""
    office = office_of(request)
    made = request.POST.get("label", "")
    form = LabelForm(request.POST or None)
    if request.method == "POST":
        if not office.can(Right.CHANGE_STORES) or made not in MODELS:
            raise Http404
        if form.is_valid() and _make(made, form, office):
            messages.success(request, _("It is there: put it on stores now."))
            return redirect("store_labels")
    context = {
        "tags": Tag.objects.annotate(count=Count("stores")).order_by("name"),
        "areas": Area.objects.annotate(count=Count("stores")).order_by("name"),
        "form": form,
        "made": made,
        "may_change": office.can(Right.CHANGE_STORES),
    }
    return render(request, "backoffice/store_labels.html", context)


@needs(Right.CHANGE_STORES)
def label(request: HttpRequest, kind: str, label_id: int) -> HttpResponse:
    """One tag or area: rename it, put it on stores or take it off them, remove it."""
    office = office_of(request)
    row = MODELS[kind].objects.filter(pk=label_id).first() if kind in MODELS else None
    if row is None:
        raise Http404
    deed = request.POST.get("deed", "")
    name_form = LabelForm(request.POST if deed == "rename" else None, initial={"name": row.name})
    stores_form = LabelStoresForm(request.POST if deed == "put" else None, request.FILES if deed == "put" else None)
    if deed == "remove" and _do(request, office, lambda by: remove_label(kind, label_id=label_id, **by)):  # type: ignore[arg-type]
        messages.success(request, _("Removed, from every store too."))
        return redirect("store_labels")
    if deed == "rename" and name_form.is_valid() and _rename(kind, label_id, name_form, office):
        messages.success(request, _("Renamed. Rules and rewards that name the old one have to be changed."))
        return redirect("store_label", kind, label_id)
    if deed == "put" and stores_form.is_valid() and (said := _put(kind, label_id, stores_form, office)):
        messages.success(request, said)
        return redirect("store_label", kind, label_id)
    context: dict[str, Any] = {
        "label": row,
        "kind": kind,
        "is_area": kind == "area",
        "stores": row.stores.order_by("code")[:500],
        "count": row.stores.count(),
        "name_form": name_form,
        "stores_form": stores_form,
    }
    return render(request, "backoffice/store_label.html", context)


def _make(kind: str, form: LabelForm, office: Office) -> bool:
    try:
        make_label(kind, name=form.cleaned_data["name"], at=office.now, by=office.actor)  # type: ignore[arg-type]
    except Refusal as refusal:
        show_in(form, refusal, office)
        return False
    return True


def _rename(kind: str, label_id: int, form: LabelForm, office: Office) -> bool:
    try:
        rename_label(kind, label_id=label_id, name=form.cleaned_data["name"], at=office.now, by=office.actor)  # type: ignore[arg-type]
    except Refusal as refusal:
        show_in(form, refusal, office)
        return False
    return True


def _do(request: HttpRequest, office: Office, deed: Any) -> bool:
    try:
        deed({"at": office.now, "by": office.actor})
    except Refusal:
        messages.error(request, _("It is gone already."))
    return True


def _put(kind: str, label_id: int, form: LabelStoresForm, office: Office) -> str:
    """Put the label on the stores that are named, or take it off; what names no store is told, and nothing is done."""
    names = [*_names(form.cleaned_data["codes"]), *_names_in(form.cleaned_data["file"], form)]
    if form.errors:
        return ""
    found = dict(_named(names, office))
    unknown = [name for name in names if name not in found]
    if unknown or not names:
        listed = ", ".join(unknown[:20])
        said = (
            _("No store, tag or area is called %(names)s.") % {"names": listed} if unknown else _("Name some stores.")
        )
        form.add_error("codes", said)
        return ""
    ids = sorted({pk for pks in found.values() for pk in pks})
    is_on = form.cleaned_data["way"] == "on"
    label: Label = "area" if kind == "area" else "tag"
    try:
        changed = put_label(label, label_id=label_id, store_ids=ids, is_on=is_on, at=office.now, by=office.actor)
    except Refusal as refusal:
        show_in(form, refusal, office)
        return ""
    return ngettext("%(n)s store changed.", "%(n)s stores changed.", changed) % {"n": changed}


def _named(names: list[str], office: Office) -> list[tuple[str, list[int]]]:
    """The stores that each name means (a code, a tag, an area), of those that this person may change."""
    reach = office.reach_for(Right.CHANGE_STORES)
    rows = reach.within(Store.objects.all(), "id")
    wanted = rows.filter(Q(code__in=names) | Q(tags__name__in=names) | Q(area__name__in=names))
    found: dict[str, list[int]] = {}
    for pk, code, tag, area in wanted.values_list("pk", "code", "tags__name", "area__name"):
        for name in {code, tag, area} & set(names):
            found.setdefault(name, []).append(pk)
    return list(found.items())


def _names(text: str) -> list[str]:
    parts = [" ".join(part.split()) for part in text.replace("\n", ",").split(",")]
    return list(dict.fromkeys(part for part in parts if part))


def _names_in(file: UploadedFile | None, form: LabelStoresForm) -> list[str]:
    if file is None:
        return []
    try:
        if (file.size or 0) > LARGEST_FILE:
            raise ValueError
        rows = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))
    except (ValueError, csv.Error):
        form.add_error("file", _("This is no CSV file of at most 1 MB."))
        return []
    cells = [" ".join(row[0].split()) for row in rows if row]
    return [cell for place, cell in enumerate(cells) if cell and not (place == 0 and cell.lower() in HEADINGS)]
