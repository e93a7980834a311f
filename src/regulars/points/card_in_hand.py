"""A member's stamp card, locked: what is on it, and what putting stamps on or taking them off does to it.

Staff, one-time codes and posters all come through here, with the same card, the same completion and the same rewards
as sales.
"""

from datetime import datetime

import msgspec

from regulars.core.compiled import Compiled
from regulars.core.life import life_of
from regulars.core.lots import draw
from regulars.core.program.stamp_cards import StampCard
from regulars.core.refusals import Refusal
from regulars.core.settling import card_of
from regulars.core.stamps import CardState, Stamped, Unstamped, room_on, stamp, unstamp
from regulars.core.tallies import Tally
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import ask_wallets
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.members.lock import UnknownMember
from regulars.members.status import JOINED_AT, STATUS_AT
from regulars.platform.rows import Asked, together
from regulars.points.fill import fill_cards, mark_keys
from regulars.points.unfill import Past, asked_for, find_past, load_filled_lots, unfill_cards
from regulars.programs.book import Book
from regulars.programs.tallies import ask_tallies, member_holder, write_tallies
from regulars.rewards.issue import issue_rewards, withdraw_issued
from regulars.rewards.issued import Issued, find_given
from regulars.rewards.pay import pays

STATUS = f"""
SELECT {STATUS_AT}, {JOINED_AT} IS NOT NULL FROM members_member AS member WHERE id = %(member)s
"""  # noqa: S608  our own words


class CardUnknown(Refusal):
    """The program has no stamp card of this code."""

    code = "unknown_card_kind"

    def __init__(self, *, card: str) -> None:
        self.card = card


class Blocked(Refusal):
    """A blocked member gets nothing."""

    code = "member_blocked"


class NoEffect(Refusal):
    """The card is full and no other follows: the stamps find no room."""

    code = "no_effect"


class CardNow(msgspec.Struct, frozen=True, kw_only=True):
    """A member's card of one kind: the `held`-th of `size` stamps of their card `number`. `entry_id` is the entry that
    was written; `put` what found room, negative where stamps were taken off.
    """

    card: str
    number: int
    held: int
    size: int
    put: int
    entry_id: int | None = None
    completed: int = 0
    reopened: int = 0
    rewards: tuple[Issued, ...] = ()
    withdrawn: tuple[str, ...] = ()
    replayed: bool = False


class CardInHand(msgspec.Struct, kw_only=True):
    """Everything about one member and one kind of card, under the lock of the member's accounts."""

    book: Book
    program: Compiled
    card: StampCard
    member_id: int
    wallets: dict[tuple[int, str], Wallet]
    tally: Tally
    is_joined: bool

    @property
    def wallet(self) -> Wallet:
        return self.wallets[self.member_id, self.card.code]

    @property
    def state(self) -> CardState:
        return self.tally.cards.get(self.card.code, CardState())

    @property
    def held(self) -> int:
        return self.wallet.balance - self.wallet.lapsed

    def room(self) -> int | None:
        return room_on(
            card_of(self.program, self.card.code, self.book.version),
            self.state,
            held=self.held,
            version=self.program.version_id,
        )

    def plan_put(self, stamps: int) -> Stamped:
        """Return what stamps would do. Refuses: NoEffect."""
        if self.room() == 0:
            raise NoEffect()
        return stamp(
            card_of(self.program, self.card.code, self.book.version),
            self.state,
            held=self.held,
            added=stamps,
            version=self.program.version_id,
        )

    def plan_take(self, stamps: int, *, lock: bool) -> tuple[Unstamped, Past]:
        """Return what taking stamps off would do, and what the full cards have brought."""
        past = find_past(asked_for(self.member_id, self.card.code, self.state, taken=stamps), lock=lock)
        unstamped = unstamp(
            card_of(self.program, self.card.code, self.book.version),
            self.state,
            held=self.held,
            taken=stamps,
            kept=past.kept,
        )
        return unstamped, past

    def now(self, *, put: int, state: CardState, held: int, **done: object) -> CardNow:
        began = state.version_of(state.number) if held > 0 else 0
        card = self.book.version(began).cards[self.card.code] if began else self.card
        return CardNow(card=self.card.code, number=state.number, held=held, size=card.size, put=put, **done)  # type: ignore[arg-type]

    def keep(self, state: CardState, *, last: dict[str, int] | None = None) -> None:
        """Remember which card it is, and when something with a cool-down last stamped it."""
        self.tally.cards[self.card.code] = state
        self.tally.last.update(last or {})
        write_tallies({member_holder(self.member_id): self.tally})


