"""How long a credit waits before it may be spent, and how long it lives."""

from datetime import date
from typing import Literal

from regulars.core.program.words import Days, Name, Part
from regulars.core.tongue import say


class Pending(Part, frozen=True, kw_only=True):
    """A credit waits for `days` days, until the day `until`, for the `event`, or, where both are named, for `days`
    after the event. With `round_up` the last day counts whole. Its life is counted from `life_from`.
    """

    days: Days = 0
    until: date | None = None
    event: Name | None = None
    round_up: bool = False
    life_from: Literal["activated", "earned"] = "activated"

    def __post_init__(self) -> None:
        if not (self.days or self.until or self.event):
            raise ValueError(say("A pending credit waits for days, a date or an event: name one."))
