"""Sales as tills post them: one at a time through the lane, so that those of a moment share a commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.utils import timezone
from litestar.params import JSONBody
from msgspec import Meta

from regulars.api.callers import ApiRequest, Call
from regulars.api.flush import flush, reply_to
from regulars.api.idempotency import Asked, answer_once, asked_by
from regulars.api.lane import Lanes
from regulars.api.quantities import Minor, Quantity
from regulars.api.replies import Reply, encoded
from regulars.api.routing import creates
from regulars.api.shapes import ExternalId, MemberNamed, MemberRef, Moment, Text, UnitCode, read_moment
from regulars.core.amounts import LARGEST_AMOUNT
from regulars.core.refusals import Refusal
from regulars.core.sale import LineKind, NewSale, SaleLine, Tender
from regulars.core.sentences import explain
from regulars.core.why import Bite
from regulars.ledger.wallet import Balance
from regulars.programs.book import Book, load_book
from regulars.sales.answers import CardNow, Earned, Reached, Recorded, Spent
from regulars.sales.record import record_sales
from regulars.staff.models import Scope

Label = Annotated[str, Meta(min_length=1, max_length=64)]


class LineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    sku: Annotated[str, Meta(min_length=1, max_length=64)]
    quantity: Quantity
    amount_minor: Minor
    category: Text = ""
    brand: Text = ""
    labels: Annotated[tuple[Label, ...], Meta(max_length=20)] = ()
    kind: LineKind = "goods"
    tax_minor: Annotated[Minor, Meta(description="The part of the amount that is tax.")] = 0


class TenderIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """`points` of a `unit` for the type "points", `amount_minor` for every other. `hold`: the key of a hold to use."""

    type: Annotated[str, Meta(min_length=1, max_length=32)]
    amount_minor: Minor | None = None
    points: Annotated[int, Meta(ge=1, le=LARGEST_AMOUNT)] | None = None
    unit: UnitCode = "points"
    hold: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class SaleIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One receipt. The store's code and `external_id` make it one of a kind: sent again, it gets its first answer."""

    external_id: ExternalId
    store: Annotated[str, Meta(min_length=1, max_length=32)]
    occurred_at: Moment
    total_minor: Minor
    lines: Annotated[tuple[LineIn, ...], Meta(max_length=1_000)] = ()
    tenders: Annotated[tuple[TenderIn, ...], Meta(max_length=20)] = ()
    member: MemberNamed | None = None
    till: Annotated[str, Meta(max_length=32)] = ""
    cashier: Annotated[str, Meta(max_length=64, description="The till's name for who sold it.")] = ""
    channel: Annotated[str, Meta(max_length=32, description="Where it was sold: store, online, app …")] = ""
    currency: (
        Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217; refused if not the program's.")] | None
    ) = None


class CapOut(msgspec.Struct, frozen=True):
    """A cap that bit: of its `limit`, for each `per` in a `period`, it left `room`."""

    per: str
    period: str
    limit: int
    room: int
    days: int | None = None


class RuleOut(msgspec.Struct, frozen=True):
    """One rule's part: `desired` before its caps, `awarded` after; `caps` are those that held something back."""

    rule: str
    desired: int
    awarded: int
    caps: list[CapOut]


class EarnedOut(msgspec.Struct, frozen=True):
    """`desired` before caps, `awarded` after, rule by rule, and `why` in sentences."""

    unit: str
    desired: int
    awarded: int
    rules: list[RuleOut]
    why: list[str]


class SaleOut(msgspec.Struct, frozen=True):
    """`replayed`: this receipt was recorded before, and this is its first answer again.

    What it brought besides: stamp `cards` as they are now, `levels` reached, `rewards` by their codes.
    """

    id: str
    replayed: bool
    member: MemberRef | None
    earned: list[EarnedOut]
    spent: tuple[Spent, ...]
    cards: tuple[CardNow, ...]
    levels: tuple[Reached, ...]
    rewards: tuple[str, ...]
    balances: tuple[Balance, ...]


@creates("/sales", scope=Scope.SALES_WRITE, takes=SaleIn, summary="Record a sale")
async def create_sale(data: JSONBody[SaleIn], request: ApiRequest) -> Reply[SaleOut]:
    """The answer comes when the sale is safe on disk. Send it again after any doubt: it is recorded once."""
    call = request.auth
    return await SALES.submit(call.schema, (await asked_by(request), new_sale(data, call)))


def new_sale(data: SaleIn, call: Call) -> NewSale:
    """Refuses: InvalidRequest."""
    return NewSale(
        external_id=data.external_id,
        store=data.store,
        occurred_at=read_moment(data.occurred_at, where="occurred_at"),
        total_minor=data.total_minor,
        lines=tuple(
            [
                SaleLine(
                    line.sku,
                    int(line.quantity),
                    line.amount_minor,
                    line.category,
                    line.brand,
                    line.labels,
                    line.kind,
                    line.tax_minor,
                )
                for line in data.lines
            ]
        ),
        tenders=tuple(
            [Tender(each.type, each.amount_minor, each.points, each.unit, each.hold) for each in data.tenders]
        ),
        member=data.member.handle() if data.member else None,
        till=data.till,
        cashier=data.cashier,
        channel=data.channel,
        currency=data.currency,
        by=call.by,
        only_store=call.only_store,
    )


def flush_sales(schema: str, items: Sequence[tuple[Asked | None, NewSale]]) -> list[Reply[Any]]:
    """Record what waited in a till lane, in one commit."""
    at = timezone.now()
    return flush(schema, items, lambda part: answer_once(part, lambda sales: answers(sales, at=at), at=at))


def answers(sales: Sequence[NewSale], *, at: datetime) -> list[Reply[Any]]:
    """Record sales and say what came of each."""
    outcomes = record_sales(sales, at=at)
    book = load_book()
    return [
        reply_to(outcome) if isinstance(outcome, Refusal) else encoded(sale_out(outcome, book), status=201)
        for outcome in outcomes
    ]


def sale_out(recorded: Recorded, book: Book) -> SaleOut:
    return SaleOut(
        id=str(recorded.id),
        replayed=recorded.replayed,
        member=None if recorded.member_id is None else MemberRef(str(recorded.member_id)),
        earned=[earned_out(earned, book) for earned in recorded.earned],
        spent=recorded.spent,
        cards=recorded.brought.cards,
        levels=recorded.brought.levels,
        rewards=recorded.brought.rewards,
        balances=recorded.balances,
    )


def earned_out(earned: Earned, book: Book) -> EarnedOut:
    unit = book.unit(earned.unit)
    why = explain(earned.why, unit=unit, currency=book.program.currency, zone=book.zone, say_rule=book.say_rule)
    rules = [
        RuleOut(part.rule, part.desired, part.awarded, [_cap_out(bite) for bite in part.bites])
        for part in earned.why.parts
    ]
    return EarnedOut(earned.unit, earned.desired, earned.awarded, rules, why)


def _cap_out(bite: Bite) -> CapOut:
    return CapOut(bite.per, bite.period, bite.limit, bite.room, bite.days or None)


SALES: Lanes[tuple[Asked | None, NewSale], Reply[Any]] = Lanes("sales", flush_sales, at_once=2)
