"""Lists, searches, counts and member pages of a million members, against the same pages of the thousand they grew from.

Each page is asked as a browser asks, through Django's test client: all its statements, its template, its middleware.
Of a page over the limit the slowest statement is shown with its plan, and every statement of every page is looked at
for reading a large table from end to end.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction
from django.test import Client
from django_tenants.utils import tenant_context

from regulars.care.erase import erase_member
from regulars.care.erasures import ask_erasure
from regulars.consents.models import Asker
from regulars.core.actor import SYSTEM
from regulars.jobs.proof import verify_everything
from regulars.platform.merchants import add_hosts
from regulars.platform.models import Merchant
from regulars.platform.rights import as_owner
from regulars.reports.models import Export
from regulars.staff.models import Person
from tests.bench.list_pages import TYPING, Asked, Shop, look_around, pages_of
from tests.bench.multiply import multiply
from tests.bench.rows import Row
from tests.bench.set_up import play_role
from tests.bench.shop import open_merchant
from tests.bench.thousand import WHOLE, fill_thousand, step_of

PAGES = ("lists_1m", "search_pages_1m", "member_page_1m", "looks_1m", "counts_1m")
BY_THE_CLOCK = ("looks_1m", "counts_1m")
"""What takes as long as it may in a large shop, whatever a small one takes."""
LISTS_1M = (*PAGES, "erase_1m", "verify_1m")
"""Measured only when they are asked for: to make a million members with twenty entries each takes minutes."""
MOST_MS = 300
NOTICED_MS = 50
"""A page that took 2 ms and takes 5 has not grown for anybody."""
LARGE = 50_000
"""A table of more rows than this is read by an index."""
TAKES_TABLES = re.compile(r"Seq Scan on (\w+)")
SHOWN = re.compile(rb"<(?:tr|li)[ >]")
FIRST_ROW = re.compile(r"Limit +\(cost=\S+ rows=1 width=\d+\)\n +-> +Seq Scan on \w+")
"""Whether there is any row at all is told by the first one."""
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Statement(msgspec.Struct):
    sql: str
    params: Any
    milliseconds: float
    by_index: bool


class Answered(msgspec.Struct, kw_only=True):
    """How one page was answered: milliseconds of each time (the first one apart), and what it asked of the database."""

    asked: Asked
    first: float
    took: list[float]
    statements: list[Statement]
    length: int
    whole_tables: dict[str, str] = {}

    @property
    def median(self) -> float:
        return statistics.median(self.took)

    @property
    def slowest(self) -> Statement:
        return max(self.statements, key=lambda each: each.milliseconds)


class Recorder:
    """Notes what crosses to the server, and how long each statement took."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._is_by_index = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "enable_seqscan" in str(sql):
            self._is_by_index = True
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = (time.perf_counter() - started) * 1000
            self.statements.append(Statement(str(sql), params, took, self._is_by_index))
            if "enable_seqscan" not in str(sql):
                self._is_by_index = False


def measure_pages(
    merchant: Merchant, *, repeats: int, only: Sequence[str], say: Callable[[str], None]
) -> dict[str, Answered]:
    """Ask every page of these rows, each in the same way, and return how it was answered, by name."""
    with tenant_context(merchant):
        shop = look_around()
        pages = [each for each in pages_of(shop) if each.row in only]
        client = sign_in(merchant)
    large = large_tables(merchant)
    answers: dict[str, Answered] = {}
    for asked in pages:
        answered = ask(client, asked, merchant, repeats=repeats)
        with tenant_context(merchant):
            answered.whole_tables = dict(find_whole_tables(answered.statements, large))
        for table, plan in answered.whole_tables.items():
            say(f"  {asked.name} reads all of {table}\n{plan}")
        if answered.median > MOST_MS:
            plan = explain_slowest(answered, merchant)
            say(f"  {asked.name}: {answered.median:.0f} ms (first {answered.first:.0f})\n{plan}")
        answers[asked.name] = answered
    return answers


def sign_in(merchant: Merchant) -> Client:
    client = Client(headers={"host": f"{merchant.code}.localhost"})
    client.force_login(Person.objects.get(email="owner@example.com"), backend=BACKEND)
    return client


