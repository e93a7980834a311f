"""The command `regulars`. Each module beside this one is a group of commands; it is named here, and nowhere else."""

import typer

from regulars.cli import check, merchant, migrate, psql, serve

app = typer.Typer(
    name="regulars",
    help="A self-hosted loyalty platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for group in (serve, merchant, migrate, check, psql):
    group.register(app)
