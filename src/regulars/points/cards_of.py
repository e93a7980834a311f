"""The stamp cards in a member's hand, as tills and apps draw them."""

from datetime import datetime

import msgspec

from regulars.core.stamps import CardState
from regulars.core.tallies import Tally
from regulars.ledger.statement import balances_of
from regulars.members.lock import UnknownMember
from regulars.platform.rows import together
from regulars.programs.book import Book, load_book
from regulars.programs.tallies import ask_tallies, member_holder


class Place(msgspec.Struct, frozen=True):
    """A place of a card that bears a reward."""

    stamp: int
    reward: str
    name: str


class CardInProgress(msgspec.Struct, frozen=True, kw_only=True):
    """The member's present card of one kind: `held` of `size` stamps, negative where stamps are owed. `number` counts
    from 1; `is_over` where the card was the only one and is full.
    """

    card: str
    name: str
    number: int
    held: int
    size: int
    is_over: bool
    rewards: tuple[Place, ...]


def cards_of(member_id: int, *, at: datetime) -> list[CardInProgress]:
    """Return a member's card of each kind in the live program, and those still in hand that it has no more.

    A card in progress is shown with the size and the rewards it began with. Refuses: UnknownMember.
    """
    book = load_book()
    with together():
        asked = ask_tallies({member_holder(member_id)})
    states = asked().get(member_holder(member_id), Tally()).cards
    held = {
        each.unit: each.available + each.pending + each.reserved for each in balances_of([member_id], at=at)[member_id]
    }
    if not held:
        raise UnknownMember()
    live = book.compiled_at(at).cards
    kinds = [*live, *(code for code in states if code not in live and held.get(code))]
    return [_card(code, states.get(code, CardState()), held.get(code, 0), book=book, at=at) for code in kinds]


def _card(code: str, state: CardState, held: int, *, book: Book, at: datetime) -> CardInProgress:
    live = book.compiled_at(at)
    began = state.version_of(state.number) if held > 0 or code not in live.cards else 0
    program = book.version(began) if began else live
    card = program.cards[code]
    gives = {**card.interim, card.size: card.final}
    return CardInProgress(
        card=code,
        name=card.name,
        number=state.number,
        held=held,
        size=card.size,
        is_over=held <= 0 and state.number > 1 and not card.restart,
        rewards=tuple(Place(stamp, gives[stamp], program.rewards[gives[stamp]].name) for stamp in sorted(gives)),
    )
