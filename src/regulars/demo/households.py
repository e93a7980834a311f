"""What 801 of the files' households said of themselves, as the shop's own fields: age, size, children, home."""

from datetime import datetime
from pathlib import Path

from regulars.core.actor import SYSTEM
from regulars.core.attributes import Choice
from regulars.demo.journey import read_rows
from regulars.members.attributes import load_definitions
from regulars.members.define import AttributeWish, save_attributes

COLUMNS = ("household_id", "age", "household_size", "kids_count", "home_ownership")

FIELDS = (
    AttributeWish(
        code="age",
        label="Age",
        kind="choice",
        choices=(
            Choice("from_19", "19-24"),
            Choice("from_25", "25-34"),
            Choice("from_35", "35-44"),
            Choice("from_45", "45-54"),
            Choice("from_55", "55-64"),
            Choice("from_65", "65+"),
        ),
    ),
    AttributeWish(
        code="household_size",
        label="People in the household",
        kind="choice",
        choices=(*(Choice(f"n{n}", str(n)) for n in range(1, 5)), Choice("n5", "5+")),
    ),
    AttributeWish(
        code="children",
        label="Children",
        kind="choice",
        choices=(*(Choice(f"n{n}", str(n)) for n in range(3)), Choice("n3", "3+")),
    ),
    AttributeWish(
        code="home",
        label="Home",
        kind="choice",
        choices=(Choice("own", "Homeowner"), Choice("rent", "Renter")),
        help="As they said it, or as it is thought to be.",
    ),
)


def ask_households(*, at: datetime) -> None:
    """Make the shop's own fields, once."""
    known = {each.code for each in load_definitions()}
    save_attributes([wish for wish in FIELDS if wish.code not in known], at=at, by=SYSTEM)


def read_households(file: Path) -> dict[int, dict[str, str]]:
    """Read what each household said, by its number and the fields' codes."""
    return {household: _said(*answers) for household, *answers in read_rows(file, COLUMNS)}


def _said(age: str | None, size: str | None, children: str | None, home: str | None) -> dict[str, str]:
    answers = {
        "age": age,
        "household_size": size,
        "children": children,
        "home": home.removeprefix("Probable ") if home else None,
    }
    return {code: answer for code, answer in answers.items() if answer}
