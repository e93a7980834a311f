"""`regulars check`: is this installation sound?"""

import typer

from regulars.cli.session import database_session


def register(app: typer.Typer) -> None:
    app.command()(check)


def check() -> None:
    """Start the database if need be, and say what it is, where its data lies, and whether anything is behind."""
    with database_session(migrated=False) as home:
        from regulars.platform.health import database_facts, find_faults

        for name, value in database_facts(home).items():
            typer.echo(f"{name:<12} {value}")
        faults = find_faults()
        for fault in faults:
            typer.secho(fault, fg="red", err=True)
    raise typer.Exit(1 if faults else 0)
