"""`regulars expire`: expire what has ended now, instead of tonight."""

from typing import Annotated

import typer

from regulars.cli.progress import progress
from regulars.cli.session import database_session, each_merchant


def register(app: typer.Typer) -> None:
    app.command()(expire)


def expire(
    merchant: Annotated[str | None, typer.Option(help="Expire for this merchant only; otherwise for all.")] = None,
) -> None:
    """Write off what is left of units that have ended; may be stopped and started again, and beside tills that sell."""
    with database_session():
        from django.utils import timezone

        from regulars.jobs.gently import gently
        from regulars.points.expire import count_due, expire_in_batches
        from regulars.programs.models import Program

        for each in each_merchant(merchant):
            if not Program.objects.exists():
                continue
            at = timezone.now()
            members = lots = 0
            with progress(each.code, total=count_due(at=at)) as advance:
                for batch in gently(expire_in_batches(at=at)):
                    members += batch.members
                    lots += batch.lots
                    advance(batch.members, True)
            typer.echo(f"{each.code}: {lots:,} lots of {members:,} members expired")
