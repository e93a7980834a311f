"""A question about members, as a tree of small conditions: who is meant by a segment, a filter, a campaign.

Plain values: they are compiled to SQL elsewhere, and said in words by `core.describe.audience`. Days count back from
the moment of asking, and calendar days are those of the program's time zone.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.program.words import Code, Days, Name, Part
from regulars.core.refusals import Refusal

MOST_CONDITIONS = 30
DEEPEST = 5
MOST_NAMES = 200

Names = Annotated[tuple[Name, ...], msgspec.Meta(max_length=MOST_NAMES)]
Codes = Annotated[tuple[Code, ...], msgspec.Meta(max_length=MOST_NAMES)]
Written = Annotated[str, msgspec.Meta(max_length=1_000)]
Whole = Annotated[int, msgspec.Meta(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)]
Years = Annotated[int, msgspec.Meta(ge=0, le=150)]
Month = Annotated[int, msgspec.Meta(ge=1, le=12)]
Who = Literal["member", "guest", "left"]
Address = Literal["phone", "email", "card", "external_id"]


class AllOf(Part, frozen=True, kw_only=True, tag_field="is", tag="all"):
    """Every one of them holds; of none, everybody is meant."""

    of: tuple["Condition", ...] = ()


class AnyOf(Part, frozen=True, kw_only=True, tag_field="is", tag="any"):
    """At least one of them holds."""

    of: tuple["Condition", ...]


class Not(Part, frozen=True, kw_only=True, tag_field="is", tag="not"):
    of: "Condition"


class Standing(Part, frozen=True, kw_only=True, tag_field="is", tag="standing"):
    """Joined, a guest, or somebody who has left the program."""

    any: tuple[Who, ...]


class InStatus(Part, frozen=True, kw_only=True, tag_field="is", tag="status"):
    any: tuple[Literal["active", "locked", "blocked"], ...]


class Joined(Part, frozen=True, kw_only=True, tag_field="is", tag="joined"):
    """Joined on a day in [since, until], or so many days ago."""

    since: date | None = None
    until: date | None = None
    at_least_days: Days | None = None
    at_most_days: Days | None = None


class Age(Part, frozen=True, kw_only=True, tag_field="is", tag="age"):
    """In full years, today."""

    at_least: Years | None = None
    at_most: Years | None = None


class Birthday(Part, frozen=True, kw_only=True, tag_field="is", tag="birthday"):
    """In one of these months, or in so many days from today on (0: today)."""

    months: tuple[Month, ...] = ()
    within_days: Annotated[int, msgspec.Meta(ge=0, le=366)] | None = None


class Speaks(Part, frozen=True, kw_only=True, tag_field="is", tag="language"):
    any: Names


class HomeStore(Part, frozen=True, kw_only=True, tag_field="is", tag="home_store"):
    """Stores' codes."""

    any: Names


class Reachable(Part, frozen=True, kw_only=True, tag_field="is", tag="reachable"):
    """Has at least one of these; verified, where that is asked."""

    by: tuple[Address, ...]
    verified: bool = False


class Attribute(Part, frozen=True, kw_only=True, tag_field="is", tag="attribute"):
    """An attribute of the shop's own has one of these values, lies between two (numbers and days), or has any value.

    Values are written as `core.attributes.key_of` writes them.
    """

    code: Code
    any: Annotated[tuple[Written, ...], msgspec.Meta(max_length=MOST_NAMES)] = ()
    at_least: Written | None = None
    at_most: Written | None = None


class Tagged(Part, frozen=True, kw_only=True, tag_field="is", tag="tagged"):
    """Wears at least one of `any`, every one of `all`, and none of `none`."""

    any: Names = ()
    all: Names = ()
    none: Names = ()


class InSegment(Part, frozen=True, kw_only=True, tag_field="is", tag="segment"):
    any: Names


class OnLevel(Part, frozen=True, kw_only=True, tag_field="is", tag="level"):
    """Has one of these levels of a tier set; with none named, has no level of it."""

    tier_set: Code
    any: Codes = ()


class Balance(Part, frozen=True, kw_only=True, tag_field="is", tag="balance"):
    """Holds so many of a unit now, or has earned, spent or let expire so many ever; in the unit's smallest steps."""

    unit: Code
    of: Literal["balance", "earned", "spent", "expired"] = "balance"
    at_least: Whole | None = None
    at_most: Whole | None = None


class Expiring(Part, frozen=True, kw_only=True, tag_field="is", tag="expiring"):
    """At least so many of a unit expire within so many days."""

    unit: Code
    within_days: Days
    at_least: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_AMOUNT)] = 1


class Bought(Part, frozen=True, kw_only=True, tag_field="is", tag="bought"):
    """So many purchases, or purchases of so much money (minor units, what came back taken off), ever or in so many
    days; in these stores. With items, only lines of these categories, brands or articles count.
    """

    count: Literal["sales", "spend"] = "sales"
    at_least: Whole | None = None
    at_most: Whole | None = None
    within_days: Days | None = None
    stores: Names = ()
    categories: Names = ()
    brands: Names = ()
    skus: Names = ()


