"""Cards beside the till: a kind of card, a printed batch, and one that somebody has bought with."""

from datetime import datetime, timedelta

from regulars.cards.batches import NewBatch, ask_batch, make_batch
from regulars.cards.issue import give_card
from regulars.cards.ranks import change_rank
from regulars.cards.types import CardTerms, Rank, make_card_type
from regulars.core.actor import SYSTEM
from regulars.core.card_numbers import Pattern
from regulars.core.identifiers import MemberHandle
from regulars.core.sale import NewSale, SaleLine
from regulars.sales.record import record_sales


def put_cards_beside_the_till(member: int, *, now: datetime) -> dict[str, int]:
    """Return the batch; its cards are PAPER-001 (used once), PAPER-002, and so on."""
    at = now - timedelta(days=2)
    ranks = (Rank("white", "White"), Rank("gold", "Gold"))
    terms = CardTerms(name="Paper card", pin_digits=6, most_before={"points": 500}, unused_days=365, ranks=ranks)
    make_card_type(code="paper", terms=terms, at=at, by=SYSTEM)
    new = NewBatch(type="paper", name="Summer fair", pattern=Pattern(text="PAPER-***"), count=40)
    batch = ask_batch(new, key="summer", at=at, by=SYSTEM)
    for _ in make_batch(batch.pk, at=at):
        pass
    sale = NewSale(
        external_id="C-1",
        store="330",
        till="1",
        occurred_at=now - timedelta(hours=1),
        total_minor=6500,
        lines=(SaleLine("555001", 1000, 6500, "COFFEE", "Roast & Co"),),
        member=MemberHandle(card="PAPER-001"),
    )
    record_sales([sale], at=now)
    give_card(member_id=member, number="GOLD-1", card_type="paper", at=at, by=SYSTEM)
    change_rank(number="GOLD-1", rank="gold", reason="Comes every day.", at=now, by=SYSTEM)
    return {"batch": batch.pk}
