"""Requests are counted under their route, never under their path, and reach Prometheus."""

import asyncio

from prometheus_client import REGISTRY

from regulars.api.metrics import Measured


async def nothing(*_):
    return {}


def answer_with(status, path_template):
    async def app(scope, receive, send):
        if path_template:
            scope["path_template"] = path_template
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return Measured(app)


def ask(app, *methods):
    async def run():
        for method in methods:
            await app({"type": "http", "method": method, "path": "/members/ann@example.org"}, nothing, nothing)
        app.hand_over()

    asyncio.run(run())


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels)


def test_requests_are_counted_by_route_and_status():
    ask(answer_with(201, "/test/{member_id}"), "POST", "POST", "GET", "BREW")
    counted = {
        method: value("regulars_api_requests_total", method=method, route="/test/{member_id}", status="201")
        for method in ("POST", "GET", "other")
    }
    assert counted == {"POST": 2, "GET": 1, "other": 1}
    assert value("regulars_api_requests_within_total", route="/test/{member_id}", le="+Inf") == 4
    assert value("regulars_api_request_seconds_total", route="/test/{member_id}") > 0


def test_what_leads_nowhere_is_counted_together():
    before = value("regulars_api_requests_total", method="GET", route="none", status="404") or 0
    ask(answer_with(404, None), "GET")
    assert value("regulars_api_requests_total", method="GET", route="none", status="404") == before + 1
    assert "ann@example.org" not in "".join(str(metric) for metric in REGISTRY.collect())


def test_the_lanes_show_their_flushes(client, shop):
    shop.machine().sell(1000)
    assert value("regulars_flush_items_count", lane="sales") >= 1
    assert value("regulars_lane_depth", lane="sales") == 0
