"""`make bench`: how fast, as ratios to references measured in the same run on the same machine.

python -m tests.bench            everything, in about four minutes
python -m tests.bench --quick    the same in less than one: too short to quote, long enough to see it work
python -m tests.bench --only sale_single --only sales_batch_100
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def main(
    quick: Annotated[bool, typer.Option(help="Short measurements: to see that it works.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Measure these rows only, and write no results.")] = None,
    home: Annotated[Path, typer.Option(help="Where its installation lives meanwhile.")] = Path("bench") / "home",
) -> None:
    """Measure, print a table, and write bench/results.json."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(width=None if sys.stdout.isatty() else 132)
    os.environ["REGULARS_HOME"] = str(home.absolute())
    os.environ["REGULARS_DB_ROLE"] = "owner"  # while schemas are made
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from tests.bench.measure import Bench
    from tests.bench.rows import print_table, write_results
    from tests.bench.set_up import bench_home

    with bench_home(home.absolute()) as (installation, server):
        bench = Bench(installation, server, console=console, quick=quick, only=only or [], at=datetime.now(UTC))
        try:
            rows = bench.run()
            broken = bench.verify()
        finally:
            bench.watch.end()
    if not only:
        write_results(rows)
    print_table(rows, console)
    if bench.watch.disturbances:
        console.print(f"{bench.watch.disturbances} measurements were disturbed and taken again.")
    raise typer.Exit(1 if broken else 0)


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    app()
