"""The parts of the member page about their data: what they allow, what is held, and whether it is to go."""

from typing import Any

from django.db.models import Q

from regulars.backoffice.office import Office
from regulars.backoffice.pages.consents import show_consents
from regulars.consents.models import Erasure, ErasureState, RetentionHold
from regulars.staff.rights import Right


def show_privacy(member_id: int, office: Office) -> dict[str, Any]:
    """What the page needs for them, with the same few statements for every member."""
    in_force = Q(until=None) | Q(until__gt=office.now)
    return {
        "consents": show_consents(member_id, office),
        "holds": list(RetentionHold.objects.filter(in_force, member=member_id, lifted_at=None)[:20]),
        "erasure": Erasure.objects.filter(member=member_id, state=ErasureState.WAITING).first(),
        "may_export": office.can(Right.EXPORT_LISTS),
        "may_hold": office.can(Right.CHANGE_PRIVACY),
        "may_erase": office.can(Right.ERASE_MEMBERS),
    }


def certificate_of(member_id: int) -> int | None:
    """The erasure that this member went with; None where it was asked for under another number of theirs."""
    done = Erasure.objects.filter(member=member_id, state=ErasureState.DONE).order_by("-id").first()
    return None if done is None else done.pk
