"""One's own account: name, role and stores, the PIN, and the browsers one is signed in with."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.access import needs
from regulars.backoffice.approvals import tell_approval
from regulars.backoffice.forms.people import PinForm
from regulars.backoffice.office import office_of
from regulars.backoffice.people import grants_of, say_stores
from regulars.backoffice.refusals import show_in
from regulars.backoffice.rights_words import by_feature
from regulars.core.refusals import Refusal
from regulars.staff.models import Approval, Pin
from regulars.staff.pins import set_pin
from regulars.staff.rights import rights_of
from regulars.staff.sign_ins import end_sign_ins, list_sign_ins


@needs(None)
def me(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    person, rights = office.person, rights_of(office.person)
    context = {
        "person": person,
        "stores": say_stores([person])[person.pk],
        "features": [each for each in by_feature(rights) if each.is_any],
        "count": len(rights),
        "grants": grants_of(person),
        "pin": Pin.objects.filter(person=person).first(),
        "has_second_factor": Authenticator.objects.filter(user=person).exists(),
        "sign_ins": list_sign_ins(person.pk, at=office.now),
        "session_key": request.session.session_key,
        "asked": [
            tell_approval(each, office)
            for each in Approval.objects.filter(asked_by=person).select_related("approver").order_by("-id")[:5]
        ],
    }
    return render(request, "backoffice/team/me.html", context)


@needs(None)
def my_pin(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    form = PinForm(request.POST or None, person=office.person)
    if request.method == "POST" and form.is_valid():
        try:
            set_pin(person_id=office.person.pk, pin=form.cleaned_data["pin"], at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal, office)
        else:
            messages.success(request, _("The PIN is set."))
            return redirect("me")
    return render(request, "backoffice/team/my_pin.html", {"form": form})


@needs(None)
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """One other browser, or all but this one."""
    office = office_of(request)
    if request.method == "POST":
        only = request.POST.get("browser", "")
        ended = end_sign_ins(
            person_id=office.person.pk,
            only=int(only) if only.isascii() and only.isdigit() and len(only) < 19 else None,
            besides=request.session.session_key,
            at=office.now,
            by=office.actor,
        )
        said = ngettext("%(n)s browser is signed out.", "%(n)s browsers are signed out.", ended) % {"n": ended}
        messages.success(request, said)
    return redirect("me")
