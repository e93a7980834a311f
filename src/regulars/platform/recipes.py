"""The recipe of a merchant's schema: the SQL that makes an empty one, taken from a schema made by the migrations.

Running the migrations for a new merchant takes many seconds and grows with every migration ever written; replaying
their result takes a fraction of one. The recipe is PostgreSQL's own dump of the schema `regulars_template`, which no
merchant uses, so a merchant made from it equals a migrated one by construction: tables, identities, constraints,
indexes, rights, and first rows such as content types. It is recorded again whenever the migrations have changed.
"""

import hashlib
import os
import re
import subprocess
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from regulars.platform.binaries import find_program
from regulars.platform.cannot_run import CannotRun
from regulars.platform.database import connection_facts, libpq_environment
from regulars.platform.home import find_home
from regulars.platform.models import SchemaRecipe

TEMPLATE_SCHEMA = "regulars_template"
SESSION_LINE = re.compile(
    r"""^(?: SET\ \w+\ =\ [^;]*; | SELECT\ pg_catalog\.set_config\(.*\); | \\(?:un)?restrict\ .* | --.* )$\n?""",
    re.MULTILINE | re.VERBOSE,
)
"""Lines of a dump that are about psql and its session, and comments."""


class NotMigrated(CannotRun):
    """The database is older than this program."""

    def __init__(self) -> None:
        super().__init__("the database is older than this program: run `regulars migrate`")


class NotDumped(CannotRun):
    """PostgreSQL's own tool could not read the template."""


def fingerprint() -> str:
    """Answer what stands for the schema that this program's migrations make.

    It covers the text of the migrations and the list of append-only tables, whose rights are part of the schema.
    """
    digest = hashlib.sha256(repr(sorted(settings.APPEND_ONLY_TABLES)).encode())
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for key in sorted(loader.disk_migrations):
        module = __import__(loader.disk_migrations[key].__module__, fromlist=["__file__"])
        digest.update(repr(key).encode())
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()


def record_recipe(*, at: datetime) -> None:
    """Keep the template's dump as the recipe of this program's fingerprint, in place of all earlier ones."""
    SchemaRecipe.objects.all().delete()
    SchemaRecipe.objects.create(fingerprint=fingerprint(), sql=dump_template(), recorded_at=at)


def is_recorded() -> bool:
    """Say whether the recipe is of this program's own migrations."""
    return SchemaRecipe.objects.filter(fingerprint=fingerprint()).exists()


def dump_template() -> str:
    """Answer the SQL that makes the template's contents, without the lines that would change the session."""
    environment = {**os.environ, **libpq_environment(connection_facts(find_home()))}
    command = [str(find_program("pg_dump")), f"--schema={TEMPLATE_SCHEMA}", "--no-owner", "--rows-per-insert=1000"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotDumped(f"the template of a merchant's schema could not be read: {done.stderr.strip()}")
    return SESSION_LINE.sub("", done.stdout)


def follow_recipe(schema: str) -> str:
    """Make a schema by the recipe, as the owner, and answer the fingerprint it has. Raises `NotMigrated`."""
    recipe = SchemaRecipe.objects.filter(fingerprint=fingerprint()).first()
    if recipe is None:
        raise NotMigrated
    # The template's name is no word of any other language: wherever the dump says it, it means the schema.
    statements = recipe.sql.replace(TEMPLATE_SCHEMA, schema)
    connection.ensure_connection()
    connection.connection.execute(statements, prepare=False)
    return recipe.fingerprint
