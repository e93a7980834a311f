"""A file that somebody of the team may open because of what it is for; others have pages of their own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from regulars.backoffice.access import needs, say_no_permission
from regulars.backoffice.office import office_of
from regulars.backoffice.sending import send_file
from regulars.files.keep import FileGone
from regulars.files.models import KeptFile, Purpose
from regulars.staff.rights import Right

RIGHTS: dict[str, Right | None] = {Purpose.ATTRIBUTE: Right.SEE_MEMBERS, Purpose.POLICY: None, Purpose.LOGO: None}
"""None: everybody who is signed in. Receipts belong to stores, imports, exports and regulated fields to their pages."""


@needs(None)
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    kept = get_object_or_404(KeptFile, pk=file_id, purpose__in=RIGHTS)
    right = RIGHTS[kept.purpose]
    if right is not None and not office_of(request).can(right):
        return say_no_permission(request)
    try:
        return send_file(kept)
    except FileGone:
        raise Http404 from None
