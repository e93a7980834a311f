"""A shop made so many times larger: what a thousand members have and did, copied with every number shifted.

Row n becomes the rows (n - 1) * times + 1 … n * times: numbers stay in the order of time, and all that refer to each
other go together, so that the large shop proves itself as the small one does. Each copy is a second later than the
last. What belongs to nobody in particular (the program, stores, tags, the team) is there once. Members get names,
phones and e-mails of their own. Needs the owner's role.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, ForeignKey, Model

MULTIPLIED = {
    "members_member", "members_identifier", "members_card", "members_attributevalue", "members_membernote",
    "audiences_worn", "consents_consent", "consents_consentnow", "programs_tally", "ledger_account", "ledger_entry",
    "ledger_lot", "ledger_lotdate", "ledger_allocation", "ledger_debt", "tiers_standing", "tiers_change",
    "rewards_issuedreward", "rewards_step", "sales_sale", "sales_line", "sales_refund", "receipts_receipt",
    "receipts_dispute", "care_likeness", "care_duplicate", "audit_event",
}  # fmt: skip
"""Everything else is copied as it is."""

THERE_ALREADY = {"django_migrations", "django_content_type", "auth_permission"}
ABOUT = ("tier", "member", "sale", "refund", "receipt", "dispute", "consent", "duplicate", "card", "reward", "note")

SHIFTED = "({column} - 1) * {times} + 1 + k"
# The merchant's own accounts are there once.
OF_ACCOUNT = """CASE WHEN {column} = ANY(ARRAY(SELECT id FROM {source}.ledger_account WHERE holder_id IS NULL))
    THEN ({column} - 1) * {times} + 1 ELSE ({column} - 1) * {times} + 1 + k END"""
# `sale/7/points`, `sale/7/refund/3/points`, `card/5/coffee/1/sale/7`, `member/5`: the second part is a row's number,
# and so is one that follows `refund` or `sale`.
OF_PATH = """CASE WHEN split_part({column}, '/', 2) ~ '^[0-9]+$' THEN
    split_part({column}, '/', 1) || '/' || (split_part({column}, '/', 2)::bigint - 1) * {times} + 1 + k ||
    CASE WHEN split_part({column}, '/', 3) = 'refund'
         THEN '/refund/' || (split_part({column}, '/', 4)::bigint - 1) * {times} + 1 + k ||
              regexp_replace({column}, '^[a-z]+/[0-9]+/refund/[0-9]+', '')
         WHEN split_part({column}, '/', 5) = 'sale'
         THEN '/' || split_part({column}, '/', 3) || '/' || split_part({column}, '/', 4) || '/sale/' ||
              (split_part({column}, '/', 6)::bigint - 1) * {times} + 1 + k
         ELSE substr({column}, length(split_part({column}, '/', 1)) + length(split_part({column}, '/', 2)) + 2) END
    ELSE {column} END"""
NUMBERED = "{column} || '-' || k"

COLUMNS = {
    ("ledger_account", "holder_id"): SHIFTED,
    ("sales_sale", "card_id"): SHIFTED,
    ("audit_event", "member_id"): SHIFTED,
    ("audit_event", "about_id"): f"CASE WHEN e.about IN {ABOUT} THEN {SHIFTED} ELSE {{column}} END",
    ("consents_consentnow", "consent_id"): SHIFTED,
    ("ledger_lotdate", "id"): SHIFTED,
    ("ledger_entry", "key"): OF_PATH,
    ("programs_tally", "holder"): OF_PATH,
    ("rewards_issuedreward", "key"): OF_PATH,
    ("rewards_issuedreward", "code"): "upper(substr(md5({column} || k), 1, 12))",
    ("sales_sale", "external_id"): NUMBERED,
    ("receipts_receipt", "key"): NUMBERED,
    ("receipts_receipt", "number"): NUMBERED,
    ("care_likeness", "mark"): "{column} + k",
    ("members_card", "number"): "(9000000000 + ({column}::bigint - 9000000001) * {times} + 1 + k)::text",
    ("members_identifier", "value"): """CASE e.kind
        WHEN 'phone' THEN '+1' || (200 + ((e.member_id - 1) * {times} + 1 + k) * 7919 % 800)
             || lpad((((e.member_id - 1) * {times} + 1 + k) * 104729 % 10000000)::text, 7, '0')
        WHEN 'email' THEN split_part({column}, '@', 1) || '.' || k || '@' || split_part({column}, '@', 2)
        ELSE 'C-' || lpad(((e.member_id - 1) * {times} + 1 + k)::text, 8, '0') END""",
    ("members_member", "first_name"): "one.first_name",
    ("members_member", "last_name"): "two.last_name",
    ("members_member", "name_key"): "lower(one.first_name || ' ' || two.last_name)",
    ("members_member", "surname_key"): "lower(two.last_name || ' ' || one.first_name)",
}
NAMES = """
JOIN {source}.members_member one ON one.id = 1 + (e.id * 7 + k * 31) % (SELECT max(id) FROM {source}.members_member)
JOIN {source}.members_member two ON two.id = 1 + (e.id * 13 + k * 17) % (SELECT max(id) FROM {source}.members_member)
"""
# Nobody's accounts, and what the program itself has counted, are there once.
ONCE = {"ledger_account": "e.holder_id IS NULL", "programs_tally": "e.holder NOT LIKE '%/%'"}

COPY = """
INSERT INTO {table} ({names})
SELECT {values} FROM {source}.{table} AS e
CROSS JOIN LATERAL generate_series(0, CASE WHEN {once} THEN 0 ELSE {times} - 1 END) AS k {more}
ORDER BY {order}
ON CONFLICT DO NOTHING
"""
NUMBERS = """
SELECT setval(pg_get_serial_sequence(%(table)s, 'id'), greatest((SELECT max(id) FROM {table}), 1))
"""

SETTINGS = """
SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '64MB';
SET maintenance_work_mem = '512MB'
"""
SETTINGS_BACK = """
RESET session_replication_role; RESET synchronous_commit; RESET work_mem; RESET maintenance_work_mem
"""
UNIQUE_BY_CHANCE = {"members_identifier"}
"""Of two who were given one phone, the second has none."""

# Indexes are made when the rows are there, in half of the time; constraints stay.
LEFT_OUT = """
SELECT name.relname, of.relname, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class AS name ON name.oid = indexrelid JOIN pg_class AS of ON of.oid = indrelid
WHERE of.relnamespace = current_schema()::regnamespace AND of.relname = ANY(%(tables)s)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def multiply(source: str, *, times: int, step: timedelta, say: Callable[[str], None]) -> None:
    """Fill the current merchant's schema with `times` as much as `source` has; members came `step` after each other."""
    models = list(_models())
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in models)}")
        cursor.execute(LEFT_OUT, {"tables": sorted(MULTIPLIED - UNIQUE_BY_CHANCE)})
        left_out = cursor.fetchall()
        for name, _table, _made in left_out:
            cursor.execute(f'DROP INDEX "{name}"')
        for model in models:
            table = model._meta.db_table
            cursor.execute(_statement(model, source, times=times if table in MULTIPLIED else 1, step=step))
            if cursor.rowcount >= 100_000:
                say(f"  {cursor.rowcount:,} {table}")
        say("  indexes")
        for _name, _table, made in left_out:
            cursor.execute(made)
        for model in models:
            if model._meta.auto_field is not None:
                table = model._meta.db_table
                cursor.execute(NUMBERS.format(table=table), {"table": table})
        # Moves of lots take their numbers from the entries.
        cursor.execute("SELECT setval(pg_get_serial_sequence('ledger_entry', 'id'), max(id) + 1) FROM ledger_entry")
        cursor.execute(SETTINGS_BACK)
        cursor.execute("VACUUM ANALYZE")


