"""A member's stamp cards, drawn as the cards they are: full and empty places, and the rewards on the way."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from regulars.backoffice.office import Office
from regulars.core.program.stamp_cards import StampCard
from regulars.core.stamps import CardState
from regulars.core.tallies import Tally
from regulars.ledger.statement import FullBalance


class Place(msgspec.Struct, frozen=True):
    """One place of a card. `mark` is how a preview marks it: `new`, `gone`, or nothing."""

    number: int
    is_full: bool
    reward: str = ""
    mark: str = ""

    @property
    def look(self) -> str:
        return " ".join(
            name for name in ("full" if self.is_full else "", "gift" if self.reward else "", self.mark) if name
        )


class DrawnCard(msgspec.Struct, frozen=True, kw_only=True):
    """The present card of a member. `owed` stamps are missing below nothing; `filled` cards came before it."""

    code: str
    name: str
    number: int
    size: int
    held: int
    owed: int
    filled: int
    places: tuple[Place, ...]
    next_reward: str
    missing: int
    is_over: bool = False

    @property
    def look(self) -> str:
        """How the places are laid out: rows of five, of six, or of ten."""
        if self.size > 20:
            return "many"
        return "six" if self.size % 6 == 0 else ""


def show_cards(tally: Tally, balances: Sequence[FullBalance], office: Office) -> list[DrawnCard]:
    """Every stamp card of the live program, and those in hand that it has no more."""
    if office.book is None or office.live is None:
        return []
    held = {each.unit: each.available + each.pending + each.reserved for each in balances}
    begun = {code: state for code, state in tally.cards.items() if code in office.live.cards or held.get(code)}
    return [
        draw_mine(code, begun.get(code, CardState()), held.get(code, 0), office)
        for code in [*office.live.cards, *(code for code in begun if code not in office.live.cards)]
    ]


def draw_mine(
    code: str, state: CardState, balance: int, office: Office, *, marked: Collection[int] = (), mark: str = ""
) -> DrawnCard:
    """Draw a card with the size and the rewards it began with; one that has not begun, with the live ones."""
    assert office.book is not None and office.live is not None, "who has cards has a program"
    began = state.version_of(state.number)
    version = office.book.version(began) if began and balance > 0 else office.live
    card = version.cards.get(code) or office.book.version(began).cards[code]
    names = {reward.code: reward.name for reward in version.rewards.values()}
    return draw_card(card, state, balance=balance, rewards=names, marked=marked, mark=mark)


def draw_card(
    card: StampCard,
    state: CardState,
    *,
    balance: int,
    rewards: Mapping[str, str],
    marked: Collection[int] = (),
    mark: str = "",
) -> DrawnCard:
    """Draw the card in hand with `balance` stamps on it (below 0: owed); `rewards` names rewards by their codes.

    The places numbered in `marked` are marked, for a preview.
    """
    gives = {**card.interim, card.size: card.final}
    held = min(max(balance, 0), card.size)
    ahead = next((place for place in sorted(gives) if place > held), card.size)
    is_over = balance <= 0 and state.number > 1 and not card.restart
    return DrawnCard(
        code=card.code,
        name=card.name,
        number=state.number,
        size=card.size,
        held=held,
        owed=max(-balance, 0),
        filled=state.number - 1,
        places=tuple(
            Place(
                place,
                place <= held or is_over,
                rewards.get(gives[place], gives[place]) if place in gives else "",
                mark if place in marked else "",
            )
            for place in range(1, card.size + 1)
        ),
        next_reward=rewards.get(gives[ahead], gives[ahead]),
        missing=ahead - held + max(-balance, 0),
        is_over=is_over,
    )
