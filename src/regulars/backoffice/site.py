"""The kept admin's place in the back office: lists and forms where the rows are the domain."""

from typing import Any

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from regulars.backoffice.office import office_of
from regulars.staff.rights import Right


class OfficeSite(UnfoldAdminSite):
    """Opens to people who may see stores; each of its pages asks for its own right."""

    site_title = "Regulars"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and office_of(request).can(Right.SEE_STORES)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"kept": True, "show_history": False}


site = OfficeSite(name="admin")
