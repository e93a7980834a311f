"""What a sale brings besides units: full cards are paid for with their stamps, and rewards are given for cards and
levels.
"""

from collections.abc import Sequence
from datetime import datetime

from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.settling import Earning
from regulars.core.stamps import Stamped
from regulars.core.tiers import Move
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets
from regulars.points.fill import fill_cards
from regulars.programs.book import Book
from regulars.rewards.issue import NewReward, ask_issue, card_key
from regulars.rewards.issued import find_given
from regulars.rewards.pay import pays
from regulars.sales.answers import NOTHING, Brought, CardNow, Reached
from regulars.tiers.gifts import gift_key, gifts_of
from regulars.tiers.standings import Moved


class Bringing:
    """What the sales of a batch bring, collected; the journal takes the entries at once, `write` the rest."""

    def __init__(self, *, at: datetime, book: Book, wallets: Wallets, journal: Journal) -> None:
        self.at = at
        self.book = book
        self.wallets = wallets
        self.journal = journal
        self.rewards: list[NewReward] = []
        self.moved: list[Moved] = []

    def take(
        self, earning: Earning, *, program: Compiled, member_id: int, about: str, occurred_at: datetime, by: Actor
    ) -> Brought:
        """Let what a purchase brought take effect; `about` names it (`sale/5`)."""
        if not earning.stamped and not earning.moves:
            return NOTHING
        given: list[NewReward] = []
        paid = self._find_paid(earning, program, member_id)
        for card, stamped in earning.stamped.items():
            given += fill_cards(
                stamped,
                card,
                member_id=member_id,
                versions=self.book.version,
                wallets=self.wallets,
                journal=self.journal,
                about=about,
                occurred_at=occurred_at,
                by=by,
                paid=paid,
            )
        for move in earning.moves:
            self.moved.append(Moved(member_id=member_id, move=move, by=by, about=about))
            given += gifts_of(
                move,
                member_id=member_id,
                program=program,
                wallets=self.wallets,
                journal=self.journal,
                by=by,
                paid=paid,
            )
        self.rewards += given
        return Brought(
            cards=tuple(self._card(card, stamped) for card, stamped in earning.stamped.items()),
            levels=reached(earning.moves),
            rewards=tuple(each.reward.code for each in given),
        )

    def _find_paid(self, earning: Earning, program: Compiled, member_id: int) -> set[str]:
        """Return what brought rewards that are paid at once, and were: nothing is asked where none of them pays."""
        keys = [
            card_key(member_id, card, number=mark.number, stamp=mark.stamp)
            for card, stamped in earning.stamped.items()
            for mark in stamped.marks
            if pays(self.book.version(mark.version).rewards[mark.reward])
        ]
        keys += [
            gift_key(member_id, move, code)
            for move in earning.moves
            for code in move.rewards
            if code in program.rewards and pays(program.rewards[code])
        ]
        new = {each.key for each in self.rewards if each.is_paid}
        return (find_given(keys) | new) if keys else set()

    def _card(self, code: str, stamped: Stamped) -> CardNow:
        number = stamped.state.number
        card = self.book.version(stamped.state.version_of(number) or stamped.state.version_of(number - 1)).cards[code]
        return CardNow(code, number, stamped.held, card.size, len(stamped.full))

    def write(self) -> None:
        """Give the rewards, with one statement; inside or outside of a `together` block."""
        ask_issue(self.rewards, at=self.at, zone=self.book.zone)


def reached(moves: Sequence[Move]) -> tuple[Reached, ...]:
    """Return the levels that changed; one that is only kept for longer is no news."""
    return tuple(Reached(move.tier_set, move.before, move.after) for move in moves if move.before != move.after)
