"""What machines ask a running installation: is it alive, is it ready, what has it counted.

GET /healthz   200 while this process runs
GET /readyz    200 when the database answers and is as new as this program, else 503 with the reasons
GET /metrics   Prometheus' text; behind `Authorization: Bearer …` when REGULARS_METRICS_TOKEN is set
"""

import asyncio
import hmac
import json
import os
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from regulars.config.pages import Receive, Scope, Send
from regulars.platform.health import find_faults

ONE_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probe")
"""One thread, hence one database connection, however many ask whether we are ready."""


async def answer_healthz(scope: Scope, receive: Receive, send: Send) -> None:
    await reply(send, status=200, body=b"alive\n")


async def answer_readyz(scope: Scope, receive: Receive, send: Send) -> None:
    faults = await asyncio.get_running_loop().run_in_executor(ONE_THREAD, look_for_faults)
    body = json.dumps({"ready": not faults, "faults": faults}).encode()
    await reply(send, status=503 if faults else 200, body=body, content_type=b"application/json")


async def answer_metrics(scope: Scope, receive: Receive, send: Send) -> None:
    wanted = os.environ.get("REGULARS_METRICS_TOKEN")
    given = dict(scope["headers"]).get(b"authorization", b"")
    if wanted and not hmac.compare_digest(given, f"Bearer {wanted}".encode()):
        await reply(send, status=401, body=b"a token is needed\n")
        return
    body = await asyncio.get_running_loop().run_in_executor(ONE_THREAD, collect_metrics)
    await reply(send, status=200, body=body, content_type=CONTENT_TYPE_LATEST.encode())


PROBES = {"/healthz": answer_healthz, "/readyz": answer_readyz, "/metrics": answer_metrics}


def look_for_faults() -> list[str]:
    close_old_connections()
    return find_faults()


def collect_metrics() -> bytes:
    """Answer the counts of all processes of this run, where they count together, and else of this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


async def reply(send: Send, *, status: int, body: bytes, content_type: bytes = b"text/plain; charset=utf-8") -> None:
    length = str(len(body)).encode()
    headers = [(b"content-type", content_type), (b"content-length", length), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
