# ruff: noqa: S608 - the names in these statements are ours
"""What a member is told about themselves, section by section: each row is one JSON object, as the member reads it."""

import msgspec

MINE = "member_id = ANY(%(members)s::bigint[])"


class Section(msgspec.Struct, frozen=True):
    """`reads` are the tables whose rows are told; `sql` answers one JSON object a row, in the order they happened."""

    reads: tuple[str, ...]
    sql: str


def _section(*reads: str, sql: str) -> Section:
    return Section(reads, sql)


SECTIONS: dict[str, Section] = {
    "profile": _section(
        "members_member",
        sql="""
        SELECT json_build_object('number', member.id::text, 'first_name', first_name, 'last_name', last_name,
            'born_on', birth_on, 'language', language,
            'home_store', (SELECT name FROM stores_store WHERE id = member.home_store_id), 'status', status,
            'status_reason', status_reason, 'known_since', created_at, 'joined_at', joined_at, 'left_at', left_at,
            'left_reason', left_reason)
        FROM members_member AS member WHERE id = ANY(%(members)s::bigint[]) ORDER BY id
        """,
    ),
    "identifiers": _section(
        "members_identifier",
        sql=f"""
        SELECT json_build_object('kind', kind, 'value', value, 'verified_at', verified_at)
        FROM members_identifier WHERE {MINE} ORDER BY id
        """,
    ),
    "cards": _section(
        "members_card",
        sql=f"""
        SELECT json_build_object('number', number, 'status', status, 'status_reason', status_reason,
            'kind', type_code, 'rank', rank, 'issued_at', issued_at)
        FROM members_card WHERE {MINE} ORDER BY id
        """,
    ),
    "notes": _section(
        "members_membernote",
        sql=f"""
        SELECT json_build_object('written_at', written_at, 'text', text)
        FROM members_membernote WHERE {MINE} ORDER BY id
        """,
    ),
    "tags": _section(
        "audiences_worn",
        sql=f"""
        SELECT json_build_object('tag', tag.name, 'since', put_at)
        FROM audiences_worn AS worn JOIN audiences_tag AS tag ON tag.id = worn.tag_id WHERE {MINE} ORDER BY worn.id
        """,
    ),
    "consents": _section(
        "consents_consent",
        sql=f"""
        SELECT json_build_object('purpose', purpose.name, 'channel', consent.channel, 'given', is_given,
            'said_at', given_at, 'how', source, 'policy_version', version.number, 'language', consent.language)
        FROM consents_consent AS consent JOIN consents_purpose AS purpose ON purpose.id = consent.purpose_id
        LEFT JOIN consents_policyversion AS version ON version.id = consent.version_id
        WHERE {MINE} ORDER BY consent.id
        """,
    ),
    "messages": _section(
        "messaging_delivery",
        sql=f"""
        SELECT json_build_object('at', coalesce(sent_at, created_at), 'channel', channel, 'to', address,
            'subject', subject, 'text', body, 'state', state, 'why', why)
        FROM messaging_delivery WHERE {MINE} ORDER BY id
        """,
    ),
    "balances": _section(
        "ledger_account",
        sql="""
        SELECT json_build_object('unit', unit.name, 'balance', balance, 'owed', debt, 'earned', earned,
            'spent', spent, 'expired', expired)
        FROM ledger_account AS account JOIN ledger_unit AS unit ON unit.id = account.unit_id
        WHERE holder_id = ANY(%(members)s::bigint[]) AND side = 'member' AND merged_into IS NULL ORDER BY account.id
        """,
    ),
    "entries": _section(
        "ledger_entry",
        sql="""
        WITH account AS (
            SELECT account.id, unit.name AS unit FROM ledger_account AS account
            JOIN ledger_unit AS unit ON unit.id = account.unit_id
            WHERE holder_id = ANY(%(members)s::bigint[]) AND side = 'member'
        ), entry AS (
            SELECT entry.*, account.unit, -amount AS change
            FROM account JOIN ledger_entry AS entry ON entry.source_id = account.id
            UNION ALL SELECT entry.*, account.unit, amount
            FROM account JOIN ledger_entry AS entry ON entry.target_id = account.id
        )
        SELECT json_build_object('at', occurred_at, 'kind', kind, 'unit', unit, 'change', change, 'comment', comment,
            'reason', reason)
        FROM entry ORDER BY id, change
        """,
    ),
    "sales": _section(
        "sales_sale",
        "sales_line",
        "sales_refund",
        sql=f"""
        SELECT json_build_object('at', occurred_at, 'store', store.name, 'receipt', sale.external_id,
            'total_minor', total_minor, 'refunded_minor', refunded_minor, 'lines', (
                SELECT json_agg(json_build_object('article', sku, 'category', category, 'brand', brand,
                    'quantity_milli', quantity_milli, 'amount_minor', amount_minor) ORDER BY position)
                FROM sales_line WHERE sale_id = sale.id))
        FROM sales_sale AS sale LEFT JOIN stores_store AS store ON store.id = sale.store_id
        WHERE {MINE} ORDER BY occurred_at, sale.id
        """,
    ),
    "rewards": _section(
        "rewards_issuedreward",
        sql=f"""
        SELECT json_build_object('name', name, 'given_at', issued_at, 'usable_until', usable_until, 'status', status,
            'ended_at', ended_at)
        FROM rewards_issuedreward WHERE {MINE} ORDER BY id
        """,
    ),
    "levels": _section(
        "tiers_standing",
        "tiers_change",
        sql=f"""
        SELECT json_build_object('at', at, 'from', before, 'to', after, 'cause', cause, 'note', note)
        FROM tiers_change WHERE {MINE} ORDER BY id
        """,
    ),
    "receipts": _section(
        "receipts_receipt",
        sql=f"""
        SELECT json_build_object('number', number, 'at', occurred_at, 'state', state, 'total_minor', total_minor,
            'note', note, 'reason', reason)
        FROM receipts_receipt WHERE {MINE} ORDER BY id
        """,
    ),
    "disputes": _section(
        "receipts_dispute",
        sql=f"""
        SELECT json_build_object('at', opened_at, 'about', complaint, 'said', said, 'state', state, 'answer', answer)
        FROM receipts_dispute WHERE {MINE} ORDER BY id
        """,
    ),
    "files": _section(
        "files_keptfile",
        sql=f"""
        SELECT json_build_object('name', name, 'kept_at', kept_at, 'bytes', size)
        FROM files_keptfile WHERE {MINE} ORDER BY id
        """,
    ),
    "requests": _section(
        "consents_erasure",
        "consents_retentionhold",
        sql=f"""
        SELECT json_build_object('what', 'erasure', 'at', asked_at, 'state', state, 'due_at', due_at)
        FROM consents_erasure WHERE {MINE}
        UNION ALL SELECT json_build_object('what', 'retention hold', 'at', placed_at, 'until', until)
        FROM consents_retentionhold WHERE {MINE}
        """,
    ),
}
"""In the order of the page. Values of the shop's own attributes come from `members.attributes`, which unseals them."""

UNTOLD = {
    "audit_answer": "what a till was answered says nothing that is not told here",
    "audiences_view": "a search that somebody of the team kept",
    "care_duplicate": "a guess of the program's about two records",
    "care_likeness": "hashes of what is told as identifiers",
    "care_merge": "what was before a merge is the same person's, told by its tables",
    "cards_rankchange": "the card says its rank",
    "imports_importline": "what a file said became the member's",
    "imports_importresult": "likewise",
    "ledger_lotdate": "the entries say what there is",
    "members_addresscode": "codes that were sent, as hashes",
    "members_attributevalue": "told as attributes",
    "receipts_code": "codes that were sent, as hashes",
    "messaging_batch": "a list that somebody of the team wrote to; the messages are told",
    "reports_export": "a list that somebody of the team asked for",
    "rewards_step": "the reward says what became of it",
    "staff_approval": "what the team asked of each other",
}
"""Tables with personal data that are not told row by row, and why. A test holds that no other is left out."""
