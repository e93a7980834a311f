"""A shop that was filled once is copied for each file of journeys: filling one takes seconds, and a copy a moment."""

import shutil

from django.db import connection
from psycopg import sql

from regulars.platform.home import find_home
from regulars.platform.rights import as_owner

TABLES = """
SELECT relname, ARRAY(SELECT attname::text FROM pg_attribute
                      WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'
"""
NUMBERS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL"


def copy_shop(source: str, target: str) -> None:
    """Put all rows and files of one merchant's schema into another one, in place of what it had."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(TABLES, [source])
        tables = [(*each, sql.SQL(", ").join(map(sql.Identifier, columns))) for *each, columns in cursor.fetchall()]
        into = sql.SQL(", ").join(sql.Identifier(target, name) for name, _columns in tables)
        cursor.execute(sql.SQL("TRUNCATE {}").format(into))
        for name, columns in tables:
            copied = "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}"
            here, there = sql.Identifier(target, name), sql.Identifier(source, name)
            cursor.execute(sql.SQL(copied).format(here, columns, columns, there))
        cursor.execute(NUMBERS, [source])
        for name, last in cursor.fetchall():
            cursor.execute("SELECT setval(%s, %s)", [f'"{target}"."{name}"', last])
    if (files := find_home().files_of(source)).exists():
        shutil.copytree(files, find_home().files_of(target), dirs_exist_ok=True)
