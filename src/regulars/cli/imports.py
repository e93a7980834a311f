"""`regulars import`: a file of members, adjustments or balances is looked at, brought in, and taken back."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.progress import progress
from regulars.cli.session import merchant_schema

if TYPE_CHECKING:
    from regulars.imports.models import ImportRun

SUBJECTS = ("members", "adjustments", "balances", "levels", "sales")
MODES = ("create_and_update", "update", "create_only")
FAILURES_TOLD = 20


def register(app: typer.Typer) -> None:
    app.command("import")(bring_in)
    app.command("undo-import")(take_back)


def bring_in(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file; its first line names the columns.")],
    what: Annotated[str, typer.Option(help=f"What its lines are: {', '.join(SUBJECTS)}.")] = "members",
    mode: Annotated[str, typer.Option(help=f"What it may do: {', '.join(MODES)}.")] = "create_and_update",
    by: Annotated[
        str, typer.Option("--by", help="What members are found by, the first that finds one first.")
    ] = "external_id,card,phone,email",
    column: Annotated[
        list[str] | None, typer.Option(help="What a column means, e.g. `Mobile=phone`; may be given often.")
    ] = None,
    guests: Annotated[bool, typer.Option(help="Whoever is new is a guest until they join.")] = False,
    only_check: Annotated[bool, typer.Option("--check", help="Only look what it would do.")] = False,
    merchant: Annotated[str | None, typer.Option(help="The merchant's code; needed where there are several.")] = None,
) -> None:
    """Bring a file in, after looking at every line of it. Ends with 1 where lines failed."""
    if what not in SUBJECTS or mode not in MODES or not file.is_file():
        typer.secho("regulars: there is no such file, kind or mode: see --help", fg="red", err=True)
        raise typer.Exit(2)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with merchant_schema(merchant):
        from django.utils import timezone

        from regulars.core.actor import SYSTEM
        from regulars.core.importing import Mode, Terms
        from regulars.imports.ask import ask_check, ask_write, choose, take_in
        from regulars.imports.subjects import reading_of

        terms = Terms(mode=Mode(mode), order=tuple(by.split(",")), joins=not guests)
        with file.open("rb") as content:
            run = take_in(content, name=file.name, subject=what, terms=terms, at=timezone.now(), by=SYSTEM)
        fields = _columns(run, column or [])
        choose(run.pk, fields=fields, terms=terms, reading=reading_of(run), at=timezone.now(), by=SYSTEM)
        for heading, field in zip(run.headings, fields, strict=True):
            typer.echo(f"{heading:<30} {field or '(not read)'}")
        ask_check(run.pk, at=timezone.now(), by=SYSTEM)
        run = _work(run.pk, "Looking")
        if not only_check and run.state == "done":
            ask_write(run.pk, at=timezone.now(), by=SYSTEM)
            run = _work(run.pk, "Bringing in")
        _tell(run)


def take_back(
    run: Annotated[int, typer.Argument(help="The import's number, as it was told when it came in.")],
    merchant: Annotated[str | None, typer.Option(help="The merchant's code; needed where there are several.")] = None,
) -> None:
    """Take a whole import back; what happened since stays, and is counted."""
    with merchant_schema(merchant):
        from django.utils import timezone

        from regulars.core.actor import SYSTEM
        from regulars.imports.ask import ask_undo

        ask_undo(run, at=timezone.now(), by=SYSTEM)
        _tell(_work(run, "Taking back"))


def _columns(run: "ImportRun", said: list[str]) -> list[str]:
    """What the columns mean: as guessed, but for those that somebody says."""
    fields = list(run.fields)
    for each in said:
        heading, _, field = each.partition("=")
        if heading not in run.headings:
            typer.secho(f"regulars: there is no column {heading!r}: {', '.join(run.headings)}", fg="red", err=True)
            raise typer.Exit(2)
        fields = ["" if field and other == field else other for other in fields]
        fields[run.headings.index(heading)] = field
    return fields


def _work(run_id: int, doing: str) -> "ImportRun":
    """Do the step here and now, and rest between its batches while tills are at work; what is interrupted goes on with
    the worker, or on the page.
    """
    from django.utils import timezone

    from regulars.imports.ask import read_import
    from regulars.imports.run import run_import
    from regulars.jobs.gently import Company, gently

    done = 0
    steps = gently(run_import(run_id, now=timezone.now), needs_rest=Company())
    first = next(steps, None)
    with progress(doing, total=max(read_import(run_id).total, 1)) as advance:
        for lines in () if first is None else (first, *steps):
            advance(lines - done, True)
            done = lines
    return read_import(run_id)


def _tell(run: "ImportRun") -> None:
    """Say what became of the lines, and why the first of those that failed did."""
    from regulars.imports.models import ImportResult
    from regulars.imports.progress import UNDOS

    told = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in sorted(run.counts.items()))
    typer.echo(f"Import {run.pk}: {run.state}, {told or 'no lines'}")
    for unit, amount in sorted(run.sums.items()):
        typer.echo(f"  {unit}: {amount:,} of {amount + run.missed.get(unit, 0):,}")
    failed = ImportResult.objects.filter(run=run, outcome="failed").order_by("line")[:FAILURES_TOLD]
    for each in failed:
        why = "; ".join(
            f"{fault['field']} {fault['code']} {fault['facts'] or ''}".strip() for fault in each.faults or ()
        )
        typer.echo(f"  line {each.line}: {why}", err=True)
    is_undo = run.step == "undo"
    stayed = sum(count for outcome, count in run.counts.items() if outcome in UNDOS[1:])
    if run.state != "done" or (stayed if is_undo else run.counts.get("failed")):
        raise typer.Exit(1)
