"""`regulars backtest`: what a program would have given for the sales there were, before anybody publishes it."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.backtest_tables import tell
from regulars.cli.progress import Advance, progress
from regulars.cli.session import merchant_schema

if TYPE_CHECKING:
    from regulars.programs.book import Program
    from regulars.reports.backtest.order import Order, Side
    from regulars.reports.backtest.pool import Watcher
    from regulars.reports.backtest.result import Result

LIVE, DRAFT = "live", "draft"
DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    app.command()(backtest)


def backtest(
    program: Annotated[str, typer.Argument(help="A program file; or `draft` or `live`, the shop's own.")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First day; else the first sale's.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day; else the last sale's.")] = None,
    against: Annotated[str | None, typer.Option(help="Compare with `live` or another file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write every table as CSV into this folder.")] = None,
    merchant: Annotated[str | None, typer.Option(help="Whose sales; else those of the one on localhost.")] = None,
) -> None:
    """Replay the recorded sales by a program, and tell what it would have cost. Nothing anybody holds is touched."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with merchant_schema(merchant):
        from regulars.reports.backtest.run import run_order

        order = make(program, against, since=since and since.date(), last=last and last.date())
        try:
            with watched(is_quiet=as_json) as watcher:
                result = run_order(order, watcher=watcher)
        except KeyboardInterrupt:
            typer.echo("Stopped.", err=True)
            raise typer.Exit(130) from None
        write(result, as_json=as_json, csv=csv)


def make(program: str, against: str | None, *, since: date | None, last: date | None) -> "Order":
    """Return the order, for all the days there are where none are named. Exits with 1 on a faulty file."""
    from django.utils import timezone

    from regulars.programs.book import load_book
    from regulars.reports.backtest.runs import days_of_sales, make_order

    at = timezone.now()
    shop = load_book().program
    first_day, last_day = days_of_sales(at=at)
    return make_order(
        side(program, shop, at=at),
        None if against is None else side(against, shop, at=at),
        since=since or first_day,
        last=last or last_day,
    )


def side(name: str, shop: "Program", *, at: datetime) -> "Side":
    """Return what `live`, `draft` or a file means. Exits with 1, and each fault in a line, where a file has some."""
    from zoneinfo import ZoneInfo

    from regulars.core.program_file.reading import check_file
    from regulars.programs.versions import NoDraft, read_draft, read_live
    from regulars.reports.backtest.order import Side

    if name == LIVE:
        return Side(label=LIVE, document=read_live(at=at).document)
    if name == DRAFT:
        version = read_draft(at=at)
        if version is None:
            raise NoDraft()
        return Side(label=DRAFT, document=version.document)
    try:
        text = Path(name).read_text()
    except (OSError, UnicodeDecodeError) as error:
        typer.secho(f"regulars: {name} cannot be read: {error}", fg="red", err=True)
        raise typer.Exit(2) from None
    read = check_file(text, currency=shop.currency, zone=ZoneInfo(shop.time_zone))
    faults = [fault for fault in read.faults if not fault.is_warning]
    for fault in faults:
        typer.secho(f"{name}: {fault}", fg="red", err=True)
    if faults or read.document is None:
        raise typer.Exit(1)
    return Side(label=Path(name).name, document=read.document)


@contextmanager
def watched(*, is_quiet: bool) -> Iterator["Watcher"]:
    """Show how far it is, unless what is printed is for a program."""
    from regulars.reports.backtest.pool import Watcher

    with ExitStack() as stack:
        shown: list[Advance] = []
        went = 0

        def show(done: int, total: int) -> None:
            nonlocal went
            if not shown and total and not is_quiet:
                shown.append(stack.enter_context(progress("Sales", total=total)))
            if shown and done > went:
                shown[0](done - went, True)
                went = done

        yield Watcher(show, lambda: False)


def write(result: "Result", *, as_json: bool, csv: Path | None) -> None:
    """Print the result, and write its tables."""
    import msgspec

    from regulars.reports.backtest.sheets import sheet_names, write_sheet

    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(result)).decode())
    else:
        tell(result)
    if csv is not None:
        csv.mkdir(parents=True, exist_ok=True)
        for name in sheet_names(result):
            (csv / f"{name}.csv").write_text(write_sheet(result, name), newline="")
        if not as_json:
            typer.echo(f"\nTables written to {csv}/")
