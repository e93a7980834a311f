"""`regulars psql`: look into a merchant's schema, with the application's rights and without changing anything."""

import os
import shutil
import signal
import subprocess
from typing import Annotated

import typer

from regulars.cli.session import database_session


def register(app: typer.Typer) -> None:
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(psql)


def psql(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Option(help="Whose schema; the default merchant's when left out.")] = None,
) -> None:
    """Open psql in a merchant's schema, to read. What follows is handed to psql, e.g. -c 'SELECT …'."""
    with database_session() as home:
        from regulars.platform.binaries import find_program
        from regulars.platform.database import APPLICATION_ROLE, connection_facts, is_embedded, libpq_environment
        from regulars.platform.merchants import find_by_code, find_default

        schema = (find_by_code(merchant) if merchant else find_default()).schema_name
        system_psql = None if is_embedded() else shutil.which("psql")
        limits = f"-c role={APPLICATION_ROLE} -c default_transaction_read_only=on -c search_path={schema},public"
        environment = {**os.environ, **libpq_environment(connection_facts(home)), "PGOPTIONS": limits}
        command = [system_psql or str(find_program("psql")), *context.args]
        ended = run_in_foreground(command, environment)
    raise typer.Exit(ended)


def run_in_foreground(command: list[str], environment: dict[str, str]) -> int:
    """Run a program that talks to the terminal; Ctrl-C is for it, not for us."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.call(command, env=environment, preexec_fn=listen_to_interrupts)
    finally:
        signal.signal(signal.SIGINT, before)


def listen_to_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
