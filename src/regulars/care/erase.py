"""A person is erased and the ledger kept: what is theirs goes, what was sold, earned and spent stays under a number.

The balance ends by entries, so that every report still adds up. Whoever was merged into them goes with them. What was
removed and settled is written on a certificate, which says nothing about the person.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from regulars.care.blocks import find_blocks, kin_of
from regulars.care.erasures import tell_erasure
from regulars.care.marks import keep_marks
from regulars.care.media import remove_media
from regulars.care.needles import Needles, collect_needles
from regulars.care.personal import PERSONAL
from regulars.consents.models import Erasure, ErasureState, Settling
from regulars.core.actor import SYSTEM, Actor
from regulars.core.refusals import Refusal
from regulars.ledger.forfeit import Forfeit, forfeit_wallets
from regulars.ledger.journal import Journal
from regulars.ledger.lock import lock_wallets
from regulars.members.lock import UnknownMember, lock_member
from regulars.members.models import Member
from regulars.platform.rights import as_owner
from regulars.platform.rows import fetch, run
from regulars.points.remove_reward import remove_reward
from regulars.programs.book import NoProgram, load_book

UNUSED = """
SELECT id FROM rewards_issuedreward
WHERE member_id = ANY(%(members)s::bigint[]) AND status = 'outstanding' ORDER BY id
"""

KEPT = """
SELECT (SELECT count(*) FROM sales_sale WHERE member_id = ANY(%(members)s::bigint[])),
       (SELECT count(*) FROM ledger_entry AS entry WHERE source_id = ANY(%(accounts)s::bigint[])
                                                      OR target_id = ANY(%(accounts)s::bigint[])),
       (SELECT count(*) FROM consents_consent WHERE member_id = ANY(%(members)s::bigint[]))
