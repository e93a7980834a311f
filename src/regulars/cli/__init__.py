"""The command `regulars`. Each module beside this one is a group of commands; it is named here, and nowhere else."""

import typer

from regulars.cli import (
    backtest,
    check,
    demo,
    expire,
    imports,
    key,
    merchant,
    migrate,
    person,
    program,
    psql,
    review,
    serve,
    verify,
)

app = typer.Typer(
    name="regulars",
    help="A self-hosted loyalty platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for group in (
    demo,
    serve,
    merchant,
    person,
    key,
    program,
    migrate,
    check,
    verify,
    review,
    expire,
    psql,
    backtest,
    imports,
):
    group.register(app)
