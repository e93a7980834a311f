"""The rewards of levels are given in the transaction of what brought the levels."""

from collections.abc import Collection, Sequence
from datetime import datetime

from regulars.core.compiled import Compiled
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, lock_wallets
from regulars.programs.book import Book
from regulars.rewards.issue import NewReward, issue_rewards
from regulars.rewards.issued import Issued, find_issued
from regulars.rewards.pay import pays
from regulars.tiers.gifts import gift_key, gifts_of
from regulars.tiers.standings import Moved


def give_rewards(moved: Sequence[Moved], *, program: Compiled, book: Book, at: datetime) -> list[Issued]:
    """Give what these moves bring and members do not have yet; return what was given, lowest level first.

    Points and credit are paid at once. Two statements for any number of rewards, and none without rewards; what is
    paid needs the wallets besides, whose accounts the caller has locked.
    """
    wanted = {
        gift_key(each.member_id, each.move, reward)
        for each in moved
        for reward in each.move.rewards
        if reward in program.rewards
    }
    if not wanted:
        return []
    had = frozenset(find_issued(wanted))
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    wallets = _wallets_to_pay(moved, program=program, book=book, at=at)
    gifts: list[NewReward] = []
    for each in moved:
        gifts += gifts_of(
            each.move,
            member_id=each.member_id,
            program=program,
            wallets=wallets,
            journal=journal,
            by=each.by,
            paid=had | {gift.key for gift in gifts},
        )
    journal.write()
    issued = {each.key: each for each in issue_rewards(gifts, at=at, zone=book.zone)}
    return [issued[gift.key] for gift in gifts if gift.key in issued]


def _wallets_to_pay(moved: Collection[Moved], *, program: Compiled, book: Book, at: datetime) -> Wallets:
    paying = {code for code, reward in program.rewards.items() if pays(reward) is not None}
    members = {each.member_id for each in moved if paying.intersection(each.move.rewards)}
    return lock_wallets(members, units=book.units, at=at) if members else {}
