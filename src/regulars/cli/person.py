"""`regulars person …`: let people of the team in. After the first owner, the back office does this."""

import secrets
from typing import Annotated

import typer

from regulars.cli.session import merchant_schema

commands = typer.Typer(name="person", help="Let people of the team in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(commands)


@commands.command()
def create(
    email: Annotated[str, typer.Argument(help="What they sign in with.")],
    role: Annotated[
        str, typer.Option(help="owner, manager, cashier, marketer, auditor, or a role of your own.")
    ] = "owner",
    merchant: Annotated[str | None, typer.Option(help="The merchant's code; needed where there are several.")] = None,
) -> None:
    """Add a person, and print the password they sign in with the first time. It is not kept."""
    with merchant_schema(merchant):
        from django.utils import timezone

        from regulars.core.actor import SYSTEM
        from regulars.staff.people import create_person
        from regulars.staff.roles import is_role, role_names

        if not is_role(role):
            raise typer.BadParameter(f"{role} is none of {', '.join(role_names())}")
        password = secrets.token_urlsafe(12)
        create_person(email=email, role=role, password=password, at=timezone.now(), by=SYSTEM)
        typer.echo(password)


@commands.command("list")
def list_people(
    merchant: Annotated[str | None, typer.Option(help="The merchant's code; needed where there are several.")] = None,
) -> None:
    """Print each person: e-mail, role, and whether they can sign in."""
    with merchant_schema(merchant):
        from regulars.staff.models import Person

        for person in Person.objects.order_by("email"):
            typer.echo(f"{person.email:<40} {person.role:<8} {person.state}")