class LastBought(Part, frozen=True, kw_only=True, tag_field="is", tag="last_bought"):
    """The last purchase was so many days ago. Who never bought has none."""

    at_least_days: Days | None = None
    at_most_days: Days | None = None


class HasReward(Part, frozen=True, kw_only=True, tag_field="is", tag="reward"):
    """Has one of these rewards to use now; with none named, any reward."""

    any: Codes = ()


class HasCard(Part, frozen=True, kw_only=True, tag_field="is", tag="card"):
    """Has a card in use of one of these types; with none named, any card."""

    types: Names = ()


class MayContact(Part, frozen=True, kw_only=True, tag_field="is", tag="consent"):
    """May be written to for a purpose (its code) over a channel, by what they decided and the law allows."""

    purpose: Code
    channel: Code


Leaf = (
    Standing
    | InStatus
    | Joined
    | Age
    | Birthday
    | Speaks
    | HomeStore
    | Reachable
    | Attribute
    | Tagged
    | InSegment
    | OnLevel
    | Balance
    | Expiring
    | Bought
    | LastBought
    | HasReward
    | HasCard
    | MayContact
)
Condition = AllOf | AnyOf | Not | Leaf

EVERYBODY = AllOf()


class InvalidCondition(Refusal):
    """A condition that cannot be asked: `problem` says why, `at` is its kind."""

    code = "invalid_condition"

    def __init__(self, *, problem: str, at: str = "") -> None:
        self.problem = problem
        self.at = at


def read_condition(given: object) -> Condition:
    """Return a condition of what is kept or sent as JSON. Refuses: InvalidCondition."""
    try:
        condition: Condition = msgspec.convert(given, type=Condition)
    except msgspec.ValidationError as error:
        raise InvalidCondition(problem=str(error)) from None
    check_condition(condition)
    return condition


def write_condition(condition: Condition) -> object:
    """Return a condition as JSON keeps it: `read_condition` of it is the same."""
    return msgspec.to_builtins(condition)


def check_condition(condition: Condition) -> None:
    """Refuse what would mean nothing, nobody, or too much at once: InvalidCondition."""
    if depth_of(condition) > DEEPEST:
        raise InvalidCondition(problem="too_deep")
    leaves = list(leaves_of(condition))
    if len(leaves) > MOST_CONDITIONS:
        raise InvalidCondition(problem="too_many")
    for leaf in leaves:
        if problem := _problem(leaf):
            raise InvalidCondition(problem=problem, at=str(leaf.__struct_config__.tag))


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """Yield every condition that is no group, in reading order."""
    match condition:
        case AllOf(of=parts) | AnyOf(of=parts):
            for part in parts:
                yield from leaves_of(part)
        case Not(of=part):
            yield from leaves_of(part)
        case _:
            yield condition


def depth_of(condition: Condition) -> int:
    """Return how deep it nests; without recursion, so that whatever somebody sends can be counted."""
    deepest, waiting = 0, [(condition, 1)]
    while waiting:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        match part:
            case AllOf(of=parts) | AnyOf(of=parts):
                waiting += [(each, depth + 1) for each in parts]
            case Not(of=inner):
                waiting.append((inner, depth + 1))
    return deepest


def segments_in(condition: Condition) -> tuple[str, ...]:
    """Return the names of the segments it asks for, each once."""
    found = (name for leaf in leaves_of(condition) if isinstance(leaf, InSegment) for name in leaf.any)
    return tuple(dict.fromkeys(found))


def tags_in(condition: Condition) -> tuple[str, ...]:
    """Return the names of the tags it asks for, each once."""
    found = (
        name for leaf in leaves_of(condition) if isinstance(leaf, Tagged) for name in (*leaf.any, *leaf.all, *leaf.none)
    )
    return tuple(dict.fromkeys(found))


def goes_in_circles(name: str, condition: Condition, others: Mapping[str, Condition]) -> bool:
    """Tell whether a segment of this name would ask for itself, by itself or through others."""
    seen: set[str] = set()
    ahead = list(segments_in(condition))
    while ahead:
        asked = ahead.pop()
        if asked == name:
            return True
        if asked not in seen and asked in others:
            seen.add(asked)
            ahead += segments_in(others[asked])
    return False


def _problem(leaf: Leaf) -> str:
    match leaf:
        case (
            Standing(any=names)
            | InStatus(any=names)
            | Speaks(any=names)
            | HomeStore(any=names)
            | InSegment(any=names)
            | Reachable(by=names)
        ):
            return "" if names else "nothing_chosen"
        case Tagged(any=some, all=every, none=never):
            return "" if some or every or never else "nothing_chosen"
        case Birthday(months=months, within_days=days):
            return "nothing_chosen" if not months and days is None else ""
        case Age(at_least=low, at_most=high) | Balance(at_least=low, at_most=high) | Bought(at_least=low, at_most=high):
            return _bounds(low, high)
        case (
            Joined(since=None, until=None, at_least_days=low, at_most_days=high)
            | LastBought(at_least_days=low, at_most_days=high)
        ):
            return _bounds(low, high)
        case Joined(since=since, until=until):
            return "ends_before_it_begins" if since and until and until < since else ""
        case _:
            return ""


def _bounds(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "nothing_chosen"
    return "ends_before_it_begins" if low is not None and high is not None and high < low else ""
