"""`regulars merchant …`: make, list, rename and drop merchants."""

import time
from typing import Annotated

import typer

from regulars.cli.session import database_session

commands = typer.Typer(name="merchant", help="Make, list, rename and drop merchants.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The merchant's short name: lower-case letters and digits.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands)


@commands.command()
def create(
    code: Code,
    name: Annotated[str | None, typer.Option(help="The name people see.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="A host name that leads to it; may be given often.")] = None,
) -> None:
    """Make a merchant, with a schema of its own."""
    with database_session(role="owner"):
        from django.utils import timezone

        from regulars.platform.merchants import create_merchant

        started = time.perf_counter()
        merchant = create_merchant(code=code, name=name or code.title(), at=timezone.now(), hosts=host or [])
        typer.echo(f"made {merchant.code} in {time.perf_counter() - started:.2f} s")


@commands.command("list")
def list_merchants() -> None:
    """Print each merchant: code, name and host names, and which one answers on localhost."""
    with database_session():
        from regulars.platform.models import Merchant

        for merchant in Merchant.objects.order_by("code").prefetch_related("domains"):
            hosts = " ".join(domain.domain for domain in merchant.domains.all())
            default = "  (answers on localhost)" if merchant.is_default else ""
            typer.echo(f"{merchant.code:<20} {merchant.name}{default}  {hosts}".rstrip())


@commands.command()
def rename(
    code: Code,
    name: Annotated[str | None, typer.Option(help="The new name people see.")] = None,
    to: Annotated[str | None, typer.Option(help="The new code. API keys made under the old one stop working.")] = None,
) -> None:
    """Give a merchant another name, another code, or both."""
    if name is None and to is None:
        raise typer.BadParameter("say --name, --to, or both")
    with database_session(role="owner"):
        from regulars.platform.merchants import rename_merchant

        merchant = rename_merchant(code=code, name=name, new_code=to)
        typer.echo(f"now {merchant.code}, {merchant.name}")


@commands.command()
def drop(
    code: Code,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a merchant with everything it ever kept. There is no way back but a backup."""
    if not yes and typer.prompt(f"This removes all members, sales and points of {code}. Type its code") != code:
        raise typer.Abort
    with database_session(role="owner"):
        from regulars.platform.merchants import drop_merchant

        drop_merchant(code=code)
        typer.echo(f"dropped {code}")