def ask(client: Client, asked: Asked, merchant: Merchant, *, repeats: int) -> Answered:
    took: list[float] = []
    for time_of_asking in range(repeats + 1):
        if asked.form is not None:
            with tenant_context(merchant):
                Export.objects.all().delete()
        recorder = Recorder()
        with connection.execute_wrapper(recorder):
            started = time.perf_counter()
            headers = TYPING if asked.is_part else {}
            if asked.form is None:
                answer = client.get(asked.path, headers=headers)
            else:
                answer = client.post(asked.path, asked.form, headers=headers)
            content = answer.content
            took.append((time.perf_counter() - started) * 1000)
        assert answer.status_code in (200, 302), f"{asked.path}: {answer.status_code}"
        del time_of_asking
    return Answered(
        asked=asked, first=took[0], took=took[1:], statements=recorder.statements, length=len(SHOWN.findall(content))
    )


def large_tables(merchant: Merchant) -> set[str]:
    with tenant_context(merchant), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND reltuples > %s",
            [LARGE],
        )
        return {name for (name,) in cursor.fetchall()}


def find_whole_tables(statements: Sequence[Statement], large: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the large tables that one of the statements reads from end to end, each with that plan."""
    for sql, statement in {each.sql: each for each in statements}.items():
        if not sql.lstrip(" (\n").upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            continue
        plan = explain(statement)
        for table in set(TAKES_TABLES.findall(FIRST_ROW.sub("", plan))) & large:
            yield table, f"{sql.strip()[:600]}\n{plan}"


def explain(statement: Statement, *, how: str = "EXPLAIN") -> str:
    """Return the plan, with the owner's rights, and nothing of what it does."""
    with transaction.atomic():
        with as_owner(), connection.cursor() as cursor:
            if statement.by_index:
                cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"{how} {statement.sql}", statement.params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    return plan


def explain_slowest(answered: Answered, merchant: Merchant) -> str:
    slowest = answered.slowest
    sql = slowest.sql.strip()[:1200]
    said = f"    {len(answered.statements)} statements, the slowest {slowest.milliseconds:.0f} ms: {sql}"
    if not slowest.sql.lstrip(" (\n").upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
        return said
    with tenant_context(merchant):
        return f"{said}\n{explain(slowest, how='EXPLAIN (ANALYZE, BUFFERS)')}"


def rows_of(large: dict[str, Answered], small: dict[str, Answered], *, only: Sequence[str]) -> Iterator[Row]:
    """One row for each kind: the page that grew most of those that show no more in the large shop, and the slowest; of
    what goes by the clock, the slowest.
    """
    for name in only:
        pages = [each for each in large.values() if each.asked.row == name]
        times = sorted(took for each in pages for took in each.took)
        worst = max(pages, key=lambda each: each.median)
        if name in BY_THE_CLOCK:
            note = f"{len(pages)} pages; slowest: {worst.asked.name}"
            yield Row(name=name, value=worst.median, unit="ms", target=MOST_MS, p50=percentile(times, 50),
                      p95=percentile(times, 95), note=note)  # fmt: skip
            continue
        pairs = [(each, small[each.asked.name]) for each in pages if each.asked.name in small]
        alike = [(one, other) for one, other in pairs if one.length <= other.length] or pairs
        grown, before = max(alike, key=lambda pair: pair[0].median / pair[1].median)
        most = max(len(each.statements) for each in pages)
        grew = [one for one, other in alike if one.median > 2 * other.median and one.median > NOTICED_MS]
        over = [each.asked.name for each in grew[:10]]
        yield Row(
            name=name,
            value=grown.median,
            unit="ms",
            reference=before.median,
            target=2,
            is_at_most=True,
            p50=percentile(times, 50),
            p95=percentile(times, 95),
            p99=worst.median,
            p99_target=MOST_MS,
            note=f"{len(pages)} pages, at most {most} statements; p95 {percentile(times, 95):.0f} ms; grew most: "
            f"{grown.asked.name}; slowest: {worst.asked.name} ({worst.median:.0f} ms); twice as slow and over "
            f"{NOTICED_MS} ms: {', '.join(over) or 'none'}",
        )


def measure_lists(names: Sequence[str], *, quick: bool, at: datetime, say: Callable[[str], None]) -> Iterator[Row]:
    """Make both shops, and yield the rows of these names."""
    small, large = make_shops(times=20 if quick else 1_000, at=at, say=say)
    play_role("app")
    repeats = 1 if quick else 5
    kinds = [name for name in PAGES if name in names]
    if kinds:
        before = measure_pages(small, repeats=repeats, only=kinds, say=lambda _: None)
        after = measure_pages(large, repeats=repeats, only=kinds, say=say)
        yield from rows_of(after, before, only=kinds)
    if "erase_1m" in names:
        yield erasure_row(small, large, at=at, say=say)
    if "verify_1m" in names:
        yield proof_row(small, large, times=20 if quick else 1_000, say=say)


def make_shops(*, times: int, at: datetime, say: Callable[[str], None]) -> tuple[Merchant, Merchant]:
    """Open a shop of a thousand members, and the same shop so many times larger."""
    play_role("owner")
    say(f"Making 1,000 members by our own verbs, and {1_000 * times:,} of them")
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        cursor.execute("SELECT pg_reload_conf()")
    small, large = (open_merchant(code, members=0, document=WHOLE) for code in ("thousand", "lists"))
    for merchant in (small, large):
        add_hosts(merchant, [f"{merchant.code}.localhost"])
    with tenant_context(small):
        fill_thousand(at=at)
    with tenant_context(large):
        multiply(small.schema_name, times=times, step=step_of(1_000), say=say)
    return small, large


# --- erasing and proving ----------------------------------------------------------------------------


def time_erasure(merchant: Merchant, shop: Shop, *, at: datetime, heavy: bool) -> Answered:
    """Erase somebody, take it back, and say how long it took."""
    recorder = Recorder()
    with tenant_context(merchant), transaction.atomic():
        member = shop.heavy if heavy else shop.ordinary
        for table in ("receipts_receipt", "receipts_dispute"):
            run_sql(f"DELETE FROM {table} WHERE member_id = %s", [member])
        erasure = ask_erasure(member_id=member, asker=Asker.SHOP, reason="bench", at=at, by=SYSTEM)
        with connection.execute_wrapper(recorder):
            started = time.perf_counter()
            erase_member(erasure_id=erasure.pk, at=at + timedelta(days=60), by=SYSTEM)
            took = (time.perf_counter() - started) * 1000
        transaction.set_rollback(True)
    asked = Asked(row="erase_1m", name="heavy" if heavy else "ordinary", path="")
    return Answered(asked=asked, first=took, took=[took], statements=recorder.statements, length=0)


def erasure_row(small: Merchant, large: Merchant, *, at: datetime, say: Callable[[str], None]) -> Row:
    took: dict[str, list[float]] = {}
    for merchant in (small, large):
        with tenant_context(merchant):
            shop = look_around()
        for heavy in (False, True):
            answered = [time_erasure(merchant, shop, at=at, heavy=heavy) for _ in range(3)][-1]
            took.setdefault(merchant.code, []).append(answered.median)
            if merchant is large:
                slowest = answered.slowest
                told = f"{len(answered.statements)} statements, {answered.median:.0f} ms"
                say(f"  {answered.asked.name}: {told}; {slowest.milliseconds:.0f} ms: {slowest.sql.strip()[:300]}")
                with tenant_context(merchant):
                    for table, plan in find_whole_tables(answered.statements, large_tables(merchant)):
                        say(f"  reads all of {table}\n{plan}")
    (before, _), (after, of_heavy) = took[small.code], took[large.code]
    note = f"a member of {of_heavy:.0f} ms has a thousand purchases"
    return Row(name="erase_1m", value=after, unit="ms", reference=before, target=2, is_at_most=True, p50=after,
               p99=of_heavy, p99_target=1_000, note=note)  # fmt: skip


def proof_row(small: Merchant, large: Merchant, *, times: int, say: Callable[[str], None]) -> Row:
    """Proving a large shop takes as long as proving as many small ones."""
    before, after = prove(small), prove(large)
    broken = {name: breaches for name, (breaches, _) in after.items() if breaches}
    slowest = sorted(after, key=lambda name: -after[name][1])[:3]
    say(f"  {len(after)} checks, {len(broken)} broken {broken or ''}")
    spent = {name: sum(seconds for _, seconds in results.values()) for name, results in (("s", before), ("l", after))}
    note = ", ".join(f"{name} {after[name][1]:.0f} s" for name in slowest) + f"; broken: {broken or 'none'}"
    return Row(name="verify_1m", value=spent["l"], unit="s", reference=times * spent["s"], target=1, is_at_most=True,
               note=note)  # fmt: skip


def run_sql(sql: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def prove(merchant: Merchant) -> dict[str, tuple[int, float]]:
    """Check every invariant; breaches and seconds of each."""
    with tenant_context(merchant):
        return {result.name: (result.breaches, result.seconds) for result in verify_everything()}


def percentile(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]
