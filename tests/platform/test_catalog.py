"""What every merchant's schema must be, read from PostgreSQL's own catalog.

Some rules keep the way to several machines open (a schema must be movable); the others keep a new merchant equal to
a migrated one.
"""

import re

import pytest
from django.conf import settings
from django.db import connection

from regulars.platform.recipes import TEMPLATE_SCHEMA

pytestmark = pytest.mark.django_db

MERCHANT = "m_test"


def rows(query: str, **parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def test_there_is_no_trigger():
    triggers = """
        SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal"""
    assert rows(triggers, schema=MERCHANT) == []


def test_no_foreign_key_leaves_the_schema():
    leaving = """
        SELECT conrelid::regclass::text, conname FROM pg_constraint k
        JOIN pg_class here ON here.oid = k.conrelid JOIN pg_class there ON there.oid = k.confrelid
        WHERE k.contype = 'f' AND here.relnamespace = %(schema)s::regnamespace
          AND there.relnamespace <> here.relnamespace"""
    assert rows(leaving, schema=MERCHANT) == []


OURS = "^(ledger|audit|stores|staff|programs|members|points|sales|reports)_"


def test_every_identity_of_ours_is_a_bigint():
    narrow = """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' AND c.relname ~ %(ours)s
          AND a.attnum > 0 AND (a.attidentity <> '' OR a.attname ~ '(^|_)id$')
          AND format_type(a.atttypid, NULL) !~ 'bigint|uuid|char|text'
          -- a foreign key into one of Django's own tables has their type
          AND NOT EXISTS (SELECT FROM pg_constraint k JOIN pg_class there ON there.oid = k.confrelid
                          WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY(k.conkey)
                            AND there.relname !~ %(ours)s)"""
    assert rows(narrow, schema=MERCHANT, ours=OURS) == []


def test_nothing_is_computed_by_the_database_behind_our_back():
    """No rule, no volatile default: what a row holds is what we wrote."""
    defaults = """
        SELECT c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
        JOIN pg_class c ON c.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relname ~ %(ours)s AND a.attgenerated = ''
          AND pg_get_expr(d.adbin, d.adrelid) ~* '(now|current_timestamp|random|clock_timestamp|gen_random_uuid)'"""
    assert rows(defaults, schema=MERCHANT, ours=OURS) == []
    assert rows("SELECT tablename FROM pg_rules WHERE schemaname = %(schema)s", schema=MERCHANT) == []


CATALOG = {
    "columns": """
        SELECT table_name, row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position), column_name,
               data_type, character_maximum_length, is_nullable, is_identity,
               identity_generation, is_generated, generation_expression, collation_name,
               column_default
        FROM information_schema.columns WHERE table_schema = %(schema)s ORDER BY 1, 2""",
    "constraints": """
        SELECT c.relname, k.conname, k.contype, k.condeferrable, k.condeferred, k.convalidated,
               pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.relnamespace = %(schema)s::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef
        FROM pg_indexes WHERE schemaname = %(schema)s ORDER BY 1, 2""",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, increment_by, cache_size, cycle
        FROM pg_sequences WHERE schemaname = %(schema)s ORDER BY 1""",
    "rights": """
        SELECT c.relname, c.relkind, a.grantee::regrole::text, a.privilege_type FROM pg_class c
        CROSS JOIN aclexplode(c.relacl) a
        WHERE c.relnamespace = %(schema)s::regnamespace ORDER BY 1, 3, 4""",
    "schema rights": """
        SELECT a.grantee::regrole::text, a.privilege_type FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a
        WHERE n.nspname = %(schema)s ORDER BY 1, 2""",
}


@pytest.mark.parametrize("part", CATALOG)
def test_a_merchant_made_by_the_recipe_equals_one_made_by_the_migrations(part):
    made = [in_one_spelling(row, MERCHANT) for row in rows(CATALOG[part], schema=MERCHANT, ours=OURS)]
    migrated = [in_one_spelling(row, TEMPLATE_SCHEMA) for row in rows(CATALOG[part], schema=TEMPLATE_SCHEMA, ours=OURS)]
    assert made == migrated
    assert made


def in_one_spelling(row: tuple, schema: str) -> tuple:
    """Write an expression without its schema, and without the casts that PostgreSQL spells in two ways.

    `ARRAY['a'::character varying]::text[]` reads back as `ARRAY['a'::character varying::text]`: the same list.
    """
    plain = (re.sub(rf"{schema}\.|::text|::character varying|[()]|\[\]", "", str(value)) for value in row)
    return tuple(plain)


def test_a_new_merchant_has_the_first_rows_of_a_migrated_one():
    for table in ("django_content_type", "auth_permission"):
        made = rows(f"SELECT * FROM {MERCHANT}.{table} ORDER BY id")
        migrated = rows(f"SELECT * FROM {TEMPLATE_SCHEMA}.{table} ORDER BY id")
        assert made == migrated != []


@pytest.mark.parametrize("table", settings.APPEND_ONLY_TABLES)
@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"])
def test_the_application_cannot_change_what_is_append_only(table, right):
    asked = "SELECT has_table_privilege('regulars_app', %(table)s, %(right)s)"
    assert rows(asked, table=f"{MERCHANT}.{table}", right=right) == [(False,)]


@pytest.mark.parametrize("table", settings.APPEND_ONLY_TABLES)
def test_the_application_cannot_change_a_single_column_of_what_is_append_only(table):
    asked = "SELECT has_any_column_privilege('regulars_app', %(table)s, 'UPDATE')"
    assert rows(asked, table=f"{MERCHANT}.{table}") == [(False,)]


@pytest.mark.parametrize("table", settings.APPEND_ONLY_TABLES)
def test_the_application_can_add_to_what_is_append_only(table):
    for right in ("SELECT", "INSERT"):
        asked = "SELECT has_table_privilege('regulars_app', %(table)s, %(right)s)"
        assert rows(asked, table=f"{MERCHANT}.{table}", right=right) == [(True,)]


def test_tests_work_in_the_role_of_the_application():
    assert rows("SELECT current_user::text, current_schema::text") == [("regulars_app", MERCHANT)]


def test_the_application_owns_nothing_and_can_make_nothing():
    owned = "SELECT relname FROM pg_class WHERE relowner = 'regulars_app'::regrole"
    assert rows(owned) == []
    for schema in (MERCHANT, "public"):
        assert rows("SELECT has_schema_privilege('regulars_app', %(schema)s, 'CREATE')", schema=schema) == [(False,)]
    assert rows("SELECT has_table_privilege('regulars_app', 'public.platform_merchant', 'INSERT')") == [(False,)]
