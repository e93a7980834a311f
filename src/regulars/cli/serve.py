"""`regulars serve`, and the two commands by which it starts its parts."""

import logging.config
import os
import subprocess
import sys
from typing import Annotated

import typer

from regulars.cli.session import choose_role, told_in_a_sentence

Port = Annotated[int, typer.Option(help="The port to listen on.")]
Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every one this machine has.")]
Workers = Annotated[int, typer.Option(help="Web server processes.", min=1)]

US = (sys.executable, "-m", "regulars")


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command(hidden=True)(web)
    app.command()(worker)


def serve(port: Port = 8000, host: Host = "127.0.0.1", workers: Workers = 1) -> None:
    """Run Regulars: the database, the web server and the worker, until Ctrl-C or SIGTERM."""
    from regulars.platform.logs import logging_settings
    from regulars.platform.parts import Part
    from regulars.platform.sharing import database_running, only_serve
    from regulars.platform.supervisor import Stopping, check_port, is_up, shared_metrics, supervise

    logging.config.dictConfig(logging_settings(debug=os.environ.get("REGULARS_DEBUG") == "1"))
    url = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}:{port}"  # noqa: S104 - only compared

    with told_in_a_sentence():
        home = choose_role("app")
        with only_serve(home):
            check_port(host, port)
            stopping = Stopping()
            with database_running(home) as server:
                migrate_first()
                environment = {**os.environ, **shared_metrics(home)}
                listening = ["--host", host, "--port", str(port), "--workers", str(workers)]
                parts = [
                    Part("web", [*US, "web", *listening], environment),
                    Part("worker", [*US, "worker"], environment),
                ]

                def say_when_ready() -> bool:
                    if ready := is_up(url):
                        typer.echo(f"Regulars answers at {url}/  (Ctrl-C stops it)")
                    return ready

                supervise(home, server, parts, stopping=stopping, when_ready=say_when_ready)


def migrate_first() -> None:
    """Migrate in a process of its own, as the owner: what serves never holds those rights."""
    done = subprocess.run([*US, "migrate"], check=False, env={**os.environ, "REGULARS_DB_ROLE": "owner"})
    if done.returncode != 0:
        raise typer.Exit(done.returncode)


def web(port: Port = 8000, host: Host = "127.0.0.1", workers: Workers = 1) -> None:
    """Run the web server alone, on a database that already runs."""
    from granian import Granian
    from granian.constants import Interfaces

    from regulars.platform.logs import logging_settings
    from regulars.platform.parts import end_with_supervisor

    choose_role("app")
    end_with_supervisor()
    Granian(
        "regulars.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=25,
        log_dictconfig=logging_settings(debug=os.environ.get("REGULARS_DEBUG") == "1"),
    ).serve()


def worker() -> None:
    """Run the worker alone, on a database that already runs: it does what was left to be done later."""
    from regulars.platform.parts import end_with_supervisor

    choose_role("app")
    end_with_supervisor()
    import django

    django.setup()
    from regulars.jobs.worker import run_worker

    run_worker()
