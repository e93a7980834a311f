"""`regulars migrate`, and Django's own commands for those who develop."""

import sys

import typer

from regulars.cli.session import database_session


def register(app: typer.Typer) -> None:
    app.command()(migrate)
    handed_on = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command("django", hidden=True, add_help_option=False, context_settings=handed_on)(run_django)


def migrate() -> None:
    """Bring the database to this program's state: the shared tables and every merchant's.

    Where something is sealed in it and the home lacks the data key, that is said: `serve` does not start then.
    """
    with database_session(role="owner", migrated=False) as home:
        from django.utils import timezone

        from regulars.jobs.data_key import require_data_key
        from regulars.platform.migrate import migrate_everything

        migrate_everything(at=timezone.now(), say=lambda schema: typer.echo(f"migrated {schema}"))
        require_data_key(home)


def run_django(context: typer.Context) -> None:
    """Run one of Django's commands, such as `makemigrations`, as the owner of the database."""
    with database_session(role="owner", migrated=False):
        from django.core.management import execute_from_command_line

        execute_from_command_line(["regulars django", *context.args])
    sys.exit(0)
