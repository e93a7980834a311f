"""The ledger proves itself: one SQL check for each invariant, which counts what breaks it."""

import time
from collections.abc import Iterable, Iterator

import msgspec

from regulars.ledger.proofs import (
    DATES_LOST,
    HANDED_OVER,
    HOLDS_BROKEN,
    IDLE_WITHOUT_CLOCK,
    MOVES_LOST,
    SPENT_OUT_OF_LIFE,
    SPENT_OUT_OF_ORDER,
)
from regulars.ledger.seal import SEALED
from regulars.platform.rows import fetch


class Check(msgspec.Struct, frozen=True):
    """An invariant: its name, the sentence that must be true, and a query that counts what makes it false."""

    name: str
    sentence: str
    count_breaches: str


class CheckResult(msgspec.Struct, frozen=True):
    name: str
    sentence: str
    breaches: int
    seconds: float


def run_checks(checks: Iterable[Check]) -> Iterator[CheckResult]:
    """Run each check in the merchant's schema, one after the other, as they come."""
    for check in checks:
        started = time.perf_counter()
        [[breaches]] = fetch(check.count_breaches, {})
        yield CheckResult(check.name, check.sentence, breaches, time.perf_counter() - started)


LEDGER_CHECKS = (
    Check(
        "I1-sides",
        "Each entry moves between two accounts of one unit.",
        """
        SELECT count(*) FROM ledger_entry entry
        LEFT JOIN ledger_account source ON source.id = entry.source_id
        LEFT JOIN ledger_account target ON target.id = entry.target_id
        WHERE source.unit_id IS DISTINCT FROM target.unit_id OR source.id IS NULL OR entry.amount <= 0
           OR (source.side = 'member') = (target.side = 'member')
        """,
    ),
    Check(
        "I2-balances",
        "A balance is the sum of the account's entries; so is what was earned, spent and expired in a lifetime, with "
        "what came from who was merged into its holder.",
        """
        WITH handed AS (
            SELECT account, sum(earned) AS earned, sum(spent) AS spent, sum(expired) AS expired
            FROM (
                SELECT target_id AS account, earned, spent, expired FROM ledger_handover
                UNION ALL SELECT source_id, -earned, -spent, -expired FROM ledger_handover
            ) each GROUP BY account
        ), moved AS (
            SELECT account, sum(amount) AS balance,
                   coalesce(sum(amount) FILTER (WHERE kind IN ('earn', 'adjust') AND amount > 0
                                                   OR kind IN ('promise', 'withdraw')), 0) AS earned,
                   coalesce(sum(-amount) FILTER (WHERE kind IN ('redeem', 'reverse')), 0) AS spent,
                   coalesce(sum(-amount) FILTER (WHERE kind IN ('expire', 'reinstate')), 0) AS expired
            FROM (
                SELECT target_id AS account, amount, kind FROM ledger_entry
                UNION ALL SELECT source_id, -amount, kind FROM ledger_entry
            ) each GROUP BY account
        )
        SELECT count(*) FROM ledger_account account
        LEFT JOIN moved ON moved.account = account.id
        LEFT JOIN handed ON handed.account = account.id
        WHERE account.side = 'member'
          AND (account.balance, account.earned, account.spent, account.expired) IS DISTINCT FROM
              (coalesce(moved.balance, 0), coalesce(moved.earned, 0) + coalesce(handed.earned, 0),
               coalesce(moved.spent, 0) + coalesce(handed.spent, 0),
               coalesce(moved.expired, 0) + coalesce(handed.expired, 0))
        """,
    ),
    Check(
        "I3-lots-and-debts",
        "A balance is what is left of its lots, less what is left of its debts.",
        """
        SELECT count(*) FROM ledger_account account
        LEFT JOIN (SELECT account_id, sum(remaining) AS held FROM ledger_lot GROUP BY 1) lot
            ON lot.account_id = account.id
        LEFT JOIN (SELECT account_id, sum(remaining) AS owed FROM ledger_debt GROUP BY 1) debt
            ON debt.account_id = account.id
        WHERE account.side = 'member'
          AND (account.balance <> coalesce(lot.held, 0) - coalesce(debt.owed, 0)
               OR account.debt <> coalesce(debt.owed, 0))
        """,
    ),
    Check(
        "I4-remaining",
        "A lot keeps its amount less its allocations, never below nothing.",
        """
        SELECT count(*) FROM ledger_lot lot
        LEFT JOIN (SELECT lot_id, sum(amount) AS used FROM ledger_allocation GROUP BY 1) allocation
            ON allocation.lot_id = lot.entry_id
        WHERE lot.remaining <> lot.amount - coalesce(allocation.used, 0) OR lot.remaining NOT BETWEEN 0 AND lot.amount
        """,
    ),
    Check(
        "I4-credits",
        "Each credit but one that fills or moves lots opens a lot of its amount for its account; each lot has its "
        "credit.",
        """
        SELECT count(*) FROM ledger_entry entry
        JOIN ledger_account target ON target.id = entry.target_id AND target.side = 'member'
        FULL JOIN ledger_lot lot ON lot.entry_id = entry.id
        WHERE NOT (lot.entry_id IS NULL AND entry.kind IN ('reverse', 'restore', 'reinstate', 'merge_in', 'merge_out'))
          AND (entry.id IS NULL OR lot.entry_id IS NULL OR lot.amount <> entry.amount
               OR (lot.account_id <> entry.target_id
                   AND NOT EXISTS (SELECT FROM ledger_lotmove WHERE lot_id = lot.entry_id)))
        """,
    ),
    Check(
        "I4-moves",
        "Each lot is where its last move brought it, and began where it was opened.",
        MOVES_LOST,
    ),
    Check(
        "I4-handed",
        "What left one holder came to another, and who was merged away has nothing.",
        HANDED_OVER,
    ),
    Check(
        "I4-debits",
        "What a debit took is allocated to lots or still owed, and what was given back was taken before.",
        """
        WITH moving AS (
            SELECT id FROM ledger_entry WHERE kind IN ('merge_out', 'merge_in')
        ), served AS (
            SELECT debit_id, coalesce(sum(amount) FILTER (WHERE amount > 0 OR moving.id IS NOT NULL), 0) AS taken,
                   coalesce(sum(-amount) FILTER (WHERE amount < 0 AND moving.id IS NULL), 0) AS returned
            FROM ledger_allocation allocation LEFT JOIN moving ON moving.id = allocation.entry_id
            GROUP BY debit_id
        )
        SELECT count(*) FROM ledger_entry entry
        JOIN ledger_account source ON source.id = entry.source_id AND source.side = 'member'
        LEFT JOIN served ON served.debit_id = entry.id
        LEFT JOIN ledger_debt debt ON debt.entry_id = entry.id
        WHERE (entry.kind NOT IN ('merge_out', 'merge_in') OR served.taken IS NOT NULL)
          AND (entry.amount <> coalesce(served.taken, 0) + coalesce(debt.remaining, 0)
               OR coalesce(served.returned, 0) > coalesce(served.taken, 0))
        """,
    ),
    Check(
        "I4-reversals",
        "What fills lots again gives back exactly what its allocations return, of the kind of debit that it undoes.",
        """
        WITH returned AS (
            SELECT allocation.entry_id, sum(-allocation.amount) AS amount, min(debit.kind) AS kind,
                   count(DISTINCT debit.kind) AS kinds
            FROM ledger_allocation allocation JOIN ledger_entry debit ON debit.id = allocation.debit_id
            JOIN ledger_entry writer ON writer.id = allocation.entry_id
                AND writer.kind NOT IN ('merge_out', 'merge_in')
            WHERE allocation.amount < 0 GROUP BY 1
        )
        SELECT count(*) FROM ledger_entry entry
        LEFT JOIN ledger_lot lot ON lot.entry_id = entry.id
        FULL JOIN returned ON returned.entry_id = entry.id
        WHERE (returned.entry_id IS NOT NULL
               OR (lot.entry_id IS NULL AND entry.kind IN ('reverse', 'restore', 'reinstate')))
          AND (entry.amount IS DISTINCT FROM returned.amount OR returned.kinds <> 1 OR lot.entry_id IS NOT NULL
               OR (entry.kind, returned.kind)
                  NOT IN (('reverse', 'redeem'), ('restore', 'clawback'), ('restore', 'adjust'),
                          ('reinstate', 'expire')))
        """,
    ),
    Check(
        "I5-order",
        "Nothing was spent from a lot while another that expires sooner could have been.",
        SPENT_OUT_OF_ORDER,
    ),
    Check(
        "I5-life",
        "Nothing was spent from a lot before it was available, or at and after its end, unless a basket held it.",
        SPENT_OUT_OF_LIFE,
    ),
    Check(
        "I5-dates",
        "A lot has the dates that it was given last, and each change says what they were before.",
        DATES_LOST,
    ),
    Check(
        "I5-idle",
        "What dies when its member stays away has a clock.",
        IDLE_WITHOUT_CLOCK,
    ),
    Check(
        "I6-keys",
        "One entry for each natural key.",
        "SELECT count(*) FROM (SELECT FROM ledger_entry GROUP BY kind, key HAVING count(*) > 1) twice",
    ),
    Check(
        "I10-holds",
        "A basket's hold ends once, in one payment at most, and no two hold the same.",
        HOLDS_BROKEN,
    ),
    Check(
        "I11-sealed",
        "The entries of closed months are the ones that were sealed.",
        f"""
        SELECT count(*) FROM ledger_seal seal
        LEFT JOIN LATERAL (
            SELECT count(*) AS entries, coalesce(bit_xor(hashtextextended({SEALED}, 0)), 0) AS mark
            FROM ledger_entry entry
            WHERE entry.recorded_at >= seal.starts_at AND entry.recorded_at < seal.ends_at
        ) now ON true
        WHERE (now.entries, now.mark) IS DISTINCT FROM (seal.entries, seal.mark)
        """,  # noqa: S608  our own words
    ),
    Check(
        "I13-apart",
        "Nothing refers to another merchant's tables.",
        """
        SELECT count(*) FROM pg_constraint link
        JOIN pg_class here ON here.oid = link.conrelid
        JOIN pg_class there ON there.oid = link.confrelid
        WHERE link.contype = 'f' AND here.relnamespace = current_schema()::regnamespace
          AND there.relnamespace <> here.relnamespace
        """,
    ),
    Check(
        "I14-zero",
        "For each unit, what the merchant gave is what the members hold.",
        """
        WITH given AS (
            SELECT account.unit_id, sum(CASE WHEN entry.source_id = account.id THEN entry.amount ELSE -entry.amount END)
                AS amount
            FROM ledger_entry entry
            JOIN ledger_account account ON account.id IN (entry.source_id, entry.target_id) AND account.side <> 'member'
            GROUP BY account.unit_id
        ), held AS (
            SELECT unit_id, sum(balance) AS amount FROM ledger_account WHERE side = 'member' GROUP BY unit_id
        )
        SELECT count(*) FROM held FULL JOIN given USING (unit_id)
        WHERE coalesce(held.amount, 0) <> coalesce(given.amount, 0)
        """,
    ),
)
