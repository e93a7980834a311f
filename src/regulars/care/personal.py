# ruff: noqa: S608 - the names in these statements are ours
"""Where a person's data lies, and how it goes: every table whose rows tell of a member, each with its statement.

A table that joins the database joins one of the lists here; a test compares them with the models. Statements are asked
with `members` (the person and everybody merged into them), `accounts` (theirs, as numbers: an index finds their entries
among millions), `at`, and `needles`: lists of strings that tell, found together, that a text is about the person.
"""

import msgspec

MEMBERS = "%(members)s::bigint[]"
ACCOUNTS = "%(accounts)s::bigint[]"
SALES = f"SELECT id FROM sales_sale WHERE member_id = ANY({MEMBERS})"
RECEIPTS = f"SELECT id FROM receipts_receipt WHERE member_id = ANY({MEMBERS})"
TELLS = """EXISTS (
    SELECT FROM json_array_elements(%(needles)s::json) AS needle
    WHERE (SELECT bool_and({found}) FROM json_array_elements_text(needle) AS word))"""


class Personal(msgspec.Struct, frozen=True, kw_only=True):
    """One table: `columns` are what the statement empties, none where its rows go. `forever` marks a table that the
    application may not change: the owner of the schema empties people's words in it, and nothing else.
    """

    table: str
    statement: str
    columns: tuple[str, ...] = ()
    forever: bool = False


def _gone(table: str, where: str = f"member_id = ANY({MEMBERS})") -> Personal:
    return Personal(table=table, statement=f"DELETE FROM {table} WHERE {where}")


def _emptied(table: str, where: str, *, forever: bool = False, **columns: str) -> Personal:
    """Rows stay, and these columns become this; only rows where one of them says something else are touched."""
    sets = ", ".join(f"{column} = {value}" for column, value in columns.items())
    says = " OR ".join(f"{column}::text IS DISTINCT FROM ({value})::text" for column, value in columns.items())
    statement = f"UPDATE {table} SET {sets} WHERE ({where}) AND ({says})"
    return Personal(table=table, statement=statement, columns=tuple(columns), forever=forever)


OF_MEMBER = f"member_id = ANY({MEMBERS})"
OF_ACCOUNT = f"source_id = ANY({ACCOUNTS}) OR target_id = ANY({ACCOUNTS})"
NOBODY = """'{"code": "member_not_found", "message": "The person was erased.", "facts": {}}'"""

PERSONAL: tuple[Personal, ...] = (
    _gone("members_identifier"),
    _gone("members_attributevalue"),
    _gone("members_membernote"),
    _gone("members_addresscode"),
    _gone("audiences_worn"),
    _gone("care_likeness"),
    _gone("care_duplicate", f"older_id = ANY({MEMBERS}) OR newer_id = ANY({MEMBERS})"),
    _gone("receipts_code", f"receipt_id IN ({RECEIPTS})"),
    _emptied(
        "members_card",
        OF_MEMBER,
        number="'erased-' || id",
        status="'blocked'",
        status_reason="''",
        rank="''",
        pin_hash="NULL",
        dies_at="NULL",
    ),
    _emptied("tiers_change", OF_MEMBER, note="''"),
    _emptied("receipts_receipt", OF_MEMBER, note="''", reason="''"),
    _emptied("receipts_dispute", OF_MEMBER, said="''", answer="''"),
    _emptied(
        "staff_approval",
        f"{OF_MEMBER} OR (about = 'sale' AND about_id IN ({SALES}))",
        payload="'{}'::jsonb",
        form="'{}'::jsonb",
        note="''",
        state="CASE WHEN state IN ('waiting', 'approved') THEN 'withdrawn' ELSE state END",
    ),
    _emptied(
        "care_merge",
        f"source_id = ANY({MEMBERS}) OR keeper_id = ANY({MEMBERS})",
        reason="''",
        undo_reason="''",
        was="'{}'::jsonb",
    ),
    _emptied("consents_retentionhold", OF_MEMBER, reason="''"),
    _emptied(
        "messaging_delivery",
        OF_MEMBER,
        address="''",
        subject="''",
        body="''",
        sealed="NULL",
        reason="CASE WHEN state IN ('waiting', 'stopped') THEN 'gone' ELSE reason END",
        state="CASE WHEN state IN ('waiting', 'stopped') THEN 'held_back' ELSE state END",
    ),
    _emptied(
        "messaging_batch",
        TELLS.format(found="position(word IN origin || asked::text || given::text) > 0"),
        origin="''",
        asked="'{}'::jsonb",
        given="'{}'::jsonb",
    ),
    _emptied("consents_erasure", OF_MEMBER, reason="''"),
    _emptied(
        "imports_importline",
        f"(run_id, line) IN (SELECT run_id, line FROM imports_importresult WHERE {OF_MEMBER}) OR "
        + TELLS.format(found="position(word IN values::text) > 0"),
        values="'{}'::jsonb",
        faults="NULL",
    ),
    _emptied("imports_importresult", OF_MEMBER, change="NULL", faults="NULL"),
    _emptied("audiences_view", TELLS.format(found="position(word IN query) > 0"), query="''"),
    _emptied("reports_export", TELLS.format(found="position(word IN asked::text) > 0"), asked="'{}'::jsonb"),
    _emptied(
        "audit_answer",
        TELLS.format(found="position(convert_to(word, 'UTF8') IN body) > 0"),
        status="404",
        body=f"convert_to({NOBODY}, 'UTF8')",
    ),
    _emptied(
        "members_member",
        f"id = ANY({MEMBERS})",
        first_name="''",
        last_name="''",
        birth_on="NULL",
        status="'active'",
        status_reason="''",
        status_until="NULL",
        left_at="CASE WHEN joined_at IS NULL THEN left_at ELSE coalesce(left_at, %(at)s) END",
        left_reason="''",
        language="''",
        home_store_id="NULL",
        has_card="false",
        name_key="''",
        surname_key="''",
        erased_at="%(at)s",
    ),
    _emptied("ledger_entry", OF_ACCOUNT, forever=True, reason="''", comment="''"),
    _emptied(
        "ledger_lotdate",
        f"lot_id IN (SELECT id FROM ledger_entry WHERE target_id = ANY({ACCOUNTS}))",
        forever=True,
        reason="''",
    ),
    _emptied(
        "rewards_step",
        f"issued_id IN (SELECT id FROM rewards_issuedreward WHERE {OF_MEMBER})",
        forever=True,
        note="''",
    ),
    _emptied(
        "cards_rankchange",
        f"card_id IN (SELECT id FROM members_card WHERE {OF_MEMBER})",
        forever=True,
        reason="''",
    ),
)
"""Everything that goes, in its order. Files of the member go besides (`care.media`)."""
