"""The parts of the member page about the person: their own fields, regulated ones, and the team's notes."""

from typing import Any

from regulars.backoffice.attributes import show_member_values
from regulars.backoffice.office import Office
from regulars.backoffice.pages.notes import member_notes
from regulars.members.attributes import load_definitions
from regulars.members.identifiers import also_found_by
from regulars.members.regulated import held_regulated
from regulars.staff.rights import Right


def show_person(member_id: int, office: Office) -> dict[str, Any]:
    """What the page needs for them, with the same few statements for every member."""
    definitions = load_definitions()
    may_see = office.can(Right.SEE_REGULATED)
    may_regulate = may_see or office.can(Right.CHANGE_REGULATED)
    is_regulated = any(each.is_regulated for each in definitions.live)
    return {
        "attributes": show_member_values(member_id, definitions) if definitions.live else [],
        "regulated_held": len(held_regulated(member_id, definitions)) if may_regulate else 0,
        "may_regulate": may_regulate and is_regulated,
        "may_see_regulated": may_see,
        "also_found_by": also_found_by(member_id),
        **member_notes(member_id),
    }
