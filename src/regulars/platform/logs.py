"""Logs are one JSON object a line, and never hold personal data.

What a person typed reaches a log in two ways: as an argument somebody logged, which review must catch, and inside
an exception's words ("Key (phone)=(+1…) already exists"), which is why an exception is written as its class, its
place in the code and, for the database's own, its SQLSTATE and constraint, but without its words.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """Write a record as a line of JSON: at, level, logger, message, and what went wrong where."""

    def __init__(self, *, with_words: bool = False) -> None:
        super().__init__()
        self.with_words = with_words

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        for name in ("merchant", "status_code"):
            if (value := getattr(record, name, None)) is not None:
                line[name] = value
        if record.exc_info and record.exc_info[1]:
            line["fault"] = self.describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)

    def describe(self, fault: BaseException) -> dict[str, Any]:
        """Answer the class, the place and the database's codes of an exception, and its words only if asked for."""
        facts: dict[str, Any] = {"class": f"{type(fault).__module__}.{type(fault).__qualname__}"}
        if sqlstate := getattr(fault, "sqlstate", None):
            facts["sqlstate"] = sqlstate
        if constraint := getattr(getattr(fault, "diag", None), "constraint_name", None):
            facts["constraint"] = constraint
        if self.with_words:
            facts["words"] = str(fault)
        frames = traceback.extract_tb(fault.__traceback__)
        facts["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        if cause := fault.__cause__ or fault.__context__:
            facts["because"] = self.describe(cause)
        return facts


def logging_settings(*, debug: bool) -> dict[str, Any]:
    """Answer the `dictConfig` that every process of an installation uses: JSON lines on stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "regulars.platform.logs.JsonLines", "with_words": debug}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # Django would add a console handler and letters to admins of its own.
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True},
            "_granian": {"handlers": [], "propagate": True},
            "procrastinate": {"level": "WARNING"},
        },
    }