def _models() -> Iterator[type[Model]]:
    names = {name.rpartition(".")[2] for name in settings.TENANT_APPS}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.app_label in names and meta.managed and not meta.proxy and meta.db_table not in THERE_ALREADY:
            yield model


def _statement(model: type[Model], source: str, *, times: int, step: timedelta) -> str:
    meta, names, values = model._meta, [], []
    for field in meta.local_concrete_fields:
        if getattr(field, "generated", False) or field.column is None:
            continue
        names.append(f'"{field.column}"')
        column = f'e."{field.column}"'
        values.append(column if times == 1 else _value(model, field, column, source, times=times, step=step))
    is_member = meta.db_table == "members_member" and times > 1
    keys = [field.column for field in meta.pk_fields]
    return COPY.format(
        table=meta.db_table,
        names=", ".join(names),
        values=", ".join(values),
        source=source,
        times=times,
        once=ONCE.get(meta.db_table, "false"),
        more=NAMES.format(source=source) if is_member else "",
        order=", ".join([*(f'e."{key}"' for key in keys[:1]), "k", *(f'e."{key}"' for key in keys[1:])]),
    )


def _value(model: type[Model], field: object, column: str, source: str, *, times: int, step: timedelta) -> str:
    table, filled = model._meta.db_table, {"column": column, "times": times, "source": source}
    if given := COLUMNS.get((table, field.column)):  # type: ignore[attr-defined]
        return given.format(**filled)
    target = field.related_model._meta.db_table if isinstance(field, ForeignKey) else None
    is_number = field is model._meta.auto_field
    if target == "ledger_account" or (is_number and table == "ledger_account"):
        return OF_ACCOUNT.format(**filled)
    if target in MULTIPLIED or is_number:
        return SHIFTED.format(**filled)
    if isinstance(field, DateTimeField):
        seconds = step.total_seconds() / times if table == "members_member" else 1
        return f"{column} + k * interval '{seconds} seconds'"
    return column
