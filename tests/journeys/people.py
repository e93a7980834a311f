"""What the shop knows about people beyond name and phone: fields of every kind, notes, a look at a regulated one."""

from datetime import datetime

from regulars.core.actor import SYSTEM
from regulars.core.attributes import Choice
from regulars.members.attributes import change_values, load_definitions
from regulars.members.define import AttributeWish, retire_attribute, save_attribute, save_attributes
from regulars.members.notes import write_note
from regulars.members.regulated import look_at_regulated

WISHES = (
    AttributeWish(
        code="usual_drink",
        label="Usual drink",
        kind="choice",
        choices=(Choice("espresso", "Espresso"), Choice("latte", "Latte or cappuccino"), Choice("tea", "Tea")),
        at_signup=True,
        help="Ask what they would like every morning.",
    ),
    AttributeWish(
        code="interests",
        label="Interests",
        kind="choices",
        choices=(Choice("tasting", "Tastings"), Choice("brewing", "Brewing classes"), Choice("beans", "New beans")),
    ),
    AttributeWish(code="cups", label="Cups a week", kind="number"),
    AttributeWish(code="anniversary", label="Anniversary", kind="date"),
    AttributeWish(code="own_cup", label="Brings their own cup", kind="yes_no"),
    AttributeWish(code="badge", label="Staff badge of a neighbour", kind="text", is_unique=True),
    AttributeWish(code="photo", label="Photo", kind="file"),
    AttributeWish(code="allergies", label="Allergies", kind="text", is_regulated=True),
)


def get_to_know(member: int, *, at: datetime) -> None:
    """Ask for a lot, and hear some of it from one member."""
    save_attributes(WISHES, at=at, by=SYSTEM)
    retire_attribute(
        code=save_attribute(AttributeWish(label="Card of before", kind="text"), at=at, by=SYSTEM).code, at=at, by=SYSTEM
    )
    said = {
        "usual_drink": "latte",
        "interests": ["tasting", "beans"],
        "cups": "12.5",
        "anniversary": "2020-05-17",
        "own_cup": True,
        "allergies": "Peanuts",
    }
    change_values(member_id=member, values=said, at=at, by=SYSTEM)
    write_note(member_id=member, text="Call after 14:00, never before.", is_pinned=True, at=at, by=SYSTEM)
    write_note(member_id=member, text="Asked for decaf beans twice.\n\nTold her: from May on.", at=at, by=SYSTEM)
    look_at_regulated(member_id=member, definitions=load_definitions(), at=at, by=SYSTEM)
