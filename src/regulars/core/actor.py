"""Who does something: a person of the team, a machine's key, or the system itself."""

from typing import Literal

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """`tag` is what the ledger keeps: opaque, so that no personal data enters it. `approver` is the tag of whoever let
    them, where somebody had to.
    """

    kind: Literal["system", "staff", "key"]
    id: int | None = None
    name: str = ""
    approver: str | None = None

    @property
    def tag(self) -> str:
        return self.kind if self.id is None else f"{self.kind}:{self.id}"


SYSTEM = Actor(kind="system")
