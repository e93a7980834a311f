"""A shop that gives: a program of rewards and stamp cards, and members who hold units, all through the verbs."""

from datetime import UTC, datetime
from itertools import count

from regulars.core.actor import SYSTEM, Actor
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Price, Reward
from regulars.members.enrol import NewMember, enrol_member
from regulars.points.adjust import adjust_points
from regulars.programs.setup import set_up_program
from regulars.programs.versions import publish_document
from regulars.stores.change import save_store

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a Tuesday
MAX = Actor("staff", 5, "Max")

_numbers = count(1)


def a_reward(code: str = "mug", price: int | Price | None = 200, **terms) -> Reward:
    cost = Price(amount=price) if isinstance(price, int) else price
    return Reward(**({"code": code, "name": code.title(), "price": cost} | terms))


def a_gift_shop(**parts) -> ProgramDocument:
    """Open a shop in New York with this program and the stores 330 (of the north) and 331."""
    set_up_program(name="Gift Shop", time_zone="America/New_York", currency="USD", country="US", at=OPENED)
    for code, tags in (("330", ("north",)), ("331", ())):
        save_store(code=code, name=f"Store {code}", time_zone="America/New_York", tags=tags, at=OPENED, by=SYSTEM)
    return the_program_is(**parts)


def the_program_is(*, at: datetime = OPENED, **parts) -> ProgramDocument:
    """Publish another version of the program."""
    document = ProgramDocument(**parts)
    publish_document(document, at=at, by=SYSTEM)
    return document


def somebody(*, points: int = 0, at: datetime = OPENED, **given) -> int:
    """Enrol a member; the points are a gift of the team."""
    number = next(_numbers)
    usual = {"first_name": "Ann", "last_name": f"Smith {number}", "cards": (f"8{number:09}",), "joined_at": at}
    member = enrol_member(NewMember(**(usual | given)), at=at).member_id
    if points:
        adjust_points(member_id=member, amount=points, reason="a start", key=f"start {number}", at=at, by=SYSTEM)
    return member
