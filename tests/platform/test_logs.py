"""A line of the log is JSON, and never holds what a person typed."""

import json
import logging
import sys

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.platform.logs import JsonLines


def written(formatter: JsonLines, message: str, *arguments: object, **extra: object) -> dict:
    record = logging.LogRecord("shop", logging.ERROR, __file__, 1, message, arguments, sys.exc_info())
    record.__dict__.update(extra)
    return json.loads(formatter.format(record))


def test_a_line_says_when_where_and_what():
    line = written(JsonLines(), "%s jobs done", 3, merchant="bakery")
    assert (line["level"], line["logger"], line["message"], line["merchant"]) == (
        "error",
        "shop",
        "3 jobs done",
        "bakery",
    )
    assert line["at"].endswith("+00:00")
    assert "fault" not in line


@pytest.mark.django_db
def test_a_database_fault_is_named_by_its_constraint_and_not_by_its_words():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE people (phone text CONSTRAINT one_phone PRIMARY KEY)")
        cursor.execute("INSERT INTO people VALUES ('+15550001')")
        try:
            with transaction.atomic():
                cursor.execute("INSERT INTO people VALUES ('+15550001')")
        except IntegrityError:
            line = written(JsonLines(), "not enrolled")
    assert line["fault"]["class"] == "django.db.utils.IntegrityError"
    assert line["fault"]["because"]["sqlstate"] == "23505"
    assert line["fault"]["because"]["constraint"] == "one_phone"
    assert "5550001" not in json.dumps(line)


@pytest.mark.parametrize(("with_words", "shown"), [(False, False), (True, True)])
def test_the_words_of_an_exception_are_for_developers(with_words, shown):
    try:
        raise ValueError("ann@shop.example is no phone number")
    except ValueError:
        line = written(JsonLines(with_words=with_words), "odd input")
    assert ("ann@shop.example" in json.dumps(line)) is shown
    assert any("test_logs.py" in place for place in line["fault"]["at"])
