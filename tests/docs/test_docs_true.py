"""The documentation says what is true: codes, commands, settings, routes, links and examples are the program's."""

import json
import re
from pathlib import Path

import pytest
import typer
from django.apps import apps

from regulars.api.app import litestar
from regulars.api.bodies import decode_body
from regulars.api.routes.adjustments import AdjustmentIn
from regulars.api.routes.cards import CardIn
from regulars.api.routes.claims import ClaimIn
from regulars.api.routes.lots import ReinstatementIn
from regulars.api.routes.members import MemberIn
from regulars.api.routes.refunds import RefundIn
from regulars.api.routes.sales import SaleIn
from regulars.api.routes.uploads import SalesIn
from regulars.cli import app
from regulars.jobs.proof import EVERY_CHECK
from regulars.jobs.schedule import SCHEDULE
from regulars.staff.models import Role, Scope
from regulars.staff.rights import RIGHTS, Right
from tests.docs import refusal_table

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
REFERENCE = ROOT / "docs" / "reference"
BODIES = {
    "/members": MemberIn,
    "/cards": CardIn,
    "/quotes": SaleIn,
    "/sales": SaleIn,
    "/sales/batch": SalesIn,
    "/refunds": RefundIn,
    "/member": ClaimIn,
    "/adjustments": AdjustmentIn,
    "/reinstatements": ReinstatementIn,
}
CURL = re.compile(r"curl -s \$URL(\S+) [^\n]*<<JSON\n(.*?)\n\s*JSON\n", re.DOTALL)
JSON_BLOCK = re.compile(r"^```json\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NOW = "2026-11-21T10:15:00Z"


def named(pages: list[Path]) -> list:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual viewers make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands(group: typer.Typer, before: str = "regulars") -> dict[str, list[str]]:
    """Every command that is not hidden, with its options."""
    found = {}
    for info in group.registered_commands:
        if not info.hidden:
            click = typer.main.get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=None)
            names = {name for option in click.params for name in option.opts if name.startswith("--")}
            found[f"{before} {click.name}"] = sorted(names - {"--help"})
    for info in group.registered_groups:
        found |= commands(info.typer_instance, f"{before} {info.typer_instance.info.name}")
    return found


def test_the_page_of_refusals_is_what_the_code_says():
    assert refusal_table.PAGE.read_text() == refusal_table.text(), "run: python -m tests.docs.refusal_table"


@pytest.mark.parametrize(("command", "options"), commands(app).items())
def test_every_command_is_documented_with_its_options(command, options):
    row = next((line for line in (REFERENCE / "cli.md").read_text().splitlines() if f"| `{command}" in line), None)
    assert row is not None
    shared = {"--port", "--host", "--workers"} if command == "regulars demo" else set()  # "the options of `serve`"
    assert [option for option in options if f"`{option}`" not in row and option not in shared] == []


def test_every_variable_that_the_program_reads_is_documented():
    sources = "".join(path.read_text() for path in [*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/*.py")])
    read = {*re.findall(r"\bREGULARS_[A-Z_]+\b", sources), "DATABASE_URL"}
    page = (REFERENCE / "configuration.md").read_text()
    assert sorted(name for name in read if f"`{name}" not in page) == []
    documented = set(re.findall(r"`(REGULARS_[A-Z_]+)", page))
    assert sorted(name for name in documented if name not in read and name not in (ROOT / "Makefile").read_text()) == []


def test_every_route_is_documented_with_its_scope():
    page = (REFERENCE / "api.md").read_text()
    rows = set(re.findall(r"^\| `([A-Z]+) (\S+)` \| `(\S+)` \|", page, re.MULTILINE))
    routes = {
        (method, re.sub(r":\w+}", "}", route.path).removeprefix("/api/v1"), handler.opt["scope"])
        for route in litestar.routes
        if route.path.startswith("/api/v1")
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    }
    assert rows == routes


def test_every_scope_is_explained():
    page = (ROOT / "docs" / "how-to" / "connect-a-till.md").read_text()
    assert [scope for scope in Scope.values if f"| `{scope}` |" not in page] == []


@pytest.mark.parametrize("right", list(Right))
def test_every_right_is_documented_with_the_roles_that_have_it(right):
    allowed = " ".join(f"| {'yes' if right in RIGHTS[role] else ''}" for role in Role)
    rows = re.findall(rf"^\| `{right}` \| [^|]+ (\|.*)$", (REFERENCE / "roles.md").read_text(), re.MULTILINE)
    assert [re.sub(r"\s", "", row) for row in rows] == [re.sub(r"\s", "", allowed + "|")]


def test_every_check_of_verify_is_documented_with_its_sentence():
    page = (ROOT / "docs" / "concepts" / "ledger.md").read_text()
    assert [check.name for check in EVERY_CHECK if f"| `{check.name}` | {check.sentence} |" not in page] == []


def test_every_table_is_said_where_things_lie():
    page = (REFERENCE / "data-layout.md").read_text()
    ours = [model for model in apps.get_models() if model.__module__.startswith("regulars.")]
    tables = {model._meta.db_table for model in ours if model._meta.app_label != "platform"}
    assert sorted(table for table in tables if f"`{table}`" not in page) == []


def test_every_metric_is_documented():
    sources = "".join(path.read_text() for path in ROOT.glob("src/regulars/**/metrics.py"))
    defined = set(re.findall(r'\w+\(\s*"(regulars_\w+)"', sources))
    page = (REFERENCE / "metrics.md").read_text()
    assert defined
    assert sorted(name for name in defined if f"`{name}" not in page) == []


def test_what_the_worker_does_by_the_clock_is_few_and_named():
    assert {periodic.task.name for periodic in SCHEDULE} >= {"tick_relay", "tick_night"}


@pytest.mark.parametrize("page", named(PAGES))
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", named(PAGES))
def test_every_example_is_accepted_by_the_api(page):
    for address, body in CURL.findall(page.read_text()):
        ending = address if address in BODIES else f"/{address.rsplit('/', 1)[-1]}"
        decode_body(body.replace("$NOW", NOW).encode(), BODIES[ending])


@pytest.mark.parametrize("page", named(PAGES))
def test_every_block_of_json_is_json(page):
    for block in JSON_BLOCK.findall(page.read_text()):
        json.loads(block)


def test_there_are_examples():
    assert sum(len(CURL.findall(page.read_text())) for page in PAGES) >= 8


def test_the_sale_of_the_reference_is_a_sale():
    (first, *_) = JSON_BLOCK.findall((REFERENCE / "api.md").read_text())
    decode_body(first.encode(), SaleIn)


@pytest.mark.parametrize("page", named(PAGES))
def test_every_page_is_indexed_or_named_in_the_readme(page):
    if page.parent == ROOT / "docs" / "decisions":
        index = page.parent / "README.md"
    else:
        index = ROOT / "README.md" if page.parent == ROOT else ROOT / "docs" / "README.md"
    if page == index:
        return
    linked = {(index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(index.read_text())}
    assert page.resolve() in linked
