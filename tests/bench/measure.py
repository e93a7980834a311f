"""The run: sets up the merchants, measures every row against its reference in turns, and verifies what was recorded."""

import os
import secrets
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection
from django_tenants.utils import tenant_context
from rich.console import Console

from regulars.core.compiled import compile_program
from regulars.members.search import search_members
from regulars.platform.home import Home
from regulars.platform.models import Merchant
from regulars.platform.postgres import EmbeddedServer
from regulars.sales.record import record_sales
from regulars.sales.verify import verify
from tests.bench.bring_in import bring_in, bring_in_while_selling, copy_bare, write_file
from tests.bench.in_process import Flushers, count_statements, find_best, record_history
from tests.bench.lists import LISTS_1M, measure_lists
from tests.bench.load import Load, answers_at, free_port, is_wrk_here, open_loop, run_wrk, sale_request
from tests.bench.million_members import make_members
from tests.bench.million_wallets import WITH_LEVELS, fill_wallets
from tests.bench.nights import RATE, sell_for, spend_night
from tests.bench.program import many_rules
from tests.bench.reference import CLIENTS, Reference
from tests.bench.rows import Row, judged
from tests.bench.search_queries import make_queries
from tests.bench.set_up import migrate, play_role
from tests.bench.shop import make_token, open_merchant, sales
from tests.bench.watch import QuietPart, Watch

MEMBERS = 10_000
IN_PROCESS = ("sale_single", "sales_batch_100", "one_store", "one_member", "fifty_rules_batch_100")

IMPORTS = ("import_1m", "import_1m_tills", "import_1m_memory")
NIGHTS = ("review_1m", "expire_1m")
"""Measured only when they are asked for: a million members take minutes."""

OVER_HTTP = ("http_sales_64", "fifty_rules_http", "http_open_300", "lookup")


