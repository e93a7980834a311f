"""A refund takes the sale's stamps off, from the newest card back; a full card that loses one is open again."""

from collections.abc import Iterable

from regulars.core.settling import card_of
from regulars.core.stamps import CardState, unstamp
from regulars.points.unfill import CardAsked, asked_for, unfill_cards
from regulars.programs.book import Book
from regulars.sales.case import Case
from regulars.sales.member_states import MemberStates
from regulars.sales.sold import Sold


def cards_asked(sold: Iterable[Sold], states: MemberStates, book: Book) -> list[CardAsked]:
    """Return the cards that these sales stamped, and that a refund might open again."""
    asked: dict[tuple[int, str], CardAsked] = {}
    for sale in sold:
        if sale.member_id is None or sale.version_id is None:
            continue
        cards = book.version(sale.version_id).cards
        for entry in sale.of_kind("earn"):
            card = entry.key.rsplit("/", 1)[1].partition("~")[0]
            if card in cards:
                state = states.find(sale.member_id, sale.joined_at, units=()).tally.cards.get(card, CardState())
                wanted = asked_for(sale.member_id, card, state, taken=entry.amount)
                known = asked.get((sale.member_id, card))
                if known is None or wanted.since < known.since:
                    asked[sale.member_id, card] = wanted
    return list(asked.values())


def take_stamps_off(case: Case, card: str, amount: int) -> None:
    """Open the cards again that `amount` stamps less do not fill: their stamps are back in the wallet, from which the
    caller takes them; rewards that nobody used are to be withdrawn.
    """
    program, member_id = case.program, case.sold.member_id
    assert program is not None and member_id is not None, "a sale that gave stamps"
    wallet, tally = case.wallet(card), case.state.tally
    past = case.pasts.get((member_id, card))
    if past is None:
        return
    taken = unstamp(
        card_of(program, card, case.book.version),
        tally.cards.get(card, CardState()),
        held=wallet.balance - wallet.lapsed,
        taken=amount,
        kept=past.kept,
    )
    keys = unfill_cards(
        taken,
        card,
        name=program.cards[card].name,
        past=past,
        lots=case.lots,
        wallet=wallet,
        journal=case.journal,
        policies=case.now.policies,
        about=f"sale/{case.sold.id}/refund/{case.refund_id}",
        by=case.by,
    )
    case.withdrawn |= zip(keys, [mark.reward for mark in taken.undone], strict=True)
    tally.cards[card] = taken.state
