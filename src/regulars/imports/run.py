"""The worker's part: a run is checked, written or undone batch by batch, each of which is committed with how far it is.

So what is cut off goes on behind the last batch that was done, and comes to the same as if it had run through.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction

from regulars.audit.record import record_event
from regulars.core.importing import Outcome
from regulars.core.refusals import LookAgain, Refusal
from regulars.imports.ask import who_asked
from regulars.imports.lines import Done, Fault, Line, Subject, Undoable
from regulars.imports.models import ImportRun
from regulars.imports.stage import stage_file
from regulars.imports.subjects import open_subject
from regulars.platform.batches import CouldNotBeRecorded
from regulars.platform.rows import encode_rows, fetch, forget_plans, plan_by_index
from regulars.platform.rows import run as execute

AT_ONCE = 2_000
TRIES = 5

# What is plain is not read: it never leaves the database.
LINES = """
SELECT line, is_plain, CASE WHEN NOT is_plain THEN values::text END, faults::text
FROM (
    SELECT line.line, line.values, line.faults, {is_plain} AS is_plain FROM imports_importline AS line
    WHERE line.run_id = %(run)s AND line.line > %(position)s ORDER BY line.line LIMIT %(limit)s
) AS next
ORDER BY line
"""

RESULTS = """
SELECT line, outcome, member_id, change::text FROM imports_importresult
WHERE run_id = %(run)s AND line < %(position)s AND outcome IN ('created', 'updated') ORDER BY line DESC LIMIT %(limit)s
"""

INSERT_RESULTS = """
INSERT INTO imports_importresult (run_id, line, outcome, member_id, faults, change)
SELECT %(run)s, line, outcome, member_id, faults, change
FROM json_to_recordset(%(rows)s::json) AS result(
    line bigint, outcome text, member_id bigint, faults jsonb, change jsonb)
"""

UNDONE = """
UPDATE imports_importresult AS result SET undo = told.undo
FROM json_to_recordset(%(rows)s::json) AS told(line bigint, undo text)
WHERE result.run_id = %(run)s AND result.line = told.line
"""

HELD = """
SELECT unit.code, coalesce(sum(account.balance), 0)::bigint
FROM ledger_unit AS unit LEFT JOIN ledger_account AS account ON account.unit_id = unit.id AND account.side = 'member'
GROUP BY unit.code
"""

OUT_OF_REACH = (OperationalError, InterfaceError)
"""The database is away, or two waited for each other: the batch, or the whole job, is run again."""


def run_import(run_id: int, *, now: Callable[[], datetime]) -> Iterator[int]:
    """Do what a run waits for, and yield how many lines are done after each batch. One that was cut off goes on."""
    run = ImportRun.objects.select_related("file").filter(pk=run_id, state__in=["waiting", "running"]).first()
    if run is None:
        return
    if run.began_at is None:
        run.began_at = now()
    if run.step != ImportRun.Step.CHECK and not run.held_before:
        run.held_before = held_by_all()
    run.state = ImportRun.State.RUNNING
    run.save(update_fields=["state", "began_at", "held_before"])
    subject = open_subject(run, at=run.began_at, by=who_asked(run))
    try:
        if not run.is_staged and not _stage(run, subject, now=now):
            return
        forget_plans()
        while True:
            with_more = _take_batch(run_id, subject)
            run.refresh_from_db()
            yield sum(run.counts.values())
            if not with_more:
                break
    except Refusal as refusal:
        _end(run, ImportRun.State.FAILED, at=now(), fault=f"{refusal.code} {msgspec.to_builtins(refusal.facts())}")
    else:
        _end(run, ImportRun.State.STOPPED if run.is_stop_asked else ImportRun.State.DONE, at=now())


def _stage(run: ImportRun, subject: Subject, *, now: Callable[[], datetime]) -> bool:
    """Read the file; whether it was read to its end."""

    def is_stopped(read: int) -> bool:
        ImportRun.objects.filter(pk=run.pk).update(total=read)
        return ImportRun.objects.filter(pk=run.pk, is_stop_asked=True).exists()

    read = stage_file(run, subject, is_stopped=is_stopped)
    if read is None:
        _end(run, ImportRun.State.STOPPED, at=now())
        return False
    run.total, run.is_staged = read, True
    run.save(update_fields=["total", "is_staged"])
    return True


def _take_batch(run_id: int, subject: Subject) -> bool:
    """Do the next batch, and whether there may be more behind it. What passes by itself is tried again."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _next_batch(run_id, subject, size=AT_ONCE)
        except LookAgain:
            if left == 0:
                raise
        except (IntegrityError, OperationalError) as fault:
            # Somebody enrolled one of these meanwhile, or two batches waited for each other.
            if left == 0 or not _passes(fault):
                if isinstance(fault, OUT_OF_REACH):
                    raise
                break
        except DatabaseError:
            break
    return _find_culprit(run_id, subject)


def _passes(fault: BaseException) -> bool:
    state = getattr(fault.__cause__, "sqlstate", None) or ""
    return state in {"40001", "40P01", "23505", "55P03"}


def _find_culprit(run_id: int, subject: Subject) -> bool:
    """A batch fails as a whole: line by line the one that breaks it is refused, and the others are done."""
    for _ in range(AT_ONCE):
        try:
            with transaction.atomic():
                if not _next_batch(run_id, subject, size=1):
                    return False
        except OUT_OF_REACH:
            raise
        except DatabaseError:
            with transaction.atomic():
                _next_batch(run_id, subject, size=1, is_given_up=True)
    return True


