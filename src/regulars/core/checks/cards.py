"""Stamp cards whose rewards or limits lie outside the card."""

from collections.abc import Iterator

from regulars.core.checks.faults import Fault, warning
from regulars.core.phrases import some
from regulars.core.program.conditions import Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.stamp_cards import ByHand, ByItem, StampCard


def check_cards(document: ProgramDocument) -> Iterator[Fault]:
    for i, card in enumerate(document.stamp_cards):
        path = f"stamp_cards[{i}]"
        yield from _rewards(path, card)
        yield from _limits(path, card)
        if isinstance(card.earn, ByItem) and card.earn.items == Items():
            said = "It names no SKU, category, brand, label or collection: nothing stamps the card."
            yield Fault(f"{path}.earn.items", "no_items", said)
        if isinstance(card.earn, ByHand) and card.when != Conditions():
            yield warning(f"{path}.when", "no_effect", "What people and codes stamp asks for no conditions.")


def _rewards(path: str, card: StampCard) -> Iterator[Fault]:
    for place in sorted(card.interim):
        if place == card.size:
            said = f"The {card.size}th stamp fills the card: its reward is `final`, and cannot be one on the way too."
            yield Fault(f"{path}.interim.{place}", "interim_beyond_size", said)
        elif place > card.size:
            said = f"The card has {card.size} stamps: stamp {place} never comes."
            yield Fault(f"{path}.interim.{place}", "interim_beyond_size", said)


def _limits(path: str, card: StampCard) -> Iterator[Fault]:
    if card.max_per_sale and card.max_per_day and card.max_per_sale > card.max_per_day:
        said = f"At most {some(card.max_per_day, 'stamp')} a day leave no room for {card.max_per_sale} in a sale."
        yield Fault(f"{path}.max_per_sale", "contradicting_caps", said)
    stamps = 0 if isinstance(card.earn, ByHand) else card.earn.stamps
    for field in ("max_per_sale", "max_per_day"):
        most = getattr(card, field)
        if most and most < stamps:
            said = f"{some(stamps, 'stamp')} come at once, of which {most} are kept."
            yield warning(f"{path}.{field}", "cap_below_award", said)
    if stamps > card.size and not (card.overflow and card.restart):
        said = f"{some(stamps, 'stamp')} come at once, and the card holds {card.size}: the rest is lost."
        yield warning(f"{path}.earn.stamps", "cap_below_award", said)