"""

ACCOUNTS = "SELECT id FROM ledger_account WHERE holder_id = ANY(%(members)s::bigint[])"

REMOVED_BECAUSE = "Erased"


class ErasureBlocked(Refusal):
    """Something is still open, or the law wants the data kept; `why` names it."""

    code = "erasure_blocked"

    def __init__(self, *, why: Sequence[str]) -> None:
        self.why = list(why)


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure did, in numbers: rows by table, files, what was left and owed of each unit, and what stays."""

    members: tuple[int, ...]
    settling: str
    settled: tuple[Forfeit, ...] = ()
    rewards: int = 0
    removed: Mapping[str, int] = {}
    files: int = 0
    marks: int = 0
    sales_kept: int = 0
    entries_kept: int = 0
    consents_kept: int = 0


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure would end, and what it would keep."""

    rewards: int
    sales_kept: int
    entries_kept: int
    consents_kept: int


def look_ahead(people: Sequence[int]) -> Ahead:
    """What erasing these rows of one person would do to what is counted; nothing is written."""
    accounts = [account for (account,) in fetch(ACCOUNTS, {"members": list(people)})]
    return Ahead(rewards=len(fetch(UNUSED, {"members": list(people)})), **_count_kept(people, accounts))


def read_certificate(erasure: Erasure) -> Certificate | None:
    """What a finished erasure did; None while it waits, or where it was withdrawn."""
    return None if erasure.certificate is None else msgspec.convert(erasure.certificate, Certificate)


def erase_due(*, at: datetime, limit: int = 20) -> Iterator[str]:
    """Try up to `limit` erasures whose cool-off is over, each in a transaction of its own; yields what became of each:
    done, blocked or gone.
    """
    due = Erasure.objects.filter(state=ErasureState.WAITING, due_at__lte=at).exclude(tried_at__gte=at)
    for number in due.order_by("due_at", "id").values_list("pk", flat=True)[:limit]:
        yield try_erasure(number, at=at, by=SYSTEM)


def try_erasure(erasure_id: int, *, at: datetime, by: Actor) -> str:
    """Erase, or note what is in the way; the next night tries again."""
    try:
        erase_member(erasure_id=erasure_id, at=at, by=by)
    except ErasureBlocked as blocked:
        _note_blocked(erasure_id, blocked.why, at=at)
        return "blocked"
    except UnknownMember:
        return "gone"
    return "done"


@transaction.atomic
def erase_member(*, erasure_id: int, at: datetime, by: Actor) -> Certificate:
    """Erase whom this is about, now. Refuses: UnknownMember, ErasureBlocked (nothing has changed then)."""
    asked = Erasure.objects.filter(pk=erasure_id, state=ErasureState.WAITING, due_at__lte=at).first()
    if asked is None:
        raise UnknownMember()
    member = lock_member(asked.member_id)
    people = kin_of(member.pk)
    if blocks := find_blocks(people, at=at):
        raise ErasureBlocked(why=blocks)
    erasure = Erasure.objects.select_for_update(of=("self",)).filter(pk=erasure_id).get()
    if erasure.state != ErasureState.WAITING:
        raise UnknownMember()
    list(Member.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True))
    settled = _settle(member.pk, erasure, at=at, by=by)
    rewards = _take_rewards(people, at=at, by=by)
    needles = collect_needles(people)
    accounts = [account for (account,) in fetch(ACCOUNTS, {"members": people})]
    certificate = Certificate(
        members=tuple(people),
        settling=erasure.settling,
        settled=tuple(settled),
        rewards=rewards,
        marks=keep_marks(people, at=at),
        files=remove_media(people, needles.in_text),
        removed=_remove(people, accounts, needles, at=at),
        **_count_kept(people, accounts),
    )
    _close(erasure, certificate, at=at, by=by)
    return certificate


def _settle(keeper: int, erasure: Erasure, *, at: datetime, by: Actor) -> list[Forfeit]:
    try:
        book = load_book()
    except NoProgram:
        return []
    wallets = lock_wallets([keeper], units=book.units, at=at, giving=[keeper])
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    paid_out = erasure.settling == Settling.PAID_OUT
    settled = forfeit_wallets(
        wallets.values(), about=f"erasure/{erasure.pk}", journal=journal, by=by, paid_out=paid_out
    )
    journal.write()
    return settled


def _take_rewards(people: Sequence[int], *, at: datetime, by: Actor) -> int:
    """Nobody is left to use them; what they cost ends with the balance."""
    unused = [issued_id for (issued_id,) in fetch(UNUSED, {"members": list(people)})]
    for issued_id in unused:
        remove_reward(issued_id=issued_id, give_back=False, reason=REMOVED_BECAUSE, at=at, by=by)
    return len(unused)


def _remove(people: Sequence[int], accounts: Sequence[int], needles: Needles, *, at: datetime) -> dict[str, int]:
    params: dict[str, Any] = {
        "members": list(people),
        "accounts": list(accounts),
        "at": at,
        "needles": needles.parameter,
    }
    removed: dict[str, int] = {}
    for each in (each for each in PERSONAL if not each.forever):
        removed[each.table] = run(each.statement, params)
    with as_owner():
        for each in (each for each in PERSONAL if each.forever):
            removed[each.table] = run(each.statement, params)
    return {table: rows for table, rows in removed.items() if rows}


def _count_kept(people: Sequence[int], accounts: Sequence[int]) -> dict[str, int]:
    [(sales, entries, consents)] = fetch(KEPT, {"members": list(people), "accounts": list(accounts)})
    return {"sales_kept": sales, "entries_kept": entries, "consents_kept": consents}


def _close(erasure: Erasure, certificate: Certificate, *, at: datetime, by: Actor) -> None:
    erasure.state, erasure.ended_at, erasure.ended_by = ErasureState.DONE, at, by.tag
    erasure.tried_at, erasure.blocked_by, erasure.reason = at, [], ""
    erasure.certificate = msgspec.to_builtins(certificate)
    erasure.save()
    # Whoever was merged into them may have asked as well: that is done too.
    Erasure.objects.filter(member_id__in=certificate.members, state=ErasureState.WAITING).update(
        state=ErasureState.WITHDRAWN, ended_at=at, ended_by=by.tag
    )
    tell_erasure("member.erased", erasure, {"rows": sum(certificate.removed.values())}, at=at, by=by)


@transaction.atomic
def _note_blocked(erasure_id: int, why: Sequence[str], *, at: datetime) -> None:
    erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
    is_new = erasure.blocked_by != list(why)
    erasure.tried_at, erasure.blocked_by = at, list(why)
    erasure.save(update_fields=["tried_at", "blocked_by"])
    if is_new:
        tell_erasure("erasure.blocked", erasure, {"why": list(why)}, at=at, by=SYSTEM)
