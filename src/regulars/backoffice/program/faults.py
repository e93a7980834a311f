"""What is wrong with a document: found by the checks, with what this shop has, and led to the page that mends it."""

import re
from typing import Any

import msgspec
from django.urls import reverse

from regulars.backoffice.office import Office
from regulars.backoffice.program.editors import OF_KIND
from regulars.core.checking import check_document
from regulars.core.checks.faults import Fault
from regulars.core.checks.shop import Shop
from regulars.core.program.document import ProgramDocument
from regulars.programs.soundness import read_shop

IN_FILE = re.compile(r",? at \w+\[\d+\][\w.\[\]]*,?")
"""Where another piece stands in the file: on a page its name says enough."""
PIECE = re.compile(r"^(?P<kind>\w+)\[(?P<place>\d+)\]")


def faults_in(document: ProgramDocument, office: Office, *, shop: Shop | None = None) -> list[Fault]:
    """Every fault and warning, in the document's order; `shop` says more of the shop than its stores and tags."""
    found = check_document(document, currency=office.currency, zone=office.zone, shop=shop or read_shop())
    return [msgspec.structs.replace(fault, said=IN_FILE.sub("", fault.said)) for fault in found]


def new_faults(before: ProgramDocument, after: ProgramDocument, office: Office) -> list[Fault]:
    """The faults that a change brings: what misses a piece that was taken out."""
    known = {fault.said for fault in faults_in(before, office)}
    return [fault for fault in faults_in(after, office) if fault.said not in known]


def with_places(faults: list[Fault], document: ProgramDocument) -> list[dict[str, Any]]:
    """Each fault with the address of the page where it is put right."""
    return [
        {
            "said": fault.said,
            "is_warning": fault.is_warning,
            "url": _url(fault.path, document),
            "name": _name(fault, document),
        }
        for fault in faults
    ]


def _url(path: str, document: ProgramDocument) -> str:
    piece = _piece(path, document)
    if piece is not None:
        kind, found = piece
        return reverse("piece", args=[OF_KIND[kind].slug, found.code])
    return reverse("policies") if path.startswith("policies") else ""


def _name(fault: Fault, document: ProgramDocument) -> str:
    piece = _piece(fault.path, document)
    return "" if piece is None else str(getattr(piece[1].name, "plural", piece[1].name))


def _piece(path: str, document: ProgramDocument) -> tuple[str, Any] | None:
    found = PIECE.match(path)
    if found is None or found["kind"] not in OF_KIND:
        return None
    pieces = getattr(document, found["kind"])
    place = int(found["place"])
    return (found["kind"], pieces[place]) if place < len(pieces) else None
