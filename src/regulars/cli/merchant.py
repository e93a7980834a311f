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
    time_zone: Annotated[str, typer.Option(help="The program's time zone, such as America/New_York.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Three letters, such as USD.")] = "USD",
    country: Annotated[str, typer.Option(help="Two letters: whose national phone numbers are meant.")] = "US",
) -> None:
    """Make a merchant, with a schema and a program of its own; `regulars person create` then lets somebody in."""
    with database_session(role="owner"):
        from django.utils import timezone
        from django_tenants.utils import tenant_context

        from regulars.platform.merchants import create_merchant
        from regulars.programs.setup import set_up_program

        started, at = time.perf_counter(), timezone.now()
        merchant = create_merchant(code=code, name=name or code.title(), at=at, hosts=host or [])
        with tenant_context(merchant):
            set_up_program(name=merchant.name, time_zone=time_zone, currency=currency, country=country, at=at)
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
