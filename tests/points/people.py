"""Members of a shop in which nothing was sold yet, and what happens to them."""

from datetime import datetime
from itertools import count

from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.members.enrol import NewMember, enrol_member
from regulars.sales.event_batch import NewMemberEvent
from regulars.sales.member_events import Happened, record_member_event
from tests.ledger.purse import noon

_numbers = count(1)


def somebody(name: str) -> int:
    return enrol_member(NewMember(first_name=name, last_name="Smith", joined_at=noon(1, 1)), at=noon(1, 1)).member_id


def tell(member: int, event: str = "review", *, at: datetime) -> Happened:
    """Tell an event that was not told before."""
    handle = MemberHandle(id=str(member))
    told = NewMemberEvent(event=event, external_id=f"E-{next(_numbers)}", member=handle, occurred_at=at, by=SYSTEM)
    return record_member_event(told, at=at)
