"""The recorded sales, read in big pieces: by member, or all of them in the order of time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import psycopg
from psycopg import sql

from regulars.core.refunding import LineShare
from regulars.core.sale import SaleLine, Tender
from regulars.platform.database import APPLICATION_ROLE, connection_facts
from regulars.platform.home import find_home
from regulars.reports.backtest.order import Order, Part

SALES_AT_ONCE = 2_000
SALES_IN_A_PART = 4_000

# What a merchant's members bought, as far as a version of the program decided it.
SALES = """
FROM sales_sale AS sale
WHERE sale.id <= %(newest_sale)s AND sale.occurred_at < %(ends_at)s
  AND sale.member_id IS NOT NULL AND sale.version_id IS NOT NULL
"""

READ = f"""
SELECT sale.id, sale.member_id, (SELECT joined_at FROM members_member WHERE id = sale.member_id), sale.store_id,
       sale.occurred_at, sale.total_minor, sale.points_minor, sale.channel, sale.cashier, sale.card_id,
       sale.tenders::text,
       (SELECT json_agg(line) FROM (
            SELECT sku, quantity_milli, amount_minor, category, brand, labels, kind, tax_minor
            FROM sales_line WHERE sale_id = sale.id ORDER BY position) AS line)::text,
       (SELECT json_agg(json_build_object(
            'occurred_at', occurred_at, 'amount_minor', amount_minor, 'lines', lines) ORDER BY id)
        FROM sales_refund WHERE sale_id = sale.id AND undone_at IS NULL)::text
{SALES}
"""  # noqa: S608 our own text

BY_MEMBER = READ + "AND sale.member_id BETWEEN %(first)s AND %(last)s ORDER BY sale.member_id, 5, 1"

BY_TIME = READ + "ORDER BY 5, 1"

# Neighbouring members, with about as many sales together as a part shall have.
PARTS = f"""
SELECT min(member_id), max(member_id), sum(sales)::bigint FROM (
    SELECT sale.member_id, count(*) AS sales,
           (sum(count(*)) OVER (ORDER BY sale.member_id) - 1)::bigint / %(size)s AS part
    {SALES}
    GROUP BY sale.member_id
) AS sold GROUP BY part ORDER BY 1
"""  # noqa: S608 our own text

STORES = """
SELECT store.id, store.code, store.time_zone,
       array(SELECT tag.name FROM stores_store_tags AS worn JOIN stores_tag AS tag ON tag.id = worn.tag_id
             WHERE worn.store_id = store.id)
FROM stores_store AS store
"""


class Store(msgspec.Struct, frozen=True):
    """What rules ask of a store."""

    code: str
    zone: ZoneInfo
    tags: frozenset[str]


class Returned(msgspec.Struct, frozen=True, gc=False):
    """A refund that stands: what came back of a sale, and when."""

    occurred_at: datetime
    amount_minor: int
    lines: tuple[LineShare, ...] = ()


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A sale as it was recorded. `points_minor` of the total were paid with units."""

    id: int
    member_id: int
    joined_at: datetime | None
    store: Store
    occurred_at: datetime
    total_minor: int
    points_minor: int = 0
    channel: str = ""
    cashier: str = ""
    card_id: int | None = None
    tenders: tuple[Tender, ...] = ()
    lines: list[SaleLine] = msgspec.field(default_factory=list)
    refunds: tuple[Returned, ...] = ()


_decode_lines = msgspec.json.Decoder(list[SaleLine]).decode
_decode_returns = msgspec.json.Decoder(tuple[Returned, ...]).decode
_decode_tenders = msgspec.json.Decoder(tuple[Tender, ...]).decode


@contextmanager
def reading(schema: str) -> Iterator[psycopg.Connection]:
    """Open a connection of its own to one merchant's schema that cannot write; it works without Django."""
    facts = connection_facts(find_home())
    options = f"{facts.pop('options', '')} -c role={APPLICATION_ROLE} -c default_transaction_read_only=on"
    with psycopg.connect(
        **facts,  # type: ignore[arg-type]
        options=f"{options.strip()} -c jit=off -c max_parallel_workers_per_gather=0",
        application_name="regulars back-test",
        connect_timeout=10,
    ) as connection:
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        # Statistics may be older than the sales: lines are found by their sale, sales by their member or their time.
        connection.execute("SET enable_seqscan = off")
        yield connection


def split(connection: psycopg.Connection, order: Order, *, size: int = SALES_IN_A_PART) -> list[Part]:
    """Cut the work into parts of neighbouring members, each for all sides."""
    rows = connection.execute(PARTS, {**_bounds(order), "size": size}).fetchall()
    sides = tuple(range(len(order.sides)))
    return [Part(sides=sides, first=first, last=last, sales=sales) for first, last, sales in rows]


def read_stores(connection: psycopg.Connection) -> dict[int, Store]:
    """Read every store, by id."""
    rows = connection.execute(STORES).fetchall()
    return {pk: Store(code, ZoneInfo(zone), frozenset(tags)) for pk, code, zone, tags in rows}


def read_sales(
    connection: psycopg.Connection, order: Order, part: Part, stores: dict[int, Store]
) -> Iterator[Recorded]:
    """Yield a part's sales: each member's in the order of time, or, for everybody, all in the order of time."""
    question = BY_TIME if part.first is None else BY_MEMBER
    with connection.cursor(name="sales") as cursor:
        cursor.itersize = SALES_AT_ONCE
        cursor.execute(question, {**_bounds(order), "first": part.first, "last": part.last})
        for (
            number,
            member,
            joined_at,
            store,
            occurred_at,
            total,
            points,
            channel,
            cashier,
            card,
            tenders,
            lines,
            back,
        ) in cursor:
            yield Recorded(
                id=number,
                member_id=member,
                joined_at=joined_at,
                store=stores[store],
                occurred_at=occurred_at,
                total_minor=total,
                points_minor=points,
                channel=channel,
                cashier=cashier,
                card_id=card,
                tenders=_decode_tenders(tenders),
                lines=_decode_lines(lines) if lines else [],
                refunds=_decode_returns(back) if back else (),
            )


def _bounds(order: Order) -> dict[str, object]:
    return {"newest_sale": order.newest_sale, "ends_at": order.ends_at}
