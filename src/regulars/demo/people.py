"""The files know households by a number only; the demo gives each a made-up person, always the same one.

Nobody real is meant or reached: names are drawn from lists, telephone numbers are the ones that every area code keeps
free for fiction (555-0100 to 555-0199), and e-mail goes to example.com, which takes none.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

from regulars.core.actor import SYSTEM
from regulars.demo.words import FIRST_NAMES, LAST_NAMES, STREET_KINDS, STREET_NAMES
from regulars.members.enrol import NewMember

SEED = "Regulars Grocer"
FIRST_CARD = 9_000_000_000
AREA_CODES = (
    "201", "203", "205", "207", "208", "209", "212", "213", "214", "215", "216", "217", "218",
    "219", "224", "225", "228", "229", "231", "234", "239", "240", "248", "251", "252", "253",
)  # fmt: skip
"""A hundred numbers each: enough for households 1 to 2,600."""


def a_person(household_id: int, *, joined_at: datetime, said: Mapping[str, str] | None = None) -> NewMember:
    """Return who stands for a household, with what it said of itself. Card 9000000017 is household 17's."""
    first_name = _pick(FIRST_NAMES, f"first/{household_id}")
    last_name = _pick(LAST_NAMES, f"last/{household_id}")
    return NewMember(
        first_name=first_name,
        last_name=last_name,
        phone=phone_of(household_id),
        email=f"{first_name}.{last_name}.{household_id}@example.com".lower(),
        external_id=str(household_id),
        cards=(card_of(household_id),),
        attributes=said or {},
        joined_at=joined_at,
        is_generated=True,
        by=SYSTEM,
    )


def card_of(household_id: int) -> str:
    return str(FIRST_CARD + household_id)


def phone_of(household_id: int) -> str:
    """Return a number of fiction, another one for each household. Household ids run from 1 to 2,500."""
    block, number = divmod(household_id, 100)
    return f"+1{AREA_CODES[block]}55501{number:02}"


def street_of(place: int) -> str:
    """Return the name of the store in this place (0 to 475) of the list of stores, another one for each."""
    return f"{STREET_NAMES[place % len(STREET_NAMES)]} {STREET_KINDS[place // len(STREET_NAMES)]}"


def _pick(words: tuple[str, ...], what: str) -> str:
    """Choose by a hash: the same on every machine and with every version of Python."""
    return words[int.from_bytes(blake2b(f"{SEED}/{what}".encode(), digest_size=8).digest()) % len(words)]
