"""Who may open a page: signed-in people whose role has the right; everybody else is told who can grant it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from regulars.backoffice.leave import LeaveFirst, answer_leave_first
from regulars.backoffice.office import office_of
from regulars.platform.rows import LARGEST_ID
from regulars.staff.models import Person, Role
from regulars.staff.rights import Right

type View = Callable[..., HttpResponse]


def needs(right: Right | None) -> Callable[[View], View]:
    """Open the page to people with this right only; None is everybody who is signed in. A number in the address that is
    too long for any row is nobody's.
    """

    def guard(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if right is not None and not office_of(request).can(right):
                return say_no_permission(request)
            if any(isinstance(number, int) and number > LARGEST_ID for number in kwargs.values()):
                raise Http404
            try:
                return view(request, *args, **kwargs)
            except LeaveFirst as first:
                return answer_leave_first(request, first)

        guarded.right = right  # type: ignore[attr-defined]  # the table of permissions is held against it
        return guarded

    return guard


def say_no_permission(request: HttpRequest) -> HttpResponse:
    """Answer that this page is not for this person, and who can change that."""
    owners = Person.objects.filter(role=Role.OWNER, is_active=True).order_by("id")[:5]
    return render(request, "backoffice/no_permission.html", {"owners": owners}, status=403)
