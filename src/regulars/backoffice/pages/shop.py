"""The shop: its name, time and money, and how it looks. None of it belongs to a version; it changes at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.backoffice.access import needs
from regulars.backoffice.brand import show_shades
from regulars.backoffice.forms.shop import LogoForm, LooksForm, ShopForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.brand.change import change_looks, remove_logo, set_logo
from regulars.core.refusals import Refusal
from regulars.programs.settings import anything_booked, change_program
from regulars.staff.rights import Right


@needs(Right.CHANGE_PROGRAM)
def shop(request: HttpRequest) -> HttpResponse:
    """Name, time and money are written on a second press, after the changes were read back."""
    office = office_of(request)
    if office.book is None:
        return render(request, "backoffice/no_program.html")
    if request.method != "POST":
        return _show(request)
    form = _shop_form(office, request)
    changes = []
    if form.is_valid():
        changes = [form.fields[name].label for name in form.changed_data]
        if not changes:
            messages.info(request, _("Nothing was changed."))
            return redirect("shop")
        if "sure" in request.POST and _done(form, lambda: change_program(**form.cleaned_data, **_now_by(office))):
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("shop")
    return _show(request, form=form, changes=changes)


@needs(Right.CHANGE_PROGRAM)
def looks(request: HttpRequest) -> HttpResponse:
    """Colour, dates and the word for a store."""
    office = office_of(request)
    if request.method != "POST" or office.book is None:
        return redirect("shop")
    form = _looks_form(office, request)
    if form.is_valid() and _done(form, lambda: change_looks(**form.cleaned_data, **_now_by(office))):
        messages.success(request, _("Saved. Every page looks so from now on."))
        return redirect("shop")
    return _show(request, looks=form)


@needs(Right.CHANGE_PROGRAM)
@require_POST
def looks_preview(request: HttpRequest) -> HttpResponse:
    """What a colour that is being typed would look like, or why it cannot be taken."""
    return render(request, "backoffice/parts/shades.html", {"shades": show_shades(request.POST.get("accent", ""))})


@needs(Right.CHANGE_PROGRAM)
def logo(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    if request.method != "POST" or office.book is None:
        return redirect("shop")
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["logo"]
        if _done(form, lambda: set_logo(given, name=given.name, **_now_by(office))):
            messages.success(request, _("Saved. Every page, and the page where people sign in, has the logo now."))
            return redirect("shop")
    return _show(request, logo=form)


@needs(Right.CHANGE_PROGRAM)
@require_POST
def drop_logo(request: HttpRequest) -> HttpResponse:
    remove_logo(**_now_by(office_of(request)))
    messages.success(request, _("The logo was removed."))
    return redirect("shop")


def _show(request: HttpRequest, **given: Any) -> HttpResponse:
    """The page, with the form that was sent last and the others as things are."""
    office = office_of(request)
    asked = given.setdefault("looks", _looks_form(office))
    given.setdefault("form", _shop_form(office))
    given.setdefault("logo", LogoForm())
    accent = asked.data.get("accent", "") if asked.is_bound else office.looks.accent
    return render(request, "backoffice/shop.html", given | {"shades": show_shades(accent)})


def _done(form: ShopForm | LooksForm | LogoForm, deed: Callable[[], object]) -> bool:
    """Do it; a refusal stands beside its field."""
    try:
        deed()
    except Refusal as refusal:
        show_in(form, refusal)
        return False
    return True


def _shop_form(office: Office, request: HttpRequest | None = None) -> ShopForm:
    assert office.book is not None
    program = office.book.program
    now = {"name": program.name, "time_zone": program.time_zone, "currency": program.currency}
    return ShopForm(request.POST if request else None, initial=now, is_booked=anything_booked())


def _looks_form(office: Office, request: HttpRequest | None = None) -> LooksForm:
    now = {name: getattr(office.looks, name) for name in ("accent", "date_style", "store_word")}
    today = office.now.astimezone(office.zone).date()
    return LooksForm(request.POST if request else None, initial=now, today=today)


def _now_by(office: Office) -> dict[str, Any]:
    return {"at": office.now, "by": office.actor}
