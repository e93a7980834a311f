"""A list as a file: written once and whole, fetched by who asked, and gone after a week."""

from datetime import timedelta

import pytest
from django.conf import settings

from regulars.audit.models import Event
from regulars.core.actor import Actor
from regulars.files.keep import remove_files
from regulars.files.models import KeptFile
from regulars.platform.home import Home
from regulars.reports.exports import runs
from regulars.reports.exports.runs import (
    TooManyExports,
    UnknownExport,
    ask_export,
    fetch_export,
    forget_exports,
    list_exports,
    read_export,
    stop_export,
    write_export,
)
from regulars.reports.exports.source import SOURCES, Source, UnknownSource, register
from regulars.reports.models import Export
from tests.shop import NOON

pytestmark = pytest.mark.django_db(transaction=False)
ANN, BOB = Actor(kind="staff", id=7, name="Ann"), Actor(kind="staff", id=8, name="Bob")


def read_numbers(asked, columns, at):
    for start in range(0, asked["to"], 10):
        yield [
            [{"n": n, "text": f"={n}"}[column] for column in columns]
            for n in range(start, min(start + 10, asked["to"]))
        ]


@pytest.fixture(autouse=True)
def numbers(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "HOME", Home(tmp_path))
    register(Source(name="numbers", count=lambda asked, at: asked["to"], read=read_numbers))
    yield
    del SOURCES["numbers"]


def asked(to: int = 25, *, form: str = "csv", by: Actor = ANN) -> int:
    columns = [("text", "Text"), ("n", "Number")]
    return ask_export("numbers", title="Numbers", asked={"to": to}, columns=columns, form=form, at=NOON, by=by)


def now():
    return NOON


def test_what_is_asked_for_is_written_in_the_order_of_its_columns():
    export = asked()
    assert write_export(export, now=now) == "done"
    lines = fetch_export(export, at=NOON, by=ANN).read().decode("utf-8-sig").split("\r\n")
    assert lines[:3] + lines[-2:] == ["Text,Number", "'=0,0", "'=1,1", "'=24,24", ""]
    found = read_export(export, by=ANN)
    assert (found.state, found.done, found.total, found.percent) == ("done", 25, 25, 100)
    actions = Event.objects.filter(about="export").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["export.asked", "export.fetched"]


def test_an_empty_list_is_a_heading():
    export = asked(0, form="xlsx")
    assert write_export(export, now=now) == "done"
    assert fetch_export(export, at=NOON, by=ANN).read(2) == b"PK"


def test_nobody_else_fetches_stops_or_sees_it():
    export = asked()
    write_export(export, now=now)
    for refused in (lambda: fetch_export(export, at=NOON, by=BOB), lambda: read_export(export, by=BOB)):
        with pytest.raises(UnknownExport):
            refused()
    with pytest.raises(UnknownExport):
        stop_export(export, at=NOON, by=BOB)
    assert list_exports(by=BOB) == []


def test_one_that_is_stopped_leaves_no_file(monkeypatch):
    monkeypatch.setattr(runs, "TELLS_SECONDS", 0)
    waiting, running = asked(), asked()
    stop_export(waiting, at=NOON, by=ANN)
    assert write_export(waiting, now=now) == "stopped"
    Export.objects.filter(pk=running).update(is_stop_asked=True)
    assert write_export(running, now=now) == "stopped"
    assert not KeptFile.objects.exists()


def test_one_whose_worker_died_is_written_from_the_start():
    export = asked()
    Export.objects.filter(pk=export).update(state="running", done=20)
    assert write_export(export, now=now) == "done"
    assert fetch_export(export, at=NOON, by=ANN).read().count(b"\r\n") == 26


def test_one_that_fails_says_so(monkeypatch):
    export = asked()
    monkeypatch.setitem(
        SOURCES, "numbers", Source(name="numbers", count=lambda *_: 0, read=lambda *_: iter([[[object()]]]))
    )
    monkeypatch.setattr(runs, "open_sheet", None)
    with pytest.raises(TypeError):
        write_export(export, now=now)
    assert read_export(export, by=ANN).state == "failed"


def test_files_are_forgotten_after_a_week(django_capture_on_commit_callbacks):
    old, new = asked(), asked()
    for export in (old, new):
        write_export(export, now=now)
    Export.objects.filter(pk=new).update(created_at=NOON + timedelta(days=3))
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_exports(at=NOON + timedelta(days=7)) == 1
    assert [read_export(each, by=ANN).state for each in (old, new)] == ["forgotten", "done"]
    with pytest.raises(UnknownExport):
        fetch_export(old, at=NOON, by=ANN)
    assert len([path for path in settings.HOME.folder.rglob("*") if path.is_file()]) == 1


def test_a_file_that_is_removed_because_somebody_in_it_is_erased_is_gone(django_capture_on_commit_callbacks):
    export = asked()
    write_export(export, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        remove_files(KeptFile.objects.all())
    assert read_export(export, by=ANN).state == "forgotten"
    with pytest.raises(UnknownExport):
        fetch_export(export, at=NOON, by=ANN)


def test_nobody_has_the_machine_write_without_end():
    for _ in range(runs.MOST_OPEN):
        asked()
    with pytest.raises(TooManyExports):
        asked()
    assert asked(by=BOB)


def test_a_list_nobody_registered_is_refused():
    with pytest.raises(UnknownSource):
        ask_export("nothing", title="", asked={}, columns=[], form="csv", at=NOON, by=ANN)
    assert not Export.objects.exists()
