"""A quote is a sale's answer without the sale: what it would earn and spend. Nothing is written."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.utils import timezone
from litestar.params import JSONBody

from regulars.api.callers import ApiRequest
from regulars.api.flush import flush, reply_to
from regulars.api.lane import Lanes
from regulars.api.replies import Reply, encoded
from regulars.api.routes.sales import EarnedOut, SaleIn, earned_out, new_sale
from regulars.api.routing import asks
from regulars.api.shapes import MemberRef
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.ledger.wallet import Balance
from regulars.programs.book import Book, load_book
from regulars.sales.answers import CardNow, Reached, Recorded, Spent
from regulars.sales.quote import quote_sales
from regulars.staff.models import Scope


class QuoteOut(msgspec.Struct, frozen=True):
    """What the sale would earn, spend and bring, and the balances after it."""

    member: MemberRef | None
    earned: list[EarnedOut]
    spent: tuple[Spent, ...]
    cards: tuple[CardNow, ...]
    levels: tuple[Reached, ...]
    rewards: tuple[str, ...]
    balances: tuple[Balance, ...]


@asks("/quotes", scope=Scope.SALES_WRITE, takes=SaleIn, summary="Ask what a sale would earn and spend")
async def create_quote(data: JSONBody[SaleIn], request: ApiRequest) -> Reply[QuoteOut]:
    """Takes what `POST /sales` takes, refuses what it refuses, and writes nothing."""
    call = request.auth
    return await QUOTES.submit(call.schema, new_sale(data, call))


def flush_quotes(schema: str, items: Sequence[NewSale]) -> list[Reply[Any]]:
    """Quote what waited in a lane, together."""
    at = timezone.now()

    def work(part: Sequence[NewSale]) -> list[Reply[Any]]:
        outcomes = quote_sales(part, at=at)
        book = load_book()
        return [
            reply_to(outcome) if isinstance(outcome, Refusal) else encoded(_quote_out(outcome, book))
            for outcome in outcomes
        ]

    return flush(schema, items, work)


def _quote_out(quoted: Recorded, book: Book) -> QuoteOut:
    return QuoteOut(
        member=None if quoted.member_id is None else MemberRef(str(quoted.member_id)),
        earned=[earned_out(earned, book) for earned in quoted.earned],
        spent=quoted.spent,
        cards=quoted.brought.cards,
        levels=quoted.brought.levels,
        rewards=quoted.brought.rewards,
        balances=quoted.balances,
    )


QUOTES: Lanes[NewSale, Reply[Any]] = Lanes("quotes", flush_quotes, at_once=2)
