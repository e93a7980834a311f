"""A basket of the files becomes what a till would have sent."""

from datetime import tzinfo

from regulars.core.actor import SYSTEM
from regulars.core.identifiers import MemberHandle
from regulars.core.sale import NewSale, SaleLine, Tender
from regulars.demo.dates import move
from regulars.demo.journey import Basket, Product
from regulars.demo.people import card_of

TILLS = ("1", "2", "3", "4")


def receipt(basket: Basket, products: dict[int, Product], *, weeks: int, zone: tzinfo) -> NewSale:
    """Return the sale: the member shows a card, and pays the total in one piece, seven times in ten by card.

    The files do not say at which till and how a basket was paid; its number decides, so that it is always the same.
    """
    total_minor = sum([amount for _, _, amount in basket.lines])
    return NewSale(
        external_id=str(basket.id),
        store=str(basket.store_id),
        till=TILLS[basket.id % len(TILLS)],
        occurred_at=move(basket.local_at, weeks=weeks, zone=zone),
        total_minor=total_minor,
        lines=tuple([_line(products, *line) for line in basket.lines]),
        tenders=(Tender("card" if basket.id // 10 % 10 < 7 else "cash", amount_minor=total_minor),),
        member=MemberHandle(card=card_of(basket.household_id)),
        by=SYSTEM,
    )


def _line(products: dict[int, Product], product_id: int, quantity: int, amount_minor: int) -> SaleLine:
    product = products.get(product_id)
    if product is None:
        return SaleLine(str(product_id), quantity * 1000, amount_minor)
    return SaleLine(product.sku, quantity * 1000, amount_minor, product.category, product.brand)
