"""A batch is one commit, and one bad item never fails the rest."""

import threading
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from regulars.core.refusals import Refusal
from regulars.platform import batches
from regulars.platform.batches import Busy, CouldNotBeRecorded, Unavailable, run_batch
from tests.committing import committing_merchant


class NotToday(Refusal):
    code = "not_today"


@pytest.fixture(scope="module")
def notes(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A table of the tests' own, in a merchant's schema."""
    from regulars.platform.rights import as_owner

    with committing_merchant(django_db_blocker, "notes") as merchant:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE note (item int PRIMARY KEY, CHECK (item <> 13))")
            cursor.execute("GRANT ALL ON note TO regulars_app")
        yield merchant


@pytest.fixture(autouse=True)
def clean(notes, monkeypatch) -> Iterator[None]:
    """Nothing in the table, and no pauses between tries."""
    monkeypatch.setattr(batches, "FIRST_PAUSE", 0.001)
    connection.set_schema(f"m_{notes}")
    yield
    connection.close()  # with whatever a test did to it
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM note")


def write(items: Sequence[int]) -> list[str]:
    """Write all items with one statement, as the verbs do."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO note SELECT unnest(%s::int[])", [list(items)])
    return [f"wrote {item}" for item in items]


def write_once(items: Sequence[int]) -> list[str]:
    """The same, by natural key: what is there already is a replay."""
    there = set(written())
    write([item for item in items if item not in there])
    return [f"{'found' if item in there else 'wrote'} {item}" for item in items]


def written() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT item FROM note ORDER BY item")
        return [item for (item,) in cursor.fetchall()]


class Faults:
    """Do the work, but fail the first tries."""

    def __init__(self, *fail: Callable[[], None], work=write_once, after: bool = False) -> None:
        self.fail = list(fail)
        self.work = work
        self.after = after
        self.runs = 0

    def __call__(self, items: Sequence[int]) -> list[str]:
        self.runs += 1
        done = self.work(items) if self.after else []
        if self.fail:
            self.fail.pop(0)()
        return done or self.work(items)


def raise_state(state: str) -> Callable[[], None]:
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")

    return fail


