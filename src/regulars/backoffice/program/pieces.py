"""The document's pieces by kind and code: found, put, taken out, moved. Pure."""

from hashlib import sha256
from typing import Any, Literal

import msgspec

from regulars.core.program.document import ProgramDocument

Kind = Literal["units", "collections", "budgets", "rules", "stamp_cards", "tier_sets", "rewards"]


def pieces_of(document: ProgramDocument, kind: Kind) -> tuple[Any, ...]:
    pieces: tuple[Any, ...] = getattr(document, kind)
    return pieces


def find(document: ProgramDocument, kind: Kind, code: str) -> Any | None:
    return next((piece for piece in pieces_of(document, kind) if piece.code == code), None)


def codes_of(document: ProgramDocument, kind: Kind) -> set[str]:
    """Codes a new piece of this kind cannot have: a card's stamps are a unit, so those two share theirs."""
    kinds: tuple[Kind, ...] = ("units", "stamp_cards") if kind in ("units", "stamp_cards") else (kind,)
    return {piece.code for each in kinds for piece in pieces_of(document, each)}


def put(document: ProgramDocument, kind: Kind, piece: Any, *, after: str | None = None) -> ProgramDocument:
    """Replace the piece of the same code, or add this one at the end. `after` moves it behind that one; "" to the
    front.
    """
    pieces = list(pieces_of(document, kind))
    place = next((n for n, each in enumerate(pieces) if each.code == piece.code), None)
    if place is None:
        pieces.append(piece)
    else:
        pieces[place] = piece
    if after is not None:
        pieces = [each for each in pieces if each.code != piece.code]
        behind = next((n + 1 for n, each in enumerate(pieces) if each.code == after), 0)
        pieces.insert(behind, piece)
    return _with(document, kind, pieces)


def take_out(document: ProgramDocument, kind: Kind, code: str) -> ProgramDocument:
    return _with(document, kind, [each for each in pieces_of(document, kind) if each.code != code])


def move(document: ProgramDocument, kind: Kind, code: str, *, step: Literal[-1, 1]) -> ProgramDocument:
    """Move a rule one place up or down among those of its unit; other kinds among all."""
    pieces = list(pieces_of(document, kind))
    here = next((n for n, each in enumerate(pieces) if each.code == code), None)
    if here is None:
        return document
    unit = getattr(pieces[here], "unit", None)
    there = here + step
    while 0 <= there < len(pieces) and getattr(pieces[there], "unit", None) != unit:
        there += step
    if 0 <= there < len(pieces):
        pieces[here], pieces[there] = pieces[there], pieces[here]
    return _with(document, kind, pieces)


def place_of(document: ProgramDocument, kind: Kind, code: str) -> int | None:
    return next((n for n, each in enumerate(pieces_of(document, kind)) if each.code == code), None)


def print_of(piece: msgspec.Struct | None) -> str:
    """A short print of a piece as it was shown, to see whether somebody else changed it meanwhile."""
    return "" if piece is None else sha256(msgspec.json.encode(piece)).hexdigest()[:16]


def _with(document: ProgramDocument, kind: Kind, pieces: list[Any]) -> ProgramDocument:
    return msgspec.structs.replace(document, **{kind: tuple(pieces)})
