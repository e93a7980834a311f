"""Stamp cards whose rewards or limits lie outside the card."""

from collections.abc import Iterator

from regulars.core.checks.faults import Fault, warning
from regulars.core.phrases import nth, stamps
from regulars.core.program.conditions import Conditions
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.stamp_cards import ByHand, ByItem, StampCard
from regulars.core.tongue import say, say_many


def check_cards(document: ProgramDocument) -> Iterator[Fault]:
    for i, card in enumerate(document.stamp_cards):
        path = f"stamp_cards[{i}]"
        yield from _rewards(path, card)
        yield from _limits(path, card)
        if isinstance(card.earn, ByItem) and card.earn.items == Items():
            said = say("It names no SKU, category, brand, label or collection: nothing stamps the card.")
            yield Fault(f"{path}.earn.items", "no_items", said)
        if isinstance(card.earn, ByHand) and card.when != Conditions():
            yield warning(f"{path}.when", "no_effect", say("What people and codes stamp asks for no conditions."))


def _rewards(path: str, card: StampCard) -> Iterator[Fault]:
    for place in sorted(card.interim):
        if place == card.size:
            said = say(
                "The %(nth)s stamp fills the card: its reward is `final`, and cannot be one on the way too.",
                nth=nth(card.size),
            )
            yield Fault(f"{path}.interim.{place}", "interim_beyond_size", said)
        elif place > card.size:
            said = say_many(
                "The card has %(n)s stamp: stamp %(place)s never comes.",
                "The card has %(n)s stamps: stamp %(place)s never comes.",
                n=card.size,
                place=place,
            )
            yield Fault(f"{path}.interim.{place}", "interim_beyond_size", said)


def _limits(path: str, card: StampCard) -> Iterator[Fault]:
    if card.max_per_sale and card.max_per_day and card.max_per_sale > card.max_per_day:
        said = say(
            "At most %(stamps)s a day leave no room for %(n)s in a sale.",
            stamps=stamps(card.max_per_day),
            n=card.max_per_sale,
        )
        yield Fault(f"{path}.max_per_sale", "contradicting_caps", said)
    at_once = 0 if isinstance(card.earn, ByHand) else card.earn.stamps
    for field in ("max_per_sale", "max_per_day"):
        most = getattr(card, field)
        if most and most < at_once:
            said = say("%(stamps)s come at once, of which %(n)s are kept.", stamps=stamps(at_once), n=most)
            yield warning(f"{path}.{field}", "cap_below_award", said)
    if at_once > card.size and not (card.overflow and card.restart):
        said = say(
            "%(stamps)s come at once, and the card holds %(n)s: the rest is lost.", stamps=stamps(at_once), n=card.size
        )
        yield warning(f"{path}.earn.stamps", "cap_below_award", said)