def open_card(*, member_id: int, card: str, book: Book, at: datetime, lock: bool = True) -> CardInHand:
    """Lock a member's accounts and return their card. Refuses: CardUnknown, UnknownMember, Blocked."""
    program = book.compiled_at(at)
    if card not in program.cards:
        raise CardUnknown(card=card)
    with together():
        wallets = ask_wallets([member_id], units=book.units, at=at, whole_units=[book.units[card]], lock=lock)
        tallies = ask_tallies({member_holder(member_id)})
        statuses = Asked(STATUS, {"member": member_id, "at": at})
    status = statuses.rows()
    if not status:
        raise UnknownMember()
    if status[0][0] == "blocked":
        raise Blocked()
    opened = wallets()
    opened[member_id, card].balance_at(at)  # sums up what has lapsed
    return CardInHand(
        book=book,
        program=program,
        card=program.cards[card],
        member_id=member_id,
        wallets=opened,
        tally=tallies().get(member_holder(member_id), Tally()),
        is_joined=status[0][1],
    )


def put_on(
    hand: CardInHand, stamps: int, *, kind: Kind, note: Note, about: str, last: dict[str, int] | None = None
) -> CardNow:
    """Put stamps on a locked card: full cards are paid for, marks give rewards. Refuses: NoEffect.

    `about` names what brought them, as a part of natural keys; `last` are cool-downs that begin now.
    """
    plan = hand.plan_put(stamps)
    journal = Journal(at=note.occurred_at, sides=hand.book.sides, zone=hand.book.zone)
    life = life_of(hand.card.expiry, None, given_at=note.occurred_at, zone=hand.book.zone)
    journal.credit(hand.wallet, kind=kind, amount=plan.put, note=note, life=life)
    given = fill_cards(
        plan,
        hand.card.code,
        member_id=hand.member_id,
        versions=hand.book.version,
        wallets=hand.wallets,
        journal=journal,
        about=about,
        occurred_at=note.occurred_at,
        by=note.by,
        paid=_paid_before(hand, plan),
    )
    entry_id = journal.write()[0]
    issued = issue_rewards(given, at=journal.at, zone=hand.book.zone)
    hand.keep(plan.state, last=last)
    return hand.now(
        put=plan.put,
        state=plan.state,
        held=plan.held,
        entry_id=entry_id,
        completed=len(plan.full),
        rewards=tuple(issued),
    )


def _paid_before(hand: CardInHand, plan: Stamped) -> set[str]:
    """Return the marks whose rewards were paid before: a card that is filled again pays nothing twice."""
    paying = [mark for mark in plan.marks if pays(hand.book.version(mark.version).rewards[mark.reward])]
    return find_given(mark_keys(paying, hand.card.code, hand.member_id)) if paying else set()


def take_off(hand: CardInHand, plan: Unstamped, past: Past, *, stamps: int, note: Note, about: str) -> CardNow:
    """Take stamps off a locked card, as planned: cards that are open again get theirs back, unused rewards go."""
    journal = Journal(at=note.occurred_at, sides=hand.book.sides, zone=hand.book.zone)
    withdrawn = unfill_cards(
        plan,
        hand.card.code,
        name=hand.card.name,
        past=past,
        lots=load_filled_lots(plan, past),
        wallet=hand.wallet,
        journal=journal,
        policies=hand.program.policies,
        about=about,
        by=note.by,
    )
    draws = draw(hand.wallet.open_lots, wanted=stamps, at=journal.at)
    number = journal.debit(hand.wallet, kind=Kind.ADJUST, draws=draws, amount=stamps, note=note)
    entry_id = journal.write()[-number - 1]
    gone = withdraw_issued(withdrawn, at=journal.at, by=note.by)
    hand.keep(plan.state)
    return hand.now(
        put=-stamps,
        state=plan.state,
        held=plan.held,
        entry_id=entry_id,
        reopened=len(plan.reopened),
        withdrawn=tuple(sorted(gone)),
    )
