"""Open sales from another system: orders and layaways that were begun there and are not finished.

Each waits here as a keyed receipt does (DOMAIN 2.17): its points are promised, and nobody spends them. It counts when
this shop's till records the same receipt, or somebody else of the team or the member confirms it; otherwise it lapses.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.core.actor import Actor
from regulars.core.cells import InvalidDay, NotText, read_amount, read_day, read_moment, read_text
from regulars.core.identifiers import MemberHandle
from regulars.core.importing import Outcome, Terms
from regulars.core.money import minor_digits
from regulars.core.periods import end_of_day, start_of_day
from regulars.core.refusals import Refusal
from regulars.imports.amounts.fields import read_last_day, text_field, who
from regulars.imports.amounts.members import find_members
from regulars.imports.lines import CellNeeded, Done, Field, InBulk, Line, Repeats, Undoable, check_columns, failed
from regulars.imports.records import Reading
from regulars.programs.book import load_book
from regulars.receipts.enter import NewReceipt, enter_receipt, preview_receipt
from regulars.receipts.models import LIVE, Receipt, State
from regulars.receipts.promise import worth_promising
from regulars.receipts.refusals import AlreadyTheirs
from regulars.receipts.reject import reject_receipt

NEEDED = ("store", "receipt", "total", "sold_at")
LONGEST_NUMBER = 64
NOTE = "Open in the earlier system"
UNDO_REASON = "The import was undone"
OPEN_FOR = timedelta(days=90)
"""What does not say until when it is open lapses after so long: a layaway rarely takes longer."""


class OpenSales:
    """The lines of a file are sales that are not finished. A store's receipt comes once in a file."""

    repeats: Sequence[Repeats] = (
        Repeats("receipt", "SELECT (values ->> 'store') || '/' || (values ->> 'receipt') WHERE values ? 'receipt'"),
    )
    in_bulk: InBulk | None = None

    def __init__(self, terms: Terms, reading: Reading, *, run: int, at: datetime, by: Actor) -> None:
        self.terms, self.reading, self.run, self.at, self.by = terms, reading, run, at, by
        self.book = load_book()

    def fields(self) -> list[Field]:
        return [
            *who(self.book.program.country),
            Field(code="store", label=_("Store"), about=_("The store's code."), sample="330", read=read_text),
            Field(
                code="receipt",
                label=_("Receipt number"),
                about=_("As the till will send it when the sale is finished."),
                sample="A-2031",
                read=_read_number,
            ),
            Field(code="total", label=_("Total"), sample="129.90", read=self._read_total),
            Field(
                code="sold_at",
                label=_("Sold on"),
                about=_("A day, or a day and a time: 2026-03-09 14:30."),
                sample="2026-03-09 14:30",
                read=self._read_moment,
            ),
            Field(
                code="open_until",
                label=_("Open until"),
                about=_("The last day it can be confirmed; blank: for 90 days."),
                sample="2026-12-31",
                read=lambda cell: read_last_day(cell, self.reading, zone=self.book.zone, at=self.at),
            ),
            text_field("note", _("Note"), about=_("For the team only.")),
        ]

    def check_fields(self, mapped: Sequence[str]) -> None:
        check_columns(mapped, self.terms.order, NEEDED)

    def bring(self, lines: Sequence[Line], *, write: bool) -> list[Done]:
        done = []
        for line, member in zip(lines, find_members(lines, self.terms), strict=True):
            try:
                if isinstance(member, Refusal):
                    raise member
                with transaction.atomic():
                    done.append(self._bring(line, member, write=write))
            except Refusal as refusal:
                done.append(failed(line.number, refusal, missed=self._money(line)))
        return done

    def undo(self, lines: Sequence[Undoable]) -> list[str]:
        return [self._undo(int(line.change["receipt"])) for line in lines]

    def _bring(self, line: Line, member: int, *, write: bool) -> Done:
        new = self._asked(line, member)
        is_known = Receipt.objects.filter(
            store__code=new.store, number=new.number, member=member, total_minor=new.total_minor, state__in=LIVE
        ).exists()
        if is_known:
            return Done(line=line.number, outcome=Outcome.UNCHANGED, member_id=member)
        change = None
        try:
            if write:
                entered = enter_receipt(new, waits_until=self._until(line), at=self.at, by=self.by)
                change, promised = {"receipt": entered.receipt_id}, entered.promised
            else:
                quote = preview_receipt(new, at=self.at, has_proof=False).quote
                program = self.book.compiled_at(new.occurred_at)
                promised = worth_promising(quote.earned, program) if quote else []
        except AlreadyTheirs:  # it was finished meanwhile, at our till
            return Done(line=line.number, outcome=Outcome.UNCHANGED, member_id=member)
        return Done(
            line=line.number,
            outcome=Outcome.CREATED,
            member_id=member,
            change=change,
            sums={**self._money(line), **dict(promised)},
        )

    def _asked(self, line: Line, member: int) -> NewReceipt:
        values = line.values
        for field in NEEDED:
            if not values.get(field):
                raise CellNeeded(field=field)
        return NewReceipt(
            key=f"import/{self.run}/{line.number}",
            kind="open",
            store=values["store"],
            occurred_at=datetime.fromisoformat(values["sold_at"]),
            member=MemberHandle(id=str(member)),
            number=values["receipt"],
            total_minor=values["total"],
            note=values.get("note") or NOTE,
        )

    def _until(self, line: Line) -> datetime:
        until = line.values.get("open_until")
        return end_of_day(date.fromisoformat(until), self.book.zone) if until else self.at + OPEN_FOR

    def _money(self, line: Line) -> dict[str, int]:
        """What a line's sale comes to; in the sums of an import, "money" is no unit."""
        return {"money": line.values["total"]} if line.values.get("total") else {}

    def _undo(self, receipt_id: int) -> str:
        """Turn a receipt down that waits still; one that somebody decided about stays as they decided."""
        try:
            with transaction.atomic():
                reject_receipt(receipt_id, reason=UNDO_REASON, at=self.at, by=self.by)
        except Refusal:
            ended = Receipt.objects.filter(pk=receipt_id, state__in=[State.REJECTED, State.LAPSED]).exists()
            return "undone" if ended else "changed"
        return "undone"

    def _read_total(self, cell: str) -> int:
        return read_amount(cell, decimals=minor_digits(self.book.program.currency))

    def _read_moment(self, cell: str) -> str:
        """A day begins where the program is; a moment without a zone is of there too."""
        moment = read_moment(cell) if ":" in cell else None
        if moment is None:
            day, _, clock = cell.partition(" ")
            on = read_day(day, order=self.reading.dates)
            said = read_moment(f"{on.isoformat()}T{clock}") if clock else None
            if clock and said is None:
                raise InvalidDay(order=self.reading.dates)
            moment = said or start_of_day(on, self.book.zone)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.book.zone)
        if moment > self.at:
            raise InvalidDay(order=self.reading.dates)
        return moment.isoformat()


def _read_number(cell: str) -> str:
    number = read_text(cell)
    if len(number) > LONGEST_NUMBER:
        raise NotText(why="too_long")
    return number