def _next_batch(run_id: int, subject: Subject, *, size: int, is_given_up: bool = False) -> bool:
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if run.is_stop_asked:
        return False
    plan_by_index()
    if run.step == ImportRun.Step.UNDO:
        return _undo_lines(run, subject, size=size, is_given_up=is_given_up)
    bulk = subject.in_bulk
    condition, params = ("false", {}) if bulk is None else (bulk.is_plain, bulk.params)
    rows = fetch(LINES.format(is_plain=condition), {**params, "run": run_id, "position": run.position, "limit": size})
    if not rows:
        return False
    plain = [number for number, is_plain, _, _ in rows if is_plain]
    sound = [Line(number, msgspec.json.decode(values)) for number, _, values, faults in rows if values and not faults]
    faults_of = {number: faults for number, _, _, faults in rows if faults}
    done = [
        Done(line=number, outcome=Outcome.FAILED, fault=msgspec.json.decode(faults, type=list[Fault])[0])
        for number, faults in faults_of.items()
    ]
    write = run.step == ImportRun.Step.WRITE
    if is_given_up:
        done += _give_up([*plain, *(line.number for line in sound)])
        plain = []
    else:
        done += subject.bring(sound, write=write) if sound else []
        if bulk is not None and plain and write:
            bulk.create(plain)
    counts = Counter(each.outcome.value for each in done) + Counter({Outcome.CREATED.value: len(plain)})
    if bulk is not None and not write:
        new = {*plain, *(each.line for each in done if each.outcome is Outcome.CREATED)}
        run.alike += bulk.note_alike(sorted(new), [number for number, *_ in rows if number not in new])
    run.counts = dict(Counter(run.counts) + counts)
    _keep(run, done, faults_of=faults_of, write=write)
    run.position = rows[-1][0]
    run.save(update_fields=["position", "counts", "sums", "missed", "alike"])
    if write:
        _tell(run, counts, last=run.position)
    return len(rows) == size


def _give_up(lines: Sequence[int]) -> list[Done]:
    fault = Fault(field="", code=CouldNotBeRecorded.code, facts={})
    return [Done(line=line, outcome=Outcome.FAILED, fault=fault) for line in lines]


def _keep(run: ImportRun, done: Sequence[Done], *, faults_of: dict[int, str], write: bool) -> None:
    """Add to the run's sums, and keep what became of the lines: only of those that failed while it is checked."""
    sums = Counter(run.sums)
    for each in done:
        sums.update(each.sums)
    missed = Counter(run.missed)
    for each in done:
        missed.update(each.missed)
    run.sums, run.missed = dict(sums), dict(missed)
    kept = [
        {
            "line": each.line,
            "outcome": each.outcome.value,
            "member_id": each.member_id,
            "faults": msgspec.Raw(faults_of[each.line].encode())
            if each.line in faults_of
            else None if each.fault is None else [each.fault],
            "change": each.change,
        }
        for each in done
        if each.outcome is Outcome.FAILED or (write and each.outcome is not Outcome.UNCHANGED)
    ]  # fmt: skip
    if kept:
        execute(INSERT_RESULTS, {"run": run.pk, "rows": encode_rows(kept)})


def _tell(run: ImportRun, counts: Mapping[str, int], *, last: int) -> None:
    assert run.began_at is not None, "a run that writes has begun"
    facts = {"subject": run.subject, "last_line": last, **counts}
    record_event(
        action="import.written", about="import", about_id=run.pk, facts=facts, at=run.began_at, by=who_asked(run)
    )


def _undo_lines(run: ImportRun, subject: Subject, *, size: int, is_given_up: bool) -> bool:
    rows = fetch(RESULTS, {"run": run.pk, "position": run.position, "limit": size})
    if not rows:
        return False
    lines = [
        Undoable(line, Outcome(outcome), member_id, msgspec.json.decode(change))
        for line, outcome, member_id, change in rows
        if change is not None
    ]
    answers = ["broken"] * len(lines) if is_given_up else subject.undo(lines)
    # Of who was erased nothing is known that could be undone.
    said = dict.fromkeys((row[0] for row in rows), "gone") | dict(
        zip((line.line for line in lines), answers, strict=True)
    )
    told = list(said.values())
    kept = [{"line": line, "undo": undo} for line, undo in said.items()]
    execute(UNDONE, {"run": run.pk, "rows": encode_rows(kept)})
    counts = Counter(run.counts)
    counts.update(told)
    run.counts, run.position = dict(counts), rows[-1][0]
    run.save(update_fields=["position", "counts"])
    facts = {"subject": run.subject, "first_line": run.position, **Counter(told)}
    assert run.began_at is not None, "a run that undoes has begun"
    record_event(
        action="import.taken_back", about="import", about_id=run.pk, facts=facts, at=run.began_at, by=who_asked(run)
    )
    return len(rows) == size


def _end(run: ImportRun, state: ImportRun.State, *, at: datetime, fault: str = "") -> None:
    told = {"held_after": held_by_all()} if run.step != ImportRun.Step.CHECK else {}
    ImportRun.objects.filter(pk=run.pk).update(state=state, finished_at=at, fault=fault, **told)


def held_by_all() -> dict[str, int]:
    """What all members hold together, by unit."""
    return dict(fetch(HELD, {}))
