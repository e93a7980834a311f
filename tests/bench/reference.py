"""The reference: pgbench writes the rows of one sale with three lines, one statement at a time, in one transaction.

Lock the account, insert the sale, its three lines, the entry and the lot, update the account, insert the audit event.
The rows are copies of those our own code writes for such a sale, into tables with the same indexes and constraints.
"""

import os
import re
import subprocess
from collections.abc import Sequence

from django.db import connection

from regulars.platform.binaries import find_program
from regulars.platform.database import APPLICATION_ROLE, connection_facts, libpq_environment
from regulars.platform.home import Home
from tests.bench.watch import Disturbed

CLIENTS = (1, 2, 4, 8, 16)

# What differs from one sale to the next; the other columns are copied from the sample.
DIFFERENT = {
    "sales_sale": {"external_id": "'R-' || :receipt", "member_id": ":member", "occurred_at": "now()"},
    "sales_line": {"sale_id": ":sale"},
    "ledger_entry": {"target_id": ":account", "key": "'sale/' || :sale || '/1'", "occurred_at": "now()"},
    "ledger_lot": {"entry_id": ":entry", "account_id": ":account", "available_at": "now()"},
    "audit_event": {
        "transaction": "pg_current_xact_id()::text::bigint",
        "about_id": ":sale",
        "member_id": ":member",
        "recorded_at": "now()",
    },
}


LOCK = (
    "SELECT id AS account, balance, debt, earned, spent, expired FROM ledger_account "
    "WHERE holder_id = :member AND side = 'member' FOR NO KEY UPDATE"
)


class Reference:
    """pgbench in a merchant's schema, in the application's role."""

    def __init__(self, home: Home, *, schema: str, members: int, sample_sale: int) -> None:
        self.file = home.folder / "reference.sql"
        self.file.write_text(make_script(members=members, sample_sale=sample_sale))
        facts = connection_facts(home)
        options = f"-c search_path={schema} -c role={APPLICATION_ROLE}"
        self.environment = {**os.environ, **libpq_environment(facts), "PGOPTIONS": options}
        self.protocol = "simple"
        self.best_clients = 1
        self.prepared: dict[int, float] = {}

    def run(self, clients: int, seconds: float) -> float:
        """Return transactions a second."""
        command = [
            str(find_program("pgbench")), "--no-vacuum", f"--client={clients}", f"--jobs={min(clients, 2)}",
            f"--time={max(round(seconds), 1)}", f"--protocol={self.protocol}", f"--file={self.file}",
        ]  # fmt: skip
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0 or "number of failed transactions: 0" not in done.stdout:
            raise Disturbed(done.stderr[-500:])
        return float(re.findall(r"tps = ([0-9.]+)", done.stdout)[0])

    def choose(self, seconds: float, *, clients: Sequence[int] = CLIENTS) -> dict[str, float]:
        """Find the number of clients that suits pgbench best, and what it would do with prepared statements besides."""
        self.run(1, 1)
        by_clients = {number: self.run(number, seconds) for number in clients}
        self.best_clients = max(by_clients, key=lambda number: by_clients[number])
        self.protocol = "prepared"
        self.prepared = {number: self.run(number, seconds) for number in {1, self.best_clients}}
        self.protocol = "simple"
        return {f"{number} clients": tps for number, tps in by_clients.items()}


def make_script(*, members: int, sample_sale: int) -> str:
    """Return the script, made from a sale that our own code recorded."""
    where = {
        "sales_sale": f"id = {sample_sale}",
        "sales_line": f"sale_id = {sample_sale}",
        "ledger_entry": f"key LIKE 'sale/{sample_sale}/%'",
        "ledger_lot": f"entry_id IN (SELECT id FROM ledger_entry WHERE key LIKE 'sale/{sample_sale}/%')",
        "audit_event": f"about = 'sale' AND about_id = {sample_sale}",
    }
    sale, lines, entry, lot, event = (inserts(table, condition) for table, condition in where.items())
    assert (len(sale), len(lines), len(entry), len(lot), len(event)) == (1, 3, 1, 1, 1)
    statements = [
        "BEGIN;",
        f"{LOCK} \\gset",
        f"{sale[0]} RETURNING id AS sale \\gset",
        *(f"{line};" for line in lines),
        f"{entry[0]} RETURNING id AS entry \\gset",
        f"{lot[0]};",
        "UPDATE ledger_account SET balance = balance + 12, earned = earned + 12 WHERE id = :account;",
        f"{event[0]};",
        "COMMIT;",
    ]
    draws = [f"\\set member random(1, {members})", "\\set receipt random(1, 9000000000000000000)"]
    return "\n".join([*draws, *statements]) + "\n"


def inserts(table: str, condition: str) -> list[str]:
    """Return an INSERT for each sample row, with expressions where rows differ."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name = %s AND is_identity = 'NO' "
            "ORDER BY ordinal_position",
            [table],
        )
        columns = [column for (column,) in cursor.fetchall()]
        values = ", ".join(f"quote_nullable({column}::text)" for column in columns)
        cursor.execute(f"SELECT {values} FROM {table} WHERE {condition}")
        rows = cursor.fetchall()
    different = DIFFERENT[table]
    return [
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ("
        + ", ".join(different.get(column, value) for column, value in zip(columns, row, strict=True))
        + ")"
        for row in rows
    ]
