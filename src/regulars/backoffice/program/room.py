"""The rooms of the program open to people with a right, and only where there is a program."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.access import View, needs
from regulars.backoffice.office import office_of
from regulars.staff.rights import Right


def needs_program(right: Right) -> Any:
    """Open the page to people with this right; a merchant without a program reads how it gets one."""

    def guard(view: View) -> View:
        @needs(right)
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if office_of(request).book is None:
                return render(request, "backoffice/no_program.html")
            return view(request, *args, **kwargs)

        return opened

    return guard
