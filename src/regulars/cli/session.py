"""What every command needs around it: the database running, Django ready, and faults told in a sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import typer

from regulars.core.refusals import Refusal
from regulars.platform.cannot_run import CannotRun
from regulars.platform.home import Home, find_home
from regulars.platform.sharing import database_running

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
