"""`regulars verify`: does every number still prove itself?"""

from typing import Annotated

import typer

from regulars.cli.session import database_session, each_merchant


def register(app: typer.Typer) -> None:
    app.command()(verify)


def verify(
    merchant: Annotated[str | None, typer.Option(help="Check this merchant only; otherwise all of them.")] = None,
) -> None:
    """Check every invariant of the ledger, the sales and the receipts, a line each; exit 1 if one is broken."""
    broken = 0
    with database_session():
        from regulars.jobs.proof import verify_everything as results

        for each in each_merchant(merchant):
            typer.echo(each.code)
            for result in results():
                broken += bool(result.breaches)
                mark = typer.style("ok  ", fg="green") if not result.breaches else typer.style("FAIL", fg="red")
                typer.echo(
                    f"  {mark} {result.name:<18} {result.breaches:>8,} breaches  {result.seconds:6.2f} s  "
                    f"{result.sentence}"
                )
    raise typer.Exit(1 if broken else 0)