def kill_me() -> None:
    """Have another connection end this one."""
    pid = connection.connection.info.backend_pid
    parameters = connection.get_connection_params()
    own = {name: parameters[name] for name in ("host", "user", "dbname") if parameters.get(name)}
    with psycopg.connect(**own, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_good_batch_is_one_run_and_one_commit():
    work = Faults(work=write)
    assert run_batch([1, 2, 3], work) == ["wrote 1", "wrote 2", "wrote 3"]
    assert (written(), work.runs) == ([1, 2, 3], 1)


def test_nothing_to_do_asks_nothing():
    assert run_batch([], write) == []


@pytest.mark.parametrize("place", range(7))
def test_a_poison_item_alone_is_refused_wherever_it_stands(place):
    items = [1, 2, 3, 4, 5, 6]
    items.insert(place, 13)
    outcomes = run_batch(items, write)
    assert isinstance(outcomes.pop(place), CouldNotBeRecorded)
    assert outcomes == [f"wrote {item}" for item in (1, 2, 3, 4, 5, 6)]
    assert written() == [1, 2, 3, 4, 5, 6]


def test_a_bug_in_our_code_poisons_its_item_only():
    def work(items: Sequence[int]) -> list[str]:
        assert 2 not in items, "a bug"
        return write(items)

    outcomes = run_batch([1, 2, 3], work)
    assert [type(outcome) for outcome in outcomes] == [str, CouldNotBeRecorded, str]
    assert written() == [1, 3]


def test_a_refusal_that_is_raised_undoes_its_item_only():
    def work(items: Sequence[int]) -> list[str]:
        done = write(items)
        if 2 in items:
            raise NotToday()
        return done

    outcomes = run_batch([1, 2, 3], work)
    assert [type(outcome) for outcome in outcomes] == [str, NotToday, str]
    assert written() == [1, 3]


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_what_passes_by_itself_is_run_again(state):
    work = Faults(*[raise_state(state)] * 4)
    assert run_batch([1, 2], work) == ["wrote 1", "wrote 2"]
    assert work.runs == 5


def test_five_tries_are_all(caplog):
    work = Faults(*[raise_state("40P01")] * 99)
    assert [type(outcome) for outcome in run_batch([1, 2], work)] == [CouldNotBeRecorded] * 2
    assert work.runs == 15  # five for both, then five for each
    assert written() == []


def test_a_race_for_a_natural_key_ends_as_a_replay():
    def rival() -> None:
        write([2])  # in this transaction: the next insert of 2 violates the key, as a rival's commit would

    work = Faults(rival, work=write)
    outcomes = run_batch([1, 2], lambda items: work(items) if work.runs == 0 else write_once(items))
    assert outcomes == ["wrote 1", "wrote 2"]


def test_a_connection_lost_at_work_is_run_again_on_a_new_one():
    work = Faults(kill_me, after=True)
    assert run_batch([1, 2], work) == ["wrote 1", "wrote 2"]
    assert (written(), work.runs) == ([1, 2], 2)


def lose_the_answer_to_commit(monkeypatch, times: int = 1) -> None:
    """Commit, and lose the connection before the server's word of it arrives."""
    commit = transaction.get_connection().commit
    left = iter(range(times))

    def commit_and_lose() -> None:
        commit()
        if next(left, None) is not None:
            connection.connection.close()
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(transaction.get_connection(), "commit", commit_and_lose)


def test_a_connection_lost_during_commit_is_unknown_and_the_next_run_finds_out(monkeypatch):
    lose_the_answer_to_commit(monkeypatch)
    assert run_batch([1, 2], write_once) == ["found 1", "found 2"]
    assert written() == [1, 2]


def test_work_that_cannot_find_its_own_commit_is_not_run_again(monkeypatch):
    lose_the_answer_to_commit(monkeypatch)
    work = Faults(work=write)
    (outcome,) = run_batch([1], work, is_replayable=False)
    assert (type(outcome), work.runs) == (Unavailable, 1)


def test_a_server_that_cannot_write_is_no_items_fault():
    work = Faults(*[raise_state("53100")] * 99)
    assert [type(outcome) for outcome in run_batch([1, 2, 3], work)] == [Unavailable] * 3
    assert work.runs == 1


def test_a_server_that_is_gone_is_tried_five_times(monkeypatch):
    tries = []

    def gone(items: Sequence[int]) -> list[str]:
        tries.append(items)
        connection.connection.close()
        return write(items)

    assert [type(outcome) for outcome in run_batch([1, 2], gone)] == [Unavailable] * 2
    assert len(tries) == 5
    assert run_batch([1], write) == ["wrote 1"]


def test_an_item_that_somebody_holds_is_busy_and_the_others_go_on():
    write([7])
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        connection.set_schema(schema)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM note WHERE item = 7 FOR UPDATE")
            holding.set()
            done.wait(10)
        connection.close()

    def work(items: Sequence[int]) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT item FROM note WHERE item = ANY(%s) FOR UPDATE", [list(items)])
        return write_once(items)

    schema = connection.schema_name
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(5)
    try:
        outcomes = run_batch([1, 7, 2, 3], work)
    finally:
        done.set()
        holder.join()
    assert [type(outcome) for outcome in outcomes] == [str, Busy, str, str]
    assert written() == [1, 2, 3, 7]


def test_the_pause_doubles_with_jitter():
    for tries in range(4):
        pauses = {batches._pause(tries) for _ in range(50)}
        assert all(0.5 <= pause / (0.001 * 2**tries) <= 1.5 for pause in pauses)
        assert len(pauses) > 1


def test_the_state_of_a_fault_is_the_servers_word():
    with pytest.raises(DatabaseError) as fault, transaction.atomic():
        raise_state("40P01")()
    assert batches._state(fault.value) == "40P01"
