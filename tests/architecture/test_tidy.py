"""What a machine can judge of how this code reads. The layers themselves are held by import-linter (`make check`)."""

import ast
import re
from statistics import median

import pytest

from tests.architecture.source import ROOT, Source, committed, dotted, program, suite

DELIVERY = {"api", "backoffice", "portal", "till", "jobs", "cli"}


def found(places: list[str]) -> str:
    return "\n" + "\n".join(places)


# --- sizes -------------------------------------------------------------------------------------------


def test_no_file_is_longer_than_four_hundred_lines():
    assert not (long := [f"{source.name}: {source.lines}" for source in program() if source.lines > 400]), found(long)


def test_no_test_file_is_longer_than_six_hundred_lines():
    assert not (long := [f"{source.name}: {source.lines}" for source in suite() if source.lines > 600]), found(long)


def test_half_of_all_files_are_short_and_nine_in_ten_are_not_long():
    lines = sorted(source.lines for source in program() if source.lines)
    assert median(lines) < 100
    assert lines[len(lines) * 9 // 10] < 250


def test_no_function_is_longer_than_sixty_lines():
    long = [
        f"{source.name}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1}"
        for source in program()
        for node in source.walk(ast.FunctionDef, ast.AsyncFunctionDef)
        if node.end_lineno - node.lineno + 1 > 60
    ]
    assert not long, found(long)


# --- names -------------------------------------------------------------------------------------------

VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "services",
    "service",
    "managers",
    "base",
    "data",
    "info",
    "misc",
}


def test_no_file_or_folder_has_a_vague_name():
    vague = [
        str(path.relative_to(ROOT))
        for path in committed()
        if path.suffix == ".py" and VAGUE & {*path.relative_to(ROOT).parts[:-1], path.stem}
    ]
    assert not vague, found(vague)


# --- time --------------------------------------------------------------------------------------------

TELLS_TIME = DELIVERY | {"platform", "config", "demo"}
CLOCKS = {
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "localtime",
    "localdate",
}
SQL_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp)\s*\(\s*\)|\bCURRENT_(TIMESTAMP|DATE)\b", re.IGNORECASE
)


def test_only_delivery_reads_a_clock():
    """Every rule gets its time as an argument: so a test, a replay and a late till can say what time it is."""
    read = [
        f"{source.name}:{node.lineno}"
        for source in program()
        if source.package not in TELLS_TIME
        for node in ast.walk(source.tree)
        if reads_clock(node)
    ]
    assert not read, found(read)


def reads_clock(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        return name in CLOCKS or ".".join(name.split(".")[-2:]) in CLOCKS
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " " in node.value and bool(SQL_CLOCK.search(node.value)) and "SELECT" in node.value.upper()
    return isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}


# --- faults ------------------------------------------------------------------------------------------

MAY_CATCH_ALL: dict[str, str] = {
    "src/regulars/platform/batches.py": "one poison item must not fail the rest: it is bisected out",
    "src/regulars/api/lane.py": "a flush that fails still owes each of its callers an answer",
    "src/regulars/messages/carriers.py": "services bring faults of their own, and none may cost another message",
}


def test_nobody_catches_everything():
    broad = [
        f"{source.name}:{node.lineno}"
        for source in program()
        if source.name not in MAY_CATCH_ALL
        for node in source.walk(ast.ExceptHandler)
        if catches_all(node)
    ]
    assert not broad, found(broad)


def catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return bool({"Exception", "BaseException"} & {dotted(kind) for kind in caught})


def test_the_list_of_those_who_may_catch_everything_is_not_stale():
    catching = {
        source.name for source in program() if any(catches_all(node) for node in source.walk(ast.ExceptHandler))
    }
    assert set(MAY_CATCH_ALL) <= catching


# --- models ------------------------------------------------------------------------------------------

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}


def test_no_relation_names_its_model_by_a_string():
    """A string would hide an arrow from import-linter, and a typing error from everybody."""
    strings = [
        f"{source.name}:{node.lineno}"
        for source in program()
        for node in source.walk(ast.Call)
        if dotted(node.func).split(".")[-1] in RELATIONS and any(names_other_app(value) for value in first_words(node))
    ]
    assert not strings, found(strings)


def first_words(call: ast.Call) -> list[ast.expr]:
    return [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg in {"to", "through"})]


def names_other_app(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and "." in value.value


def test_models_state_facts_and_do_nothing():
    """No save() of their own, no ordering that every query pays for."""
    doing = [
        f"{source.name}:{node.lineno}"
        for source in program()
        if source.path.name == "models.py"
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "clean"})
        or (isinstance(node, ast.Assign) and any(dotted(target) == "ordering" for target in node.targets))
    ]
    assert not doing, found(doing)


def test_nobody_listens_to_signals():
    listening = [
        f"{source.name}:{node.lineno}"
        for source in program()
        for node in source.walk(ast.ImportFrom)
        if node.module in {"django.dispatch", "django.db.models.signals"}
    ]
    assert not listening, found(listening)


def test_only_migrating_waits_for_a_lock_that_no_row_has():
    """Rows, tables and unique keys decide between two who want the same, in a cluster too."""
    waiting = [source.name for source in program() if "pg_advisory" in source.text]
    assert waiting == ["src/regulars/platform/migrate.py"]


# --- delivery ----------------------------------------------------------------------------------------

WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "raw_create",
    "acreate",
    "asave",
}


def test_delivery_writes_nothing_by_itself():
    """An endpoint or a page translates and makes one call; what changes rows is a verb of the layers below."""
    writing = [
        f"{source.name}:{node.lineno}"
        for source in program()
        if source.package in {"api", "backoffice", "portal", "till"}
        for node in source.walk(ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    ]
    assert not writing, found(writing)


# --- what is committed -------------------------------------------------------------------------------

STRANGE = re.compile(
    "|".join(
        ["/wo" + "rk/", "/ro" + "ot/", "/opt" + "/pypi", "pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.org"]
    )
)


def test_no_file_names_this_machine_or_a_registry():
    named = []
    for path in committed():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # a picture or a font
        named += [
            f"{path.relative_to(ROOT)}:{at}" for at, line in enumerate(text.splitlines(), 1) if STRANGE.search(line)
        ]
    assert not named, found(named)


@pytest.mark.parametrize("name", ["app", "dev", "build"])
def test_every_requirement_is_pinned_and_hashed(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pinned = re.findall(r"^[a-z0-9][\w.\[\]-]*==\S+(?: ;.*?)? \\\n    --hash=sha256:", text, re.MULTILINE)
    assert pinned
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))


def test_nothing_is_committed_that_a_run_makes():
    made = [
        str(path.relative_to(ROOT))
        for path in committed()
        if {"var", ".venv", "__pycache__"} & set(path.relative_to(ROOT).parts)
    ]
    assert not made, found(made)


def test_every_file_of_the_program_says_what_it_is_for():
    silent = [
        source.name
        for source in program()
        if source.path.name != "apps.py" and source.lines and not ast.get_docstring(source.tree)
    ]
    assert not silent, found(silent)


def test_source_is_read_as_it_is() -> None:
    """The reader itself: packages are told by folder."""
    assert {source.package for source in program()} >= {"ledger", "core", "platform"}
    assert all(isinstance(source, Source) for source in suite())
