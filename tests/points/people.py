"""Members of a shop in which nothing was sold yet."""

from regulars.members.enrol import NewMember, enrol_member
from tests.ledger.purse import noon


def somebody(name: str) -> int:
    return enrol_member(NewMember(first_name=name, last_name="Smith", joined_at=noon(1, 1)), at=noon(1, 1)).member_id
