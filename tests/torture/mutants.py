"""Ways to break the ledger, the program's engine and what guards people, one line each: the tests must see every one.

python -m tests.torture.mutants [NAME …]

Each mutant is made in a copy of the source, never in the tree you work in, and runs the tests that should kill it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Mutant(NamedTuple):
    """`file` below src/regulars, the text there that is replaced (it must occur once), and the tests that must fail."""

    name: str
    file: str
    was: str
    becomes: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "accounts locked in any order",
        "ledger/lock.py",
        'LOCK = SELECT + "FOR NO KEY UPDATE"',
        'LOCK = SELECT.replace("BY account.id", "BY random()") + "FOR NO KEY UPDATE"',
        ("test_flushers.py::test_overlapping_batches_never_deadlock",),
    ),
    Mutant(
        "accounts not locked",
        "ledger/lock.py",
        'LOCK = SELECT + "FOR NO KEY UPDATE"',
        "LOCK = SELECT",
        ("test_races.py",),
    ),
    Mutant(
        "a sale not locked for its refund",
        "sales/sold.py",
        "ORDER BY id FOR NO KEY UPDATE",
        "ORDER BY id",
        ("test_races.py::test_refunds_of_nobodys_sale_never_give_back_more_than_it_cost",),
    ),
    Mutant(
        "receipts written in any order",
        "sales/write.py",
        'ORDER BY external_id COLLATE "C", store_id',
        "",
        ("test_flushers.py::test_the_same_upload_from_several_processes_is_recorded_once",),
    ),
    Mutant(
        "no unique key for receipts",
        "sales/migrations/0001_initial.py",
        'fields=("external_id", "store"), name="one_sale_per_receipt_and_store"',
        'fields=("external_id", "store", "id"), name="one_sale_per_receipt_and_store"',
        ("test_flushers.py::test_the_same_upload_from_several_processes_is_recorded_once",),
    ),
    Mutant(
        "a race for a receipt not tried again",
        "platform/batches.py",
        'PASSING = frozenset({"40001", "40P01", "23505"})',
        'PASSING = frozenset({"40001", "40P01"})',
        ("test_duplicates.py::test_a_receipt_sent_fifty_times_from_two_processes_is_one_sale",),
    ),
    Mutant(
        "a race for a basket's key not tried again",
        "platform/again.py",
        "TRIES = 5",
        "TRIES = 1",
        ("test_hold_races.py::test_one_key_is_one_basket_of_one_member",),
    ),
    Mutant(
        "a debit that adds",
        "ledger/journal.py",
        "        wallet.balance -= amount\n",
        "        wallet.balance += amount\n",
        ("test_state_machine.py",),
    ),
    Mutant(
        "debts forgotten when they are repaid",
        "ledger/journal.py",
        "            debt.remaining -= paid\n",
        "",
        ("../ledger/test_history.py",),
    ),
    Mutant(
        "spendable at the very second of its end",
        "core/lots.py",
        "lot.available_at <= at and (lot.expires_at is None or at < lot.expires_at)",
        "lot.available_at <= at and (lot.expires_at is None or at <= lot.expires_at)",
        ("test_clocks.py",),
    ),
    Mutant(
        "latest to expire spent first",
        "core/lots.py",
        "key=spending_order), wanted)",
        "key=spending_order, reverse=True), wanted)",
        ("test_state_machine.py",),
    ),
    Mutant(
        "refunds hurt most instead of least",
        "core/lots.py",
        "key=spending_order, reverse=True)",
        "key=spending_order)",
        ("../core/test_lots.py",),
    ),
    Mutant(
        "any content is a replay",
        "sales/settle.py",
        "if first.fingerprint != mark:",
        "if False:",
        ("test_duplicates.py::test_the_same_number_with_another_body_changes_nothing",),
    ),
    Mutant(
        "answered before the commit is on disk",
        "platform/sizing.py",
        '"wal_compression": "on",',
        '"wal_compression": "on", "synchronous_commit": "off", "wal_writer_delay": "10s",',
        ("test_database_kills.py",),
    ),
    Mutant(
        "answered although the commit was lost",
        "platform/batches.py",
        "if left == 0 or (is_done and not is_replayable):",
        "if is_done:\n                    return outcomes\n                if left == 0:",
        ("../platform/test_batches.py",),
    ),
    Mutant(
        "caps applied wide before narrow",
        "core/limits.py",
        "        key=lambda each: (PERIODS.index(each[1].period)",
        "        key=lambda each: (-PERIODS.index(each[1].period)",
        ("../core/test_caps.py",),
    ),
    Mutant(
        "a refund gives no room back",
        "core/unsettling.py",
        "            if rule.counters is not None:\n                counting.count(",
        "            if False:\n                counting.count(",
        ("../sales/test_caps.py",),
    ),
    Mutant(
        "room given back with the wrong sign",
        "core/unsettling.py",
        "counting.count(rule.counters, after - before",
        "counting.count(rule.counters, before - after",
        ("../sales/test_caps.py",),
    ),
    Mutant(
        "a refund gives what caps had held back",
        "core/unsettling.py",
        "max(min(awards[place].awarded, self.most.get(part, 0) - earlier), 0)",
        "awards[place].awarded",
        ("../sales/test_caps.py",),
    ),
    Mutant(
        "what members share not locked",
        "programs/tallies.py",
        'LOCK = SELECT + " ORDER BY holder FOR NO KEY UPDATE"',
        'LOCK = SELECT + " ORDER BY holder"',
        ("test_cap_races.py::test_members_at_many_tills_share_what_is_everybodys",),
    ),
    Mutant(
        "what members share locked in any order",
        "programs/tallies.py",
        'LOCK = SELECT + " ORDER BY holder FOR NO KEY UPDATE"',
        'LOCK = SELECT + " ORDER BY random() FOR NO KEY UPDATE"',
        ("test_cap_races.py::test_sales_and_refunds_of_a_whole_program_never_deadlock",),
    ),
    Mutant(
        "two rules of a budget each take all of it",
        "core/earning.py",
        "room -= _units(budgeted.get(limit.counter, 0), limit)",
        "room -= 0",
        ("../core/test_caps.py",),
    ),
    Mutant(
        "a full card stays full when its stamps come back",
        "core/stamps.py",
        "if before is None or (before.number, before.size) in kept:",
        "if True:",
        ("../sales/test_stamps.py",),
    ),
    Mutant(
        "a card opened again keeps its reward",
        "core/stamps.py",
        "        undone.append(Mark(before.number, before.size, card_of(before.version).final, before.version))\n",
        "",
        ("../sales/test_stamps.py",),
    ),
    Mutant(
        "a card takes the size of the newest version",
        "core/stamps.py",
        "    if held > 0 and known:\n        return state, card_of(known)\n",
        "",
        ("../sales/test_stamps.py",),
    ),
    Mutant(
        "what was carried is forgotten",
        "core/earning.py",
        "carried_in = facts.carry.get(rule.code, 0)",
        "carried_in = 0",
        ("../core/test_earning.py",),
    ),
    Mutant(
        "a refund leaves the carry as it was",
        "core/unsettling.py",
        "again.counted(place)) % rule.per)",
        "0) % rule.per)",
        ("../sales/test_stamps.py", "../sales/test_whole_program.py"),
    ),
    Mutant(
        "a visit that came back still counts",
        "core/unsettling.py",
        "visits=again.visits,",
        "visits=0,",
        ("../sales/test_levels.py",),
    ),
    Mutant(
        "a year that counts into the next",
        "core/tiers/counts.py",
        "if first <= bucket <= last",
        "if bucket <= last",
        ("../sales/test_levels.py", "../core/test_tiers.py"),
    ),
    Mutant(
        "levels do not see what comes back",
        "core/unsettling.py",
        "money_minor=again.left.money_minor - again.earlier.money_minor",
        "money_minor=0",
        ("../sales/test_levels.py",),
    ),
    Mutant(
        "what is drawn first is drawn twice",
        "core/lots.py",
        "        each.lot.held += each.amount\n    more",
        "        each.lot.held += 0\n    more",
        ("../core/test_lots.py",),
    ),
    Mutant(
        "a lock counts at its very end",
        "members/status.py",
        "WHEN member.status_until <= %(at)s THEN 'active'",
        "WHEN member.status_until < %(at)s THEN 'active'",
        ("../members/test_status.py",),
    ),
    Mutant(
        "a PIN that is locked is looked at",
        "staff/pins.py",
        "WHERE person_id = %(person)s AND (locked_until IS NULL OR locked_until <= %(at)s)\n",
        "WHERE person_id = %(person)s\n",
        ("../staff/test_pins.py",),
    ),
    Mutant(
        "a hold of the law keeps nobody's data",
        "care/blocks.py",
        "lifted_at IS NULL AND (until IS NULL OR until > %(at)s))",
        "false)",
        ("../care/test_erase.py",),
    ),
)


class Breaking:
    """A copy of the source in which one mutant lives."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="regulars-mutants-"))
        for name in ("src", "tests", "pyproject.toml"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, self.folder / name)

    def make(self, mutant: Mutant) -> None:
        file = self.folder / "src" / "regulars" / mutant.file
        source = file.read_text()
        assert source.count(mutant.was) == 1, (
            f"{mutant.name}: {mutant.file} has changed, look for a new way to break it"
        )
        file.write_text(source.replace(mutant.was, mutant.becomes))

    def run(self, *tests: str) -> subprocess.CompletedProcess[str]:
        """Run the tests on the copy; they start a database of their own."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "src"),
            "REGULARS_TORTURE": "",
            "TORTURE_SHRINK": "no",
        }
        for name in ("REGULARS_HOME", "REGULARS_TEST_HOME", "REGULARS_DB_ROLE"):
            environment.pop(name, None)
        files = [str(self.folder / "tests" / "torture" / test) for test in tests]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=900)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def is_killed(mutant: Mutant) -> tuple[bool, str]:
    """Say whether a test failed (a crash of the run itself is no kill), and what the run said last."""
    breaking = Breaking()
    try:
        breaking.make(mutant)
        done = breaking.run(*mutant.tests)
        return done.returncode == 1, (done.stdout + done.stderr)[-2000:]
    finally:
        breaking.clear()


def main(wanted: list[str]) -> int:
    survivors = 0
    for mutant in MUTANTS:
        if wanted and not any(word in mutant.name for word in wanted):
            continue
        killed, told = is_killed(mutant)
        survivors += not killed
        print(f"{'killed  ' if killed else 'SURVIVED'}  {mutant.name}", flush=True)  # noqa: T201
        if not killed:
            print(told)  # noqa: T201
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
