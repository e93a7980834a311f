"""Whom a bulk action is for, in words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.backoffice.audience.filtered import Chosen
from regulars.backoffice.audience.offered import Offered
from regulars.backoffice.office import Office
from regulars.backoffice.wording import number
from regulars.core.audience import AllOf
from regulars.core.describe.audience import describe_audience

LONGEST_ORIGIN = 200


def say_chosen(chosen: Chosen, office: Office) -> str:
    """The filter as a sentence; "" where members were ticked."""
    if chosen.members:
        return ""
    said = describe_audience(chosen.condition, Offered(office))
    return said[:1].upper() + said[1:] if chosen.condition != AllOf() else _("All members and guests")


def origin_of(chosen: Chosen, office: Office) -> str:
    """Whom it was for, as it is kept beside what was done with them."""
    if chosen.members:
        ticked = len(chosen.members)
        return ngettext("%(n)s member of the list", "%(n)s members of the list", ticked) % {"n": number(ticked)}
    return say_chosen(chosen, office)[:LONGEST_ORIGIN]


def say_nobody(request: HttpRequest) -> HttpResponse:
    """Nobody was ticked: back to the list."""
    messages.error(request, _("Tick somebody first, or choose everybody in the list."))
    return redirect(f"{reverse('members')}?{request.GET.get('query', '')}")
