"""What every command needs around it: the database running, Django ready, and faults told in a sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import typer

from regulars.core.refusals import Refusal
from regulars.platform.cannot_run import CannotRun
from regulars.platform.home import Home, find_home
from regulars.platform.sharing import database_running

if TYPE_CHECKING:
    from regulars.platform.models import Merchant

SETTINGS = "regulars.config.settings"


@contextmanager
def database_session(*, role: Literal["owner", "app"] = "app", migrated: bool = True) -> Iterator[Home]:
    """Run a command's block with the database up and Django set up in the given role.

    `owner` is for what changes schemas. A database that is older than this program, or empty, stops the command,
    unless it is one of those that mend that (`migrated=False`). Import models inside the block: there is no Django
    before it.
    """
    with told_in_a_sentence():
        home = choose_role(role)
        with database_running(home):
            import django
            from django.db import connections

            django.setup()
            try:
                if migrated:
                    from regulars.platform.health import require_readiness

                    require_readiness()
                yield home
            finally:
                connections.close_all()


@contextmanager
def merchant_schema(code: str | None) -> Iterator[None]:
    """Run a command's block in a merchant's schema: the named one, or the default."""
    with database_session():
        from django_tenants.utils import schema_context

        from regulars.platform.merchants import find_by_code, find_default

        with schema_context((find_by_code(code) if code else find_default()).schema_name):
            yield


def each_merchant(code: str | None) -> Iterator["Merchant"]:
    """Go into each merchant's schema in turn, inside a database session: the named one's only, or all of them."""
    from django_tenants.utils import tenant_context

    from regulars.platform.merchants import find_by_code
    from regulars.platform.models import Merchant

    for merchant in [find_by_code(code)] if code else Merchant.objects.order_by("code"):
        with tenant_context(merchant):
            yield merchant


def choose_role(role: Literal["owner", "app"]) -> Home:
    """Say, before Django reads its settings, as whom this process works; answer its home."""
    os.environ["REGULARS_DB_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    return find_home()


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """Print what stops a command, or what it was refused, and exit with 2 or 1: no traceback, which is for our bugs."""
    try:
        yield
    except CannotRun as fault:
        typer.secho(f"regulars: {fault}", fg="red", err=True)
        raise typer.Exit(2) from None
    except Refusal as refusal:
        facts = ", ".join(f"{name} {value}" for name, value in refusal.facts().items())
        typer.secho(f"regulars: {refusal.code.replace('_', ' ')}: {facts}", fg="red", err=True)
        raise typer.Exit(1) from None
