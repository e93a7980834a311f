"""What an import does with one line: whom it means, and whether it makes, changes or leaves them.

A line says only what it wants different: a column that is left blank is not in it, and None empties the field.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from regulars.core.refusals import Refusal


class Mode(StrEnum):
    """What may become of lines: whoever is not there is made, or is an error; whoever is there is changed, or is."""

    CREATE_AND_UPDATE = "create_and_update"
    UPDATE = "update"
    CREATE_ONLY = "create_only"


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class NoIdentifier(Refusal):
    """The line has none of the identifiers that members are matched by."""

    code = "no_identifier"

    def __init__(self, *, wanted: tuple[str, ...]) -> None:
        self.wanted = wanted


class NobodyFound(Refusal):
    """Nobody is known by the line's identifiers, and this import makes no new members."""

    code = "nobody_found"


class AlreadyThere(Refusal):
    """The line means a member who is there already, and this import changes nobody."""

    code = "already_there"

    def __init__(self, *, kind: str, member_id: int) -> None:
        self.kind = kind
        self.member_id = member_id


class Ambiguous(Refusal):
    """The line's identifiers belong to different members: `kinds` says which, `members` whose they are."""

    code = "ambiguous"

    def __init__(self, *, kinds: tuple[str, ...], members: tuple[int, ...]) -> None:
        self.kinds = kinds
        self.members = members


class OtherIdentifier(Refusal):
    """The member who was found has another identifier of a kind that counts for more: `kind` says which."""

    code = "other_identifier"

    def __init__(self, *, kind: str, member_id: int) -> None:
        self.kind = kind
        self.member_id = member_id


class Taken(Refusal):
    """An identifier that members are not matched by belongs to another member already."""

    code = "duplicate"

    def __init__(self, *, kind: str, member_id: int) -> None:
        self.kind = kind
        self.member_id = member_id


class RepeatedLine(Refusal):
    """An earlier line of the file names the same person, by the same identifier."""

    code = "repeated_line"

    def __init__(self, *, kind: str, line: int) -> None:
        self.kind = kind
        self.line = line


class Terms(msgspec.Struct, frozen=True):
    """How a file is brought in: the mode, and by which identifiers members are matched, the first of them first.

    With `joins` whoever is made has joined the program, otherwise they are guests.
    """

    mode: Mode = Mode.CREATE_AND_UPDATE
    order: tuple[str, ...] = ("external_id", "card", "phone", "email")
    joins: bool = True


def match_line(given: Sequence[str], holders: Mapping[str, int], terms: Terms) -> int | None:
    """Return the id of the member a line means; None is somebody new.

    `given` are the kinds of identifiers in the line, `holders` whose they are where they are somebody's. Members are
    matched by the identifiers of `terms.order`; two of them that name different members are refused, and never guessed
    between. Refuses: NoIdentifier, Ambiguous, Taken, NobodyFound, AlreadyThere.
    """
    if not any(kind in given for kind in terms.order):
        raise NoIdentifier(wanted=terms.order)
    matched = {kind: holders[kind] for kind in terms.order if kind in holders}
    if len(set(matched.values())) > 1:
        raise Ambiguous(kinds=tuple(matched), members=tuple(dict.fromkeys(matched.values())))
    kind, member_id = next(iter(matched.items()), ("", None))
    for other, holder in holders.items():
        if holder != member_id:
            raise Taken(kind=other, member_id=holder)
    if member_id is None and terms.mode is Mode.UPDATE:
        raise NobodyFound()
    if member_id is not None and terms.mode is Mode.CREATE_ONLY:
        raise AlreadyThere(kind=kind, member_id=member_id)
    return member_id


def check_match(member_id: int, given: Mapping[str, str], held: Mapping[str, str], terms: Terms) -> None:
    """Refuse a member who was found by an e-mail, say, and has another external id than the line says.

    Two people who share an e-mail must not become one. `given` and `held` are identifiers by kind; what counts for less
    than what the member was found by is changed, and not compared. Refuses: OtherIdentifier.
    """
    for kind in terms.order:
        if kind in given and kind in held:
            if given[kind] != held[kind]:
                raise OtherIdentifier(kind=kind, member_id=member_id)
            return


def find_changes(wanted: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what a line changes about a member, as (before, after) by field; a field that is equal is left out."""
    return {field: (held.get(field), value) for field, value in wanted.items() if held.get(field) != value}
