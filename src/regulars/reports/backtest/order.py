"""What is asked of a back-test: one program or two, over a period. It crosses to the processes that replay as JSON."""

from datetime import datetime

import msgspec

from regulars.core.program.document import ProgramDocument


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A program to try, and what people call it."""

    label: str
    document: ProgramDocument


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Replay the sales of [starts_at, ends_at) by each side, as if it had been in force from the shop's first sale on.

    `sides` are the draft and, if it is compared, what it is compared with. Sales that came after `newest_sale` are left
    out, so that every process sees the same.
    """

    schema: str
    time_zone: str
    currency: str
    starts_at: datetime
    ends_at: datetime
    newest_sale: int
    sides: tuple[Side, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the work: these sides (by number) over the members from `first` to `last`; over everybody, in the order
    of time, where a rule bounds several members together.
    """

    sides: tuple[int, ...]
    sales: int
    first: int | None = None
    last: int | None = None
