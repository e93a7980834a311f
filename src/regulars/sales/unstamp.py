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
    """Return the cards that these sales stamped, and that their refunds together might open again."""
    stamps: dict[tuple[int, str], int] = {}
    present: dict[tuple[int, str], CardState] = {}
    for sale in sold:
        if sale.member_id is None or sale.version_id is None:
            continue
        program = book.version(sale.version_id)
        for code in program.cards:
            amount = sum(entry.amount for entry in sale.of_kind("earn") if is_part(entry.key, code))
            if code in program.carrying:
                # What it carried may have made a stamp of another sale.
                amount += program.cards[code].earn.stamps  # type: ignore[union-attr]
            if amount:
                stamps[sale.member_id, code] = stamps.get((sale.member_id, code), 0) + amount
                state = states.find(sale.member_id, sale.joined_at, units=())
                present[sale.member_id, code] = state.tally.cards.get(code, CardState())
    return [asked_for(member, code, present[member, code], taken=taken) for (member, code), taken in stamps.items()]


def is_part(key: str, unit: str) -> bool:
    """Tell whether an entry of a sale is of this unit (`sale/5/coffee`, `sale/5/coffee~coffee`)."""
    return key.rsplit("/", 1)[1].partition("~")[0] == unit


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
