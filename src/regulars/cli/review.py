"""`regulars review`: review the levels that are due now, instead of tonight."""

from typing import Annotated

import typer

from regulars.cli.progress import progress
from regulars.cli.session import database_session, each_merchant


def register(app: typer.Typer) -> None:
    app.command()(review)


def review(
    merchant: Annotated[str | None, typer.Option(help="Review this merchant only; otherwise all of them.")] = None,
) -> None:
    """Review every level whose time has come; may be stopped and started again, and beside tills that sell."""
    with database_session():
        from django.utils import timezone

        from regulars.jobs.gently import gently
        from regulars.programs.models import Program
        from regulars.tiers.review import count_due, review_in_batches

        for each in each_merchant(merchant):
            if not Program.objects.exists():
                continue
            at = timezone.now()
            due = count_due(at=at)
            moved = rewards = 0
            with progress(each.code, total=due) as advance:
                for by_balance in (False, True):
                    for batch in gently(review_in_batches(at=at, by_balance=by_balance)):
                        moved += batch.moved
                        rewards += batch.rewards
                        advance(batch.members, True)
            typer.echo(f"{each.code}: {due:,} members were due, {moved:,} levels moved, {rewards:,} rewards given")
