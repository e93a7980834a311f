"""A long job shows how far it is, how fast and how long it will take: a bar in a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

SECONDS_BETWEEN_LINES = 5.0
Advance = Callable[[int, bool], None]
"""Tell that so many more are done, and whether they took work, or were done by an earlier run."""


class RateColumn(ProgressColumn):
    """Sales a second, as they went lately."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:>6,.0f}/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def progress(what: str, *, total: int) -> Iterator[Advance]:
    """Show a job of `total` steps while the block runs, which tells how it goes."""
    if sys.stdout.isatty():
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:>9,} of {task.total:,}"),
            RateColumn(),
            TextColumn("time left"),
            TimeRemainingColumn(),
        ) as bar:
            task = bar.add_task(what, total=total)
            yield lambda count, is_new: bar.advance(task, count)
    else:
        yield PlainLines(what, total=total)


class PlainLines:
    """A line every five seconds, and one at the end."""

    def __init__(self, what: str, *, total: int) -> None:
        self.what = what
        self.total = total
        self.done = 0
        self.worked = 0
        self.started_at: float | None = None
        self.told_at = time.monotonic()

    def __call__(self, count: int, is_new: bool) -> None:
        now = time.monotonic()
        self.done += count
        if is_new:
            self.worked += count
            self.started_at = self.started_at or self.told_at
        if now - self.told_at >= SECONDS_BETWEEN_LINES or self.done >= self.total:
            self.told_at = now
            typer.echo(self.line(now))

    def line(self, now: float) -> str:
        how_far = f"{self.what}: {self.done:,} of {self.total:,}"
        if self.started_at is None or now <= self.started_at:
            return how_far
        rate = self.worked / (now - self.started_at)
        return f"{how_far}, {rate:,.0f}/s, {(self.total - self.done) / rate:.0f} s left"
