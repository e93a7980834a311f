"""After the last sale: what ended expires, days get their figures, and the database learns how its tables look."""

from datetime import datetime

from django.db import connection
from psycopg import sql

from regulars.platform.rights import as_owner
from regulars.points.expire import expire_due_lots
from regulars.reports.roll_up import roll_up_everything


def expire_all_due(*, at: datetime) -> int:
    """Expire every lot that has ended by `at`; return how many."""
    expired = 0
    while done := expire_due_lots(at=at):
        expired += done
    return expired


def make_figures(*, at: datetime) -> int:
    """Make the figures of every day; return how many rows."""
    return roll_up_everything(at=at)


def analyze() -> None:
    """Give the planner the figures of tables that were empty a minute ago."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
