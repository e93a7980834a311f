"""A stamp card in a member's hand: what new stamps fill, and what stamps that are taken off open again.

The stamps on the present card are the balance of the card's unit: a full card is paid for with its size, at once. So
there is nothing to keep but which card it is, and under which versions of the program the cards began: a card keeps
the size and the rewards it began with.
"""

from collections.abc import Callable, Collection

import msgspec

from regulars.core.program.stamp_cards import StampCard

type CardOf = Callable[[int], StampCard]
"""The definition of one card by the id of a program version."""


class CardState(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """`number` counts the member's cards from 1; `runs` are (first card, version): from that card on, cards began
    under that version.
    """

    number: int = 1
    runs: tuple[tuple[int, int], ...] = ()

    def version_of(self, number: int) -> int:
        """Return the version that a card began under; 0 where none has begun."""
        return next((version for first, version in reversed(self.runs) if first <= number), 0)


class Mark(msgspec.Struct, frozen=True):
    """A place on a card that gives a reward: stamp `stamp` of card `number`, which began under `version`."""

    number: int
    stamp: int
    reward: str
    version: int


class FullCard(msgspec.Struct, frozen=True):
    """A full card: its completion takes `size` stamps."""

    number: int
    size: int
    version: int


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """Of the stamps, `put` found room; `held` are on the present card afterwards. `marks` and `full` are in order."""

    state: CardState
    put: int
    held: int
    marks: tuple[Mark, ...] = ()
    full: tuple[FullCard, ...] = ()


class Unstamped(msgspec.Struct, frozen=True, kw_only=True):
    """`reopened`, newest first, are full cards that are none any more: their completions are reversed, their rewards
    are among the marks `undone`. `short` stamps could not be taken off; `held` is what the present card has then.
    """

    state: CardState
    held: int
    short: int = 0
    reopened: tuple[FullCard, ...] = ()
    undone: tuple[Mark, ...] = ()


def room_on(card_of: CardOf, state: CardState, *, held: int, version: int) -> int | None:
    """Return how many stamps find room now; None where a full card is always followed by the next.

    `held` may be negative where the member owes stamps; `version` is the one the new stamps are given under. Whether
    another card follows, and whether what is over goes on it, is for the version that card would begin under.
    """
    latest = card_of(version)
    if held <= 0 and state.number > 1 and not latest.restart:
        return 0
    if latest.restart and latest.overflow:
        return None
    return _begin(card_of, state, held=held, version=version)[1].size - held


def stamp(card_of: CardOf, state: CardState, *, held: int, added: int, version: int) -> Stamped:
    """Put `added` (> 0) stamps on the card that has `held`, and on the next ones where it overflows.

    A card begins with the stamp that brings it above nothing, under the `version` of that stamp.
    """
    room = room_on(card_of, state, held=held, version=version)
    put = left = added if room is None else min(added, room)
    marks: list[Mark] = []
    full: list[FullCard] = []
    while left:
        state, card = _begin(card_of, state, held=held, version=version)
        began = state.version_of(state.number)
        step = min(left, card.size - held)
        marks += _marks(card, state.number, above=held, upto=held + step, version=began)
        held += step
        left -= step
        if held == card.size:
            full.append(FullCard(state.number, card.size, began))
            state, held = CardState(state.number + 1, state.runs), 0
    return Stamped(state=state, put=put, held=held, marks=tuple(marks), full=tuple(full))


def unstamp(card_of: CardOf, state: CardState, *, held: int, taken: int, kept: Collection[int] = ()) -> Unstamped:
    """Take `taken` (> 0) stamps off, from the present card back; a full card is opened again for what is missing.

    `kept` are the numbers of full cards that stay full, because their final reward is used: what they would have to
    give is `short`, and the card's policy says who bears it.
    """
    reopened: list[FullCard] = []
    undone: list[Mark] = []
    short = taken
    while True:
        began = state.version_of(state.number)
        step = min(short, max(held, 0))
        if step and began:
            undone += reversed(_marks(card_of(began), state.number, above=held - step, upto=held, version=began))
        held -= step
        short -= step
        if not short or state.number == 1 or state.number - 1 in kept:
            return Unstamped(state=state, held=held, short=short, reopened=tuple(reopened), undone=tuple(undone))
        state = _before(state)
        began = state.version_of(state.number)
        held += card_of(began).size
        reopened.append(FullCard(state.number, card_of(began).size, began))


def _begin(card_of: CardOf, state: CardState, *, held: int, version: int) -> tuple[CardState, StampCard]:
    """Return the state with the present card begun, and that card's definition."""
    known = state.version_of(state.number)
    if held > 0 and known:
        return state, card_of(known)
    card = card_of(version)
    if known and card_of(known) == card:
        return state, card
    runs = tuple(run for run in state.runs if run[0] < state.number)
    return CardState(state.number, (*runs, (state.number, version))), card


def _before(state: CardState) -> CardState:
    """The state with the card before as the present one."""
    number = state.number - 1
    return CardState(number, tuple(run for run in state.runs if run[0] <= number))


def _marks(card: StampCard, number: int, *, above: int, upto: int, version: int) -> list[Mark]:
    """The marks on the stamps in (above, upto], lowest first."""
    rewards = {**card.interim, card.size: card.final}
    return [Mark(number, place, rewards[place], version) for place in sorted(rewards) if above < place <= upto]
