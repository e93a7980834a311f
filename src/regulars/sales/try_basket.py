"""A basket is tried: what it would bring by the live program and by a draft, side by side. Nothing is written."""

from datetime import datetime

import msgspec

from regulars.core.compiled import Compiled, compile_program
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.programs.book import load_book
from regulars.sales.answers import Recorded
from regulars.sales.quote import quote_sales

DRAFT = -1
"""The version id under which a draft is tried: no stored version has it."""


class Tried(msgspec.Struct, frozen=True):
    """What a basket would bring by one version of the program, or why it would be refused."""

    program: Compiled
    outcome: Recorded | Refusal


class BothTried(msgspec.Struct, frozen=True):
    live: Tried
    draft: Tried | None


def try_basket(basket: NewSale, *, draft: ProgramDocument | None, at: datetime) -> BothTried:
    """Try a basket at its own time, which must not be older than the program accepts.

    A draft counts with what the member has had so far under the same codes. Its units that the ledger does not know yet
    are shown as earned, and held by nobody. Refuses: NoProgram.
    """
    book = load_book()
    live = Tried(book.compiled_at(basket.occurred_at), quote_sales([basket], at=at)[0])
    if draft is None:
        return BothTried(live, None)
    compiled = compile_program(draft, version_id=DRAFT, zone=book.zone, currency=book.program.currency)
    return BothTried(live, Tried(compiled, quote_sales([basket], at=at, draft=compiled)[0]))
