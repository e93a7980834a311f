"""The documents say what is there, are shown without any other host, and allow no request that is a fault of ours."""

import re
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regulars.api.app import ROUTES, litestar
from regulars.api.documents import FILES
from regulars.api.words import WORDS
from regulars.core.refusals import Refusal

EXAMPLES = 12
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
HOSTS = re.compile(r"""(?:src|href|url|fetch|import)\s*[=(]?\s*["'`]?(?:https?:)?//[a-z0-9]""", re.IGNORECASE)


@cache
def documents() -> dict:
    return litestar.openapi_schema.to_schema()


def test_the_documents_are_openapi_3_1_and_open_to_all(client):
    answer = client.get("/api/docs/openapi.json")
    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")
    assert answer.json()["info"]["title"] == "Regulars"


def test_every_route_is_documented_with_its_errors():
    operations = [one for methods in documents()["paths"].values() for one in methods.values()]
    assert len(operations) == len(ROUTES)
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"] == [{"key": []}]
        assert {"400", "401", "403", "404", "503"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                schema = response["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Failure"}, (operation["operationId"], status)


WRITES_NOTHING = ("/api/v1/quotes", "/api/v1/sales/{sale_id}/refunds/preview")


def test_every_write_takes_an_idempotency_key():
    for path, methods in documents()["paths"].items():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            is_write = method in ("post", "patch", "delete") and path not in WRITES_NOTHING
            assert ("Idempotency-Key" in names) is is_write, path


def test_no_body_takes_an_unknown_field_or_an_unbounded_text():
    def texts(schema, path):
        if {"maxLength", "pattern"} & set(schema):
            return
        if schema.get("type") == "string" and not {"format", "enum", "const"} & set(schema):
            yield path, schema
        for name, inner in schema.get("properties", {}).items():
            yield from texts(inner, f"{path}.{name}")
        for inner in schema.get("oneOf", ()):
            yield from texts(inner, path)

    for name, schema in documents()["components"]["schemas"].items():
        if name.endswith("In") or name == "MemberNamed":
            for path, text in texts(schema, name):
                assert "maxLength" in text or "pattern" in text, path


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/"])
def test_the_page_runs_its_own_scripts_only(path, client):
    page = client.get(path)
    assert page.status_code == 200
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not HOSTS.search(page.text)
    assert "<script>" not in page.text
    for file in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        answer = client.get(file)
        assert answer.status_code == 200, file
        if file.endswith((".css", "page.js")):
            assert not HOSTS.search(answer.text), file


def test_the_vendored_files_say_where_they_are_from():
    said = (FILES / "VENDORED.md").read_text()
    assert re.search(r"swagger-ui-dist \d+\.\d+\.\d+", said)
    assert "Apache-2.0" in said
    assert (FILES / "LICENSE.txt").exists()


@pytest.mark.parametrize("name", ["nothing.js", "VENDORED.md", "..%2Fapp.py", "%00"])
def test_only_the_pages_files_are_sent(name, client):
    answer = client.get(f"/api/docs/files/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return {kind}.union(*(refusals(each) for each in kind.__subclasses__()))


ELSEWHERE = {
    # what only screens and commands refuse
    *("malformed_merchant_code", "merchant_exists", "unknown_merchant", "host_taken"),
    *("email_taken", "weak_password", "unknown_person", "last_owner", "not_allowed"),
    *("approval_closed", "approval_reason_needed", "invalid_approval_rule", "invalid_pin"),
    *("effect_changed", "import_moved_on"),
    *("invalid_role", "role_in_use", "unknown_role", "invalid_grant", "unknown_grant", "more_than_you_hold"),
    *("invalid_successor", "state_reason_needed", "invalid_lock_end", "not_yourself"),
    *("unknown_stores", "invalid_label", "label_taken", "unknown_label"),
    *("too_many_live_keys", "invalid_key", "unknown_key_id"),
    *("invalid_program", "program_exists", "not_the_demo", "currency_in_use"),
    *("invalid_colour", "accent_too_pale", "invalid_looks", "logo_too_large", "logo_unreadable"),
    *("no_draft", "draft_exists", "unknown_version", "version_has_started", "invalid_document", "faulty_program"),
    *("unknown_recipe", "unknown_backtest", "empty_period", "backtest_running", "sale_refused"),
    *("invalid_store", "unknown_till"),
    *("invalid_attribute_definition", "attribute_code_taken", "too_many_attributes", "attribute_values_in_the_way"),
    "unknown_duplicate",
    *("card_type_exists", "invalid_card_type", "invalid_batch", "batch_not_found", "card_batch_open"),
    *("invalid_pattern", "invalid_list"),
    *("invalid_note", "note_not_found", "not_verified", "identifier_not_found"),
    *("invalid_template", "template_taken", "invalid_text", "invalid_channel", "private_host"),
    *("invalid_sending_terms", "delivery_not_found", "delivery_over", "message_run_not_found", "message_run_over"),
}


def test_every_refusal_of_the_api_has_its_words_and_status():
    ours = {each.code for each in refusals() if each.__module__.startswith("regulars.") and hasattr(each, "code")}
    assert ours - ELSEWHERE - set(WORDS) == set()
    for code, (status, words) in WORDS.items():
        assert 400 <= status < 500 or status == 503, code
        assert words.endswith("."), code


@pytest.fixture(scope="module")
def document(shop):
    till = shop.machine()
    ann = till.enrol(external_id="known")
    till.sell(10_000, member={"id": ann["id"]})
    document = schemathesis.openapi.from_asgi("/api/docs/openapi.json", litestar)
    document.token = till.token
    return document


OPERATIONS = [(path, method) for path, methods in documents()["paths"].items() for method in methods]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_is_a_fault_of_ours(path, method, mode, document):
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=document[path][method].as_strategy(generation_mode=mode))
    def send(case):
        case.call_and_validate(headers={"authorization": f"Bearer {document.token}"}, checks=CHECKS)

    send()
