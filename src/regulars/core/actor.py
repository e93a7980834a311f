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


def actor_of(tag: str, *, approver: str | None = None) -> Actor:
    """Return an actor again by the tag that was kept of them; their name is not kept with it."""
    kind, _, number = tag.partition(":")
    return Actor(kind=kind, id=int(number) if number.isdigit() else None, approver=approver)  # type: ignore[arg-type]
