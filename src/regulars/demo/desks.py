"""What lies on the desks of the grocer's team: thresholds, a box of cards, receipts that wait for somebody."""

from datetime import datetime, timedelta

from regulars.cards.batches import NewBatch, ask_batch, make_batch
from regulars.cards.models import CardBatch, CardType
from regulars.cards.types import CardTerms, make_card_type
from regulars.core.actor import SYSTEM, Actor
from regulars.core.card_numbers import Pattern
from regulars.core.identifiers import MemberHandle
from regulars.core.sale import SaleLine, Tender
from regulars.demo.people import card_of
from regulars.demo.program import POINTS
from regulars.receipts.enter import enter_receipt
from regulars.receipts.kept import NewReceipt
from regulars.receipts.models import Receipt
from regulars.staff.approval_rules import put_suggested
from regulars.staff.models import ApprovalRule, Person

BOX = "welcome"
BOX_OF = 200
CLAIMS = ((17, 4_350, "GROCERY", 1), (718, 12_999, "MEAT", 2), (1_228, 860, "PASTRY", 6))
"""Household, total, category and how many days ago: bought without the card, and keyed by the cashier since."""


def put_on_desks(*, at: datetime) -> None:
    """Put there what is not there yet; what somebody has dealt with since is left as it is."""
    if not ApprovalRule.objects.exists():
        put_suggested(at=at, by=SYSTEM)
    if not CardBatch.objects.exists():
        _fill_a_box(at=at)
    cashier = Person.objects.filter(role="cashier").order_by("id").first()
    if cashier is not None and not Receipt.objects.exists():
        _key_claims(at=at, by=Actor(kind="staff", id=cashier.pk, name=cashier.get_full_name()))


def _fill_a_box(*, at: datetime) -> None:
    """Cards that nobody has yet: they earn up to 500 points before they are activated with the PIN under the foil."""
    if not CardType.objects.filter(code=BOX).exists():
        terms = CardTerms(name="Welcome card", pin_digits=6, most_before={POINTS.code: 500}, unused_days=365)
        make_card_type(code=BOX, terms=terms, at=at, by=SYSTEM)
    new = NewBatch(type=BOX, name="First box", pattern=Pattern(text="77*****?"), count=BOX_OF)
    batch = ask_batch(new, key="demo/first-box", at=at, by=SYSTEM)
    for _ in make_batch(batch.pk, at=at):
        pass


def _key_claims(*, at: datetime, by: Actor) -> None:
    for household_id, total_minor, category, days in CLAIMS:
        claim = NewReceipt(
            key=f"demo/claim/{household_id}",
            kind="claim",
            store="330",
            number=f"C-{household_id}",
            occurred_at=at - timedelta(days=days),
            total_minor=total_minor,
            lines=(SaleLine("1", 1_000, total_minor, category),),
            tenders=(Tender("cash", amount_minor=total_minor),),
            member=MemberHandle(card=card_of(household_id)),
            note="Had left the card at home.",
        )
        enter_receipt(claim, at=at, by=by)
