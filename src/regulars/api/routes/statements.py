"""What a member holds, and how it came to that."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromPath, QueryParameter

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import reads
from regulars.api.shapes import LONGEST_ID, NotFound, read_id
from regulars.api.writes import do_read
from regulars.core.sentences import explain
from regulars.ledger.statement import EntryView, FullBalance, balances_of, entries_of, entry_of, next_expiries
from regulars.members.lock import UnknownMember
from regulars.members.rows import read_member
from regulars.programs.book import Book, load_book
from regulars.staff.models import Scope


class ExpiryOut(msgspec.Struct, frozen=True):
    unit: str
    amount: int
    at: datetime


class BalancesOut(msgspec.Struct, frozen=True):
    """A balance for each unit, and what expires next, soonest first."""

    balances: list[FullBalance]
    next_expiries: list[ExpiryOut]


class EntryOut(msgspec.Struct, frozen=True, kw_only=True):
    """One movement: `amount` is positive when it came in. `why` explains it, a sentence each."""

    id: str
    kind: str
    unit: str
    amount: int
    occurred_at: datetime
    recorded_at: datetime
    reason: str
    comment: str
    why: list[str]


class EntriesOut(msgspec.Struct, frozen=True):
    """Newest first; send `next` as `cursor` for the page that follows, null when there is none."""

    entries: list[EntryOut]
    next: str | None


@reads("/members/{member_id:str}/balances", scope=Scope.MEMBERS_READ, summary="Read a member's balances")
async def get_balances(request: ApiRequest, member_id: FromPath[str]) -> Reply[BalancesOut]:
    """What can be spent now, what is still to come, what is owed, and the sums of a lifetime."""
    number = read_id(member_id, otherwise=UnknownMember)

    def read(at: datetime) -> BalancesOut:
        _check_member(number)
        expiries = [ExpiryOut(unit, expiry.amount, expiry.at) for unit, expiry in next_expiries(number, at=at)]
        return BalancesOut(balances_of([number], at=at)[number], expiries)

    return await do_read(request, read)


@reads("/members/{member_id:str}/entries", scope=Scope.MEMBERS_READ, summary="List a member's entries")
async def list_entries(
    request: ApiRequest,
    member_id: FromPath[str],
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[EntriesOut]:
    """Every movement of every unit, with its why."""
    number = read_id(member_id, otherwise=UnknownMember)
    before = None if cursor is None else read_id(cursor)

    def read(_at: datetime) -> EntriesOut:
        _check_member(number)
        book = load_book()
        found = entries_of(number, before=before, limit=limit + 1)
        page = found[:limit]
        more = str(page[-1].id) if len(found) > limit else None
        return EntriesOut([entry_out(view, book) for view in page], more)

    return await do_read(request, read)


@reads("/members/{member_id:str}/entries/{entry_id:str}", scope=Scope.MEMBERS_READ, summary="Read an entry")
async def get_entry(request: ApiRequest, member_id: FromPath[str], entry_id: FromPath[str]) -> Reply[EntryOut]:
    """One movement with its why."""
    number, entry = read_id(member_id, otherwise=UnknownMember), read_id(entry_id)

    def read(_at: datetime) -> EntryOut:
        view = entry_of(number, entry)
        if view is None:
            raise NotFound()
        return entry_out(view, load_book())

    return await do_read(request, read)


def _check_member(member_id: int) -> None:
    if read_member(member_id) is None:
        raise UnknownMember()


def entry_out(view: EntryView, book: Book) -> EntryOut:
    return EntryOut(
        id=str(view.id),
        kind=view.kind,
        unit=view.unit,
        amount=view.amount,
        occurred_at=view.occurred_at,
        recorded_at=view.recorded_at,
        reason=view.reason,
        comment=view.comment,
        why=explain(
            view.why,
            unit=book.unit(view.unit),
            currency=book.program.currency,
            zone=book.zone,
            say_rule=book.say_rule,
        ),
    )
