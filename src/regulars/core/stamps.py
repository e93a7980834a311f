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
    under that version. Up to the stamp `marked`, the present card has given its rewards: where stamps expire or a
    used reward stays, it gives none of them twice.
    """

    number: int = 1
    runs: tuple[tuple[int, int], ...] = ()
    marked: int = 0

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
        marks += _interim(card, state.number, above=max(held, state.marked), upto=held + step, version=began)
        held += step
        left -= step
        if held < card.size:
            state = CardState(state.number, state.runs, max(held, state.marked))
        else:
            marks.append(Mark(state.number, card.size, card.final, began))
            full.append(FullCard(state.number, card.size, began))
            state, held = CardState(state.number + 1, state.runs), 0
    return Stamped(state=state, put=put, held=held, marks=tuple(marks), full=tuple(full))


def unstamp(
    card_of: CardOf, state: CardState, *, held: int, taken: int, kept: Collection[tuple[int, int]] = ()
) -> Unstamped:
    """Take `taken` (> 0) stamps off, from the present card back; a full card is opened again for what is missing.

    `kept` are the marks, as (card, stamp), whose rewards are used: they stay. A full card whose last one is used stays
    full: what it would have to give is `short`, and the card's policy says who bears it.
    """
    reopened: list[FullCard] = []
    undone: list[Mark] = []
    short = taken
    while True:
        step = min(short, max(held, 0))
        state = _take_off(card_of, state, held=held, step=step, kept=kept, undone=undone)
        held -= step
        short -= step
        before = _before(card_of, state) if short and state.number > 1 else None
        if before is None or (before.number, before.size) in kept:
            return Unstamped(state=state, held=held, short=short, reopened=tuple(reopened), undone=tuple(undone))
        held += before.size
        runs = tuple(run for run in state.runs if run[0] <= before.number)
        state = CardState(before.number, runs, max(held, 0))
        reopened.append(before)
        undone.append(Mark(before.number, before.size, card_of(before.version).final, before.version))


def _begin(card_of: CardOf, state: CardState, *, held: int, version: int) -> tuple[CardState, StampCard]:
    """Return the state with the present card begun, and that card's definition."""
    known = state.version_of(state.number)
    if held > 0 and known:
        return state, card_of(known)
    card = card_of(version)
    if known and card_of(known) == card:
        return state, card
    runs = tuple(run for run in state.runs if run[0] < state.number)
    return CardState(state.number, (*runs, (state.number, version)), state.marked), card


def _take_off(
    card_of: CardOf,
    state: CardState,
    *,
    held: int,
    step: int,
    kept: Collection[tuple[int, int]],
    undone: list[Mark],
) -> CardState:
    """Take `step` stamps off the present card, and undo the rewards that stood on them."""
    began = state.version_of(state.number)
    if not step or not began or state.marked > held:
        return state
    lost = _interim(card_of(began), state.number, above=held - step, upto=held, version=began)
    undone += [mark for mark in reversed(lost) if (mark.number, mark.stamp) not in kept]
    stay = max([mark.stamp for mark in lost if (mark.number, mark.stamp) in kept], default=0)
    return CardState(state.number, state.runs, max(held - step, stay))


def _before(card_of: CardOf, state: CardState) -> FullCard:
    """The full card before the present one."""
    version = state.version_of(state.number - 1)
    return FullCard(state.number - 1, card_of(version).size, version)


def _interim(card: StampCard, number: int, *, above: int, upto: int, version: int) -> list[Mark]:
    """The rewards on the way that stand on the stamps in (above, upto], lowest first."""
    places = sorted(place for place in card.interim if above < place <= upto and place < card.size)
    return [Mark(number, place, card.interim[place], version) for place in places]