class Bench:
    def __init__(
        self,
        home: Home,
        server: EmbeddedServer,
        *,
        console: Console,
        quick: bool,
        only: Sequence[str],
        at: datetime,
    ) -> None:
        self.home = home
        self.console = console
        self.quick = quick
        self.only = only
        self.at = at
        self.seconds = 1.0 if quick else 2.0
        self.repeats = 1 if quick else 5
        self.history = 2_000 if quick else 20_000
        self.watch = Watch(home, server)
        self.rows: list[Row] = []

    def wants(self, *names: str) -> bool:
        return not self.only or any(name in self.only for name in names)

    def say(self, text: str) -> None:
        self.console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {text}", highlight=False)

    def run(self) -> list[Row]:
        self.set_up()
        with tenant_context(self.merchant):
            if self.wants(*IN_PROCESS):
                self.measure_in_process()
            if self.wants("statements_per_batch"):
                self.measure_statements()
            if self.wants("compile_200"):
                self.measure_compiling()
            if self.wants(*OVER_HTTP):
                if is_wrk_here():
                    self.measure_over_http()
                else:
                    self.say("[yellow]wrk is not installed (Debian: apt-get install wrk): no rows over HTTP[/]")
        is_night = any(name in self.only for name in NIGHTS)
        if self.wants("search_1m") or is_night:
            self.make_million()
        if self.wants("search_1m"):
            self.measure_search()
        if any(name in self.only for name in IMPORTS):
            self.measure_import()
        if is_night:
            self.measure_nights()
        if lists := [name for name in LISTS_1M if name in self.only]:
            self.rows += map(judged, measure_lists(lists, quick=self.quick, at=self.at, say=self.say))
        return self.rows

    def set_up(self) -> None:
        self.say("Starting a database and opening three shops of 10,000 members, one with 50 rules of 5 caps each")
        migrate(at=self.at)
        self.merchant = open_merchant("bench", members=MEMBERS)
        self.other = open_merchant("reference", members=MEMBERS)
        self.fifty = open_merchant("fifty", members=MEMBERS, document=many_rules(50))
        self.token, self.fifty_token = make_token(self.merchant), make_token(self.fifty)
        with tenant_context(self.other):
            [sample] = record_sales([next(sales(members=MEMBERS, at=self.at, member=1))], at=self.at)
            self.reference = Reference(
                self.home, schema=self.other.schema_name, members=MEMBERS, sample_sale=sample.id
            )  # fmt: skip
        play_role("app")
        if not self.wants(*IN_PROCESS, *OVER_HTTP, "statements_per_batch"):
            return
        self.say(f"Giving each of them a history of {self.history:,} sales")
        for merchant in (self.merchant, self.other, self.fifty):
            with tenant_context(merchant):
                record_history(sales(members=MEMBERS, at=self.at), count=self.history)
        play_role("owner")
        for merchant in (self.merchant, self.other, self.fifty):
            with tenant_context(merchant), connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        play_role("app")
        if self.wants(*IN_PROCESS, "http_sales_64", "fifty_rules_http"):
            self.say("Looking for what suits pgbench best")
            seen = self.watch.measure(
                lambda: self.reference.choose(self.seconds, clients=(1, 4) if self.quick else CLIENTS)
            )
            told = ", ".join(f"{name} {tps:,.0f}/s" for name, tps in seen.items())
            self.say(f"  {told}: {self.reference.best_clients} clients")

    # --- in process ---------------------------------------------------------------------------------

    def measure_in_process(self) -> None:
        schema, reference = self.merchant.schema_name, self.reference
        spread = lambda: sales(members=MEMBERS, at=self.at)  # noqa: E731
        sizes = (1, 2) if self.quick else (1, 2, 3)
        best = self.watch.measure(lambda: find_best(schema, spread, sizes=sizes, seconds=self.seconds))
        one, some, of_fifty = Flushers(schema, 1), Flushers(schema, best), Flushers(self.fifty.schema_name, best)

        def ours(flushers: Flushers, batch: int, **where: object) -> Callable[[], float]:
            stream = sales(members=MEMBERS, at=self.at, **where)  # type: ignore[arg-type]
            return lambda: flushers.sales_per_second(stream, batch=batch, seconds=self.seconds)

        subjects: dict[str, Callable[[], float]] = {
            "pgbench, 1 client": lambda: reference.run(1, self.seconds),
            "sale_single": ours(one, 1),
            "pgbench, best": lambda: reference.run(reference.best_clients, self.seconds),
            "sales_batch_100": ours(some, 100),
            "one_store": ours(some, 100, store="300"),
            "one_member": ours(some, 100, member=77),
            "fifty_rules_batch_100": ours(of_fifty, 100),
        }
        seen = self.in_turns(subjects)
        one.end()
        some.end()
        of_fifty.end()
        clients = reference.best_clients
        prepared = {number: f"with prepared statements {tps:,.0f}/s" for number, tps in reference.prepared.items()}
        self.add(name="sale_single", value=seen["sale_single"], unit="sales/s", reference=seen["pgbench, 1 client"],
                 target=0.4, note=f"pgbench, 1 client; {prepared[1]}")  # fmt: skip
        self.add(name="sales_batch_100", value=seen["sales_batch_100"], unit="sales/s",
                 reference=seen["pgbench, best"], target=5,
                 note=f"{best} flushers; pgbench, {clients} clients; {prepared[clients]}")  # fmt: skip
        for name, target in (("one_store", 0.9), ("one_member", 0.2), ("fifty_rules_batch_100", 0.7)):
            self.add(name=name, value=seen[name], unit="sales/s", reference=seen["sales_batch_100"], target=target)

    def in_turns(self, subjects: dict[str, Callable[[], float]]) -> dict[str, float]:
        """Measure each in turn, several times over, so that the machine's moods meet all alike; return the medians."""
        seen: dict[str, list[float]] = {name: [] for name in subjects}
        for turn in range(self.repeats + 1):
            for name, measure in subjects.items():
                figure = self.watch.measure(measure)
                if turn:  # the first turn warms up
                    seen[name].append(figure)
            told = ", ".join(f"{name} {figures[-1]:,.0f}/s" for name, figures in seen.items() if figures)
            self.say(f"  turn {turn} of {self.repeats}: {told or 'warm'}")
        return {name: statistics.median(figures) for name, figures in seen.items()}

    def measure_statements(self) -> None:
        stream = sales(members=MEMBERS, at=self.at)
        count_statements(stream, batch=1)  # a new connection says first where it is
        one, thousand = (self.watch.measure(lambda n=n: count_statements(stream, batch=n)) for n in (1, 1000))
        self.add(name="statements_per_batch", value=thousand, unit="statements", reference=one, target=1)

    def measure_compiling(self) -> None:
        document, zone = many_rules(200), ZoneInfo("America/New_York")

        def compile_once() -> float:
            started = time.perf_counter()
            compile_program(document, version_id=1, zone=zone, currency="USD")
            return (time.perf_counter() - started) * 1000

        took = statistics.median(compile_once() for _ in range(20))
        self.add(name="compile_200", value=took, unit="ms", target=50, note="a program of 200 rules with 5 caps each")

    # --- over HTTP ----------------------------------------------------------------------------------

    def measure_over_http(self) -> None:
        port = free_port()
        self.say("Starting the web server")
        web = QuietPart("web", [sys.executable, "-m", "regulars", "web", "--port", str(port)], os.environ)
        is_up = answers_at(f"http://127.0.0.1:{port}/readyz")
        with self.watch.keeping(web, is_up=is_up):
            if self.wants("http_sales_64", "fifty_rules_http"):
                self.measure_sales_64(port, is_up)
            if self.wants("http_open_300"):
                self.measure_open_300(port, is_up)
            if self.wants("lookup"):
                self.measure_lookup(port, is_up)

    def measure_sales_64(self, port: int, is_up: Callable[[], bool]) -> None:
        loads: dict[str, list[Load]] = {"one": [], "fifty": []}

        def post(name: str, merchant: Merchant, token: str) -> float:
            prefix = f"W{secrets.token_hex(4)}"
            arguments = [prefix, token, str(MEMBERS), self.at.isoformat()]
            load = run_wrk(port, "sales.lua", arguments, seconds=2 * self.seconds)
            with tenant_context(merchant):
                self.check_recorded(prefix, load.requests)
            loads[name].append(load)
            return load.per_second

        def one() -> float:
            return self.watch.measure(lambda: post("one", self.merchant, self.token), is_up=is_up)

        def fifty() -> float:
            return self.watch.measure(lambda: post("fifty", self.fifty, self.fifty_token), is_up=is_up)

        reference = self.reference
        subjects = {
            "pgbench, best": lambda: reference.run(reference.best_clients, self.seconds),
            "http_sales_64": one,
        }
        seen = self.in_turns(subjects | ({"fifty_rules_http": fifty} if self.wants("fifty_rules_http") else {}))
        self.add(name="http_sales_64", value=seen["http_sales_64"], unit="sales/s", reference=seen["pgbench, best"],
                 target=2.5, p50=statistics.median(load.p50 for load in loads["one"][1:]),
                 p99=statistics.median(load.p99 for load in loads["one"][1:]), p99_target=60)  # fmt: skip
        if "fifty_rules_http" in seen:
            self.add(name="fifty_rules_http", value=seen["fifty_rules_http"], unit="sales/s",
                     reference=seen["http_sales_64"], target=0.7,
                     p50=statistics.median(load.p50 for load in loads["fifty"][1:]),
                     p99=statistics.median(load.p99 for load in loads["fifty"][1:]))  # fmt: skip

    def check_recorded(self, prefix: str, answered: int) -> None:
        """What was answered 201 is there: wrk leaves at most its 64 connections' last requests unanswered."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sales_sale WHERE external_id LIKE %s", [f"{prefix}-%"])
            [found] = cursor.fetchone()
        assert answered <= found <= answered + 64, f"{answered} sales were answered, and {found} are there"

    def measure_open_300(self, port: int, is_up: Callable[[], bool]) -> None:
        def pace(*, is_warming: bool = False) -> list[float]:
            make = sale_request(
                self.token, f"P{secrets.token_hex(4)}", members=MEMBERS, occurred_at=self.at.isoformat()
            )  # fmt: skip
            return open_loop(port, make, rate=300, seconds=2 if is_warming else self.seconds * 7)

        self.watch.measure(lambda: pace(is_warming=True), is_up=is_up)
        took = self.watch.measure(pace, is_up=is_up)
        p50, p99 = percentile(took, 50), percentile(took, 99)
        self.say(f"  300 sales a second: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        self.add(name="http_open_300", value=p99, unit="ms", target=40, p50=p50, p50_target=8, p99=p99, p99_target=40)

    def measure_lookup(self, port: int, is_up: Callable[[], bool]) -> None:
        other = free_port()
        empty = QuietPart("empty", [sys.executable, "-m", "tests.bench.empty_route", str(other)], os.environ)
        loads: list[Load] = []

        def ask(port: int, path: str) -> float:
            loads.append(run_wrk(port, "lookups.lua", [path, self.token, str(MEMBERS)], seconds=self.seconds))
            return loads[-1].per_second

        with self.watch.keeping(empty, is_up=answers_at(f"http://127.0.0.1:{other}/api/v1/empty")):
            seen = self.in_turns(
                {
                    "an empty typed route": lambda: ask(other, "/api/v1/empty"),
                    "lookup": lambda: self.watch.measure(lambda: ask(port, "/api/v1/members/lookup"), is_up=is_up),
                }
            )
        ours = loads[3::2]
        self.add(name="lookup", value=seen["lookup"], unit="requests/s", reference=seen["an empty typed route"],
                 target=0.4, p50=statistics.median(load.p50 for load in ours),
                 p99=statistics.median(load.p99 for load in ours))  # fmt: skip

    # --- search -------------------------------------------------------------------------------------

    def make_million(self) -> None:
        self.size = 20_000 if self.quick else 1_000_000
        self.say(f"Making {self.size:,} members")
        play_role("owner")
        self.million = open_merchant("million", members=0, document=WITH_LEVELS)
        with tenant_context(self.million):
            make_members(self.size)
        play_role("app")

    def measure_search(self) -> None:
        with tenant_context(self.million):
            queries = make_queries()
            took = self.watch.measure(lambda: [search_time(text) for text in queries for _ in range(2)])
        first = sorted(took[::2])
        p95 = percentile(first, 95)
        self.say(f"  p50 {percentile(first, 50):.1f} ms, p95 {p95:.1f} ms, slowest {first[-1]:.1f} ms")
        self.add(name="search_1m", value=p95, unit="ms", target=50, p50=percentile(first, 50), p95=p95,
                 p99=percentile(first, 99), note=f"{len(queries)} queries, {self.size:,} members")  # fmt: skip

    # --- nights -------------------------------------------------------------------------------------

    def measure_nights(self) -> None:
        self.say("Filling their wallets, all of which end tonight")
        play_role("owner")
        with tenant_context(self.million):
            fill_wallets(at=self.at)
        play_role("app")
        token, port = make_token(self.million), free_port()
        web = QuietPart("web", [sys.executable, "-m", "regulars", "web", "--port", str(port)], os.environ)

        def sell(seconds: float) -> list[float]:
            return sell_for(port, token, members=self.size, at=self.at, seconds=seconds)

        with self.watch.keeping(web, is_up=answers_at(f"http://127.0.0.1:{port}/readyz")):
            for command in ("review", "expire"):
                night = spend_night(command, merchant=self.million.code, sell=sell, seconds=5 * self.seconds)
                told = f"{night.members:,} members in {night.seconds:,.0f} s"
                self.say(
                    f"  {command}: {told}; tills' p99 {night.before:.1f} ms before, {night.during:.1f} ms meanwhile"
                )
                self.add(name=f"{command}_1m", value=night.during, unit="ms", reference=night.before, target=2,
                         is_at_most=True, p99=night.during, note=told)  # fmt: skip

    # --- imports ------------------------------------------------------------------------------------

    def measure_import(self) -> None:
        """All of the file by itself, then a quarter as much again while tills sell."""
        lines = 20_000 if self.quick else 1_000_000
        file, more = self.home.folder / "people.csv", self.home.folder / "more.csv"
        write_file(file, lines=lines)
        write_file(more, first=lines, lines=lines // 4)
        play_role("owner")
        newcomers = open_merchant("newcomers", members=MEMBERS)
        with tenant_context(newcomers):
            copied = statistics.median(self.watch.measure(lambda: copy_bare(file)) for _ in range(3))
        play_role("app")
        self.say(f"Bringing in {lines:,} members, which COPY puts into a bare table in {copied:.2f} s")
        alone = bring_in(file, merchant=newcomers.code, lines=lines)
        told = f"{lines:,} members in {alone.seconds:,.0f} s, looked at first; load {os.getloadavg()[0]:.1f}"
        self.say(f"  {told}; {alone.megabytes:.0f} MB")
        self.add(name="import_1m", value=alone.seconds, unit="s", reference=copied, target=10, is_at_most=True,
                 note=told)  # fmt: skip
        self.add(name="import_1m_memory", value=alone.megabytes, unit="MB", target=300)
        if self.wants("import_1m_tills"):
            self.measure_import_beside_tills(newcomers, more, lines=lines // 4)

    def measure_import_beside_tills(self, newcomers: Merchant, file: Path, *, lines: int) -> None:
        token, port = make_token(newcomers), free_port()
        web = QuietPart("web", [sys.executable, "-m", "regulars", "web", "--port", str(port)], os.environ)

        def sell(seconds: float) -> list[float]:
            make = sale_request(token, f"I{secrets.token_hex(4)}", members=MEMBERS, occurred_at=self.at.isoformat())
            return open_loop(port, make, rate=RATE, seconds=seconds)

        with self.watch.keeping(web, is_up=answers_at(f"http://127.0.0.1:{port}/readyz")):
            done = bring_in_while_selling(
                file, merchant=newcomers.code, lines=lines, sell=sell, seconds=5 * self.seconds
            )  # fmt: skip
        felt = f"tills' p99 {done.before:.1f} ms before, {done.during:.1f} ms meanwhile"
        told = f"{lines:,} more in {done.seconds:,.0f} s; {felt}"
        self.say(f"  {told}")
        self.add(name="import_1m_tills", value=done.during, unit="ms", reference=done.before, target=2,
                 is_at_most=True, p99=done.during, note=told)  # fmt: skip

    # --- the end ------------------------------------------------------------------------------------

    def add(self, **facts: object) -> None:
        row = judged(Row(**facts))  # type: ignore[arg-type]
        for field in ("value", "reference", "p50", "p95", "p99"):
            if (figure := getattr(row, field)) is not None:
                setattr(row, field, round(figure, 2))
        if self.wants(row.name):
            self.rows.append(row)

    def verify(self) -> int:
        """Check every invariant of what was recorded; return how many are broken."""
        with tenant_context(self.merchant):
            results = self.watch.measure(lambda: list(verify()))
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM sales_sale")
                [count] = cursor.fetchone()
        broken = [result for result in results if result.breaches]
        for result in broken:
            self.say(f"[red]{result.name}: {result.breaches} breaches[/] {result.sentence}")
        self.say(f"Verified {count:,} sales: {len(results)} checks, {len(broken)} broken")
        return len(broken)


def search_time(text: str) -> float:
    started = time.perf_counter()
    search_members(text, country="US")
    return (time.perf_counter() - started) * 1000


def percentile(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]
