"""A job works in one merchant's schema, which it is told by name; a job that is not told refuses to run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django_tenants.utils import schema_context
from psycopg import sql

from regulars.messages.deliver import CLAIM_LASTS
from regulars.messages.models import ChannelKind
from regulars.platform.models import Merchant


class NoSuchMerchant(Exception):
    """The job named no merchant, or one that does not exist (any more)."""


@contextmanager
def in_merchant(schema: str) -> Iterator[None]:
    """Work in this merchant's schema. Raises NoSuchMerchant."""
    if not schema or not Merchant.objects.filter(schema_name=schema).exists():
        raise NoSuchMerchant(schema)
    with schema_context(schema):
        yield


def list_schemas() -> list[str]:
    """Return every merchant's schema, in the order they came."""
    return list(Merchant.objects.order_by("id").values_list("schema_name", flat=True))


def find_time_zones() -> dict[str, ZoneInfo]:
    """Return the program's time zone by schema; a merchant without a program is left out."""
    rows = _ask_each("SELECT {name}::text, (SELECT time_zone FROM {schema}.programs_program ORDER BY id LIMIT 1)")
    return {schema: ZoneInfo(time_zone) for schema, time_zone in rows if isinstance(time_zone, str)}


def find_waiting(reader: str) -> list[str]:
    """Return the schemas whose outbox holds events that this reader has not had."""
    condition = """
        EXISTS (
            SELECT FROM {schema}.audit_event WHERE transaction >= coalesce(
                (SELECT transaction FROM {schema}.audit_relayposition WHERE reader = {reader}), 0))
        -- restored into a younger server: the position is ahead of every transaction, and the relay starts over
        OR EXISTS (SELECT FROM {schema}.audit_relayposition WHERE reader = {reader}
                   AND transaction > pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    """
    return _find(condition, reader=reader)


def find_overdue() -> list[str]:
    """Return the schemas where the time of some basket's hold is over."""
    return _find("EXISTS (SELECT FROM {schema}.ledger_hold WHERE ended_at IS NULL AND until <= now())")


def find_ended() -> list[str]:
    """Return the schemas where a lock or block of some member is over."""
    return _find("EXISTS (SELECT FROM {schema}.members_member WHERE status_until <= now())")


def find_ended_locks() -> list[str]:
    """Return the schemas where somebody of the team is locked, and the lock is over."""
    return _find("EXISTS (SELECT FROM {schema}.staff_person WHERE state_until <= now())")


def find_due_receipts() -> list[str]:
    """Return the schemas where a receipt that waits is over, or its till has recorded the same sale."""
    condition = """
        EXISTS (SELECT FROM {schema}.receipts_receipt WHERE state = 'awaiting' AND lapses_at <= now())
        OR EXISTS (
            SELECT FROM {schema}.receipts_receipt AS receipt
            JOIN {schema}.sales_sale AS sale
              ON sale.external_id = receipt.number AND sale.store_id = receipt.store_id
             AND sale.total_minor = receipt.total_minor
            WHERE receipt.state = 'awaiting' AND receipt.corrects_id IS NULL)
    """
    return _find(condition)


def find_due_messages() -> list[tuple[str, str]]:
    """Return by schema the channels over which a message is due."""
    question = """
        SELECT {name}::text, (SELECT array_agg(channel) FROM unnest({channels}::text[]) AS kind(channel) WHERE EXISTS (
            SELECT FROM {schema}.messaging_delivery AS delivery
            WHERE delivery.state = 'waiting' AND delivery.channel = kind.channel AND delivery.next_at <= now()))
    """
    channels = "{" + ",".join(ChannelKind.values) + "}"
    return [
        (schema, channel)
        for schema, due in _ask_each(question, channels=channels)
        if isinstance(due, list)
        for channel in due
    ]


def find_stuck_messages() -> list[str]:
    """Return the schemas where a message has been on its way for so long that its worker must have died."""
    condition = """
        EXISTS (
            SELECT FROM {schema}.messaging_delivery
            WHERE state = 'sending' AND sending_at <= now() - {lasts}::interval)
    """
    return _find(condition, lasts=f"{CLAIM_LASTS.total_seconds()} seconds")


def is_night_work_due(at: datetime, *, zone: ZoneInfo) -> bool:
    """Tell whether `at` is in the hour that begins at 02:00 in this zone, or in the first hour after it was skipped.

    Asked once an hour it says yes once a night, also where summer time leaves 02:00 out or brings it twice.
    """
    now = at.astimezone(zone)
    earlier = datetime.fromtimestamp(at.timestamp() - 3600, zone)
    return now.hour >= 2 and not (earlier.date() == now.date() and earlier.hour >= 2)


def _find(condition: str, **values: str) -> list[str]:
    """Return the schemas in which this holds."""
    return [schema for schema, holds in _ask_each("SELECT {name}::text, " + condition, **values) if holds]


def _ask_each(question: str, **values: str) -> list[tuple[str, object]]:
    """Ask the same question in every merchant's schema, all with one statement: no join ever crosses two schemas."""
    asked = [
        sql.SQL(question).format(
            name=sql.Literal(schema), schema=sql.Identifier(schema), **{key: sql.Literal(values[key]) for key in values}
        )
        for schema in list_schemas()
    ]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(asked))
        return cursor.fetchall()
