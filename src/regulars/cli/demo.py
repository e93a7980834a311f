"""`regulars demo`: a year of a real grocer's sales, loaded by the code that serves tills, and then served."""

import fcntl
import gc
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.progress import progress
from regulars.cli.serve import Host, Port, Workers, migrate_first
from regulars.cli.session import choose_role, database_session, told_in_a_sentence
from regulars.platform.cannot_run import CannotRun
from regulars.platform.home import Home

if TYPE_CHECKING:
    from datetime import datetime

    from regulars.demo.journey import Outline
    from regulars.demo.sign_ins import SignIns

AGAIN = "Run the same command again and it goes on from here."


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    load_only: Annotated[bool, typer.Option("--load-only", help="Load, and do not serve.")] = False,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Workers = 1,
) -> None:
    """Load a year of a real grocer's sales, and serve it. It can be interrupted, and goes on when it is run again."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with told_in_a_sentence():
        home = choose_role("app")
        if not load_only:
            check_free(home, host, port)
        with only_load(home):
            try:
                load_and_tell(port)
            except KeyboardInterrupt:
                typer.echo(f"\nInterrupted. {AGAIN}")
                raise typer.Exit(130) from None
    if not load_only:
        # In place of this process: what the load needed in memory is not kept while Regulars serves.
        options = ["--port", str(port), "--host", host, "--workers", str(workers)]
        os.execv(sys.executable, [sys.executable, "-m", "regulars", "serve", *options])  # noqa: S606


def load_and_tell(port: int) -> None:
    """Load what is missing, and print how to get in."""
    from regulars.platform.sharing import database_running

    home = choose_role("app")
    with database_running(home):
        migrate_first()
        with database_session():
            from django.utils import timezone
            from django_tenants.utils import schema_context

            from regulars.demo.shop import find_or_make_merchant

            at = timezone.now()
            merchant = find_or_make_merchant(at=at)
            with schema_context(merchant.schema_name):
                sign_ins = load(home, at=at)
            name = "localhost" if merchant.is_default else f"{merchant.code}.localhost"
            say_how_to_get_in(sign_ins, url=f"http://{name}:{port}", at=at)


def load(home: Home, *, at: "datetime") -> "SignIns":
    """Load into the merchant's schema what is not there yet; what an earlier run finished is only looked at."""
    from regulars.demo.desks import put_on_desks
    from regulars.demo.journey import find_file, read_outline
    from regulars.demo.sell import is_recorded
    from regulars.demo.sign_ins import find_sign_ins, make_sign_ins

    started = time.monotonic()
    folder = home.folder / "demo"
    outline = read_outline(find_file("transactions"))
    if find_sign_ins(folder) and is_recorded(outline.last_basket_id, outline.last_store_id):
        typer.echo("The year is loaded already.")
        sign_ins = make_sign_ins(folder, at=at)
        put_on_desks(at=at)
        return sign_ins
    with rarely_collecting():
        load_year(outline, at=at)
    finish(at=at)
    sign_ins = make_sign_ins(folder, at=at)
    put_on_desks(at=at)
    prove()
    typer.echo(f"The whole year took {time.monotonic() - started:.0f} s.")
    return sign_ins


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Let Python look for cycles less often: a load makes millions of values that have none, and a fifth of its time
    went into looking."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, *before[1:])
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def load_year(outline: "Outline", *, at: "datetime") -> None:
    """Open the shop and run its year through the tills."""
    from regulars.demo.dates import move
    from regulars.demo.journey import find_file, read_baskets, read_products
    from regulars.demo.program import ZONE
    from regulars.demo.sell import sell
    from regulars.demo.shop import enrol_households, open_all_stores, open_program

    weeks = open_program(outline, at=at)
    first, last = (move(each, weeks=weeks, zone=ZONE).astimezone(ZONE) for each in (outline.first_at, outline.last_at))
    typer.echo(
        f"The files hold the year {outline.first_at:%Y}. Its times are moved by {weeks} weeks, which keeps the days of "
        f"the week, so that it ends now: {first:%d %b %Y} to {last:%d %b %Y}."
    )
    open_all_stores(outline, at=at)
    with progress("Members", total=len(outline.first_visits)) as advance:
        done = 0
        for done_now in enrol_households(outline, weeks=weeks, at=at):
            advance(done_now - done, True)
            done = done_now
    products = read_products(find_file("products"))
    with progress("Sales  ", total=outline.baskets) as advance:
        for count, is_new in sell(read_baskets(find_file("transactions")), products, weeks=weeks, at=at):
            advance(count, is_new)


def finish(*, at: "datetime") -> None:
    """Do what the nights would have done, and make what the shop has beside its sales."""
    from regulars.demo.finish import analyze, expire_all_due, make_figures
    from regulars.demo.groups import make_groups
    from regulars.demo.messages import write_to_members
    from regulars.demo.privacy import ask_about_privacy

    with told("Points that have expired"):
        expire_all_due(at=at)
    with told("Figures by day"):
        make_figures(at=at)
    with told("Statistics for the planner"):
        analyze()
    with told("Consents"):
        ask_about_privacy(at=at)
    with told("Segments and tags"):
        make_groups(at=at)
    with told("Messages"):
        write_to_members(at=at)


def prove() -> None:
    """Check every invariant. Exits with 1 on a breach."""
    from regulars.sales.verify import verify

    with told("Every invariant checked"):
        broken = [result for result in verify() if result.breaches]
    for result in broken:
        typer.secho(f"{result.name}: {result.breaches:,} breaches of: {result.sentence}", fg="red", err=True)
    if broken:
        raise typer.Exit(1)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say what was done and how long it took."""
    started = time.monotonic()
    yield
    typer.echo(f"{what}: {time.monotonic() - started:.1f} s")


def say_how_to_get_in(sign_ins: "SignIns", *, url: str, at: "datetime") -> None:
    """Print the address, the sign-ins, and a sale to try."""
    from regulars.demo.people import card_of

    typer.echo(f"\n{typer.style('Regulars Grocer', bold=True)}  {url}/\n")
    for each in sign_ins.people:
        typer.echo(f"  {each.role:<8} {each.email:<20} {each.password}")
    typer.echo(
        f"\n  kept in {sign_ins.people_file}\n\nHousehold 17 has card {card_of(17)}. Sell her something:\n\n"
        f"  curl {url}/api/v1/sales -H 'Content-Type: application/json' \\\n"
        f'    -H "Authorization: Bearer $(cat {shlex.quote(str(sign_ins.key_file))})" \\\n'
        f'    -d \'{{"external_id":"R-1001","store":"330","till":"3","occurred_at":"{at:%Y-%m-%dT%H:%M:%SZ}",\n'
        f'         "member":{{"card":"{card_of(17)}"}},"total_minor":1234,\n'
        f'         "lines":[{{"sku":"1095275","quantity":2,"amount_minor":1234,"category":"PASTRY"}}],\n'
        f'         "tenders":[{{"type":"cash","amount_minor":1234}}]}}\'\n'
    )


def check_free(home: Home, host: str, port: int) -> None:
    """Refuse now what `serve` would refuse after the load."""
    from regulars.platform.sharing import only_serve
    from regulars.platform.supervisor import check_port

    with only_serve(home):
        check_port(host, port)


@contextmanager
def only_load(home: Home) -> Iterator[None]:
    """Be the one that loads. Raises CannotRun when another does."""
    from regulars.platform.home import make_folder
    from regulars.platform.sharing import open_lock

    make_folder(home.folder)
    with open_lock(home.folder / "demo.lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(f"another `regulars demo` is loading into {home.folder}") from None
        yield
