"""What one sale does to a member's wallets: points pay first, then what was paid with money earns."""

from collections.abc import Sequence
from datetime import datetime

from regulars.core.actor import Actor
from regulars.core.checkout import CLOCK_SKEW
from regulars.core.earning import Published, Purchase, applies, award
from regulars.core.expiry import expires_at
from regulars.core.lots import draw, spendable_total
from regulars.core.sale import NewSale, Tender
from regulars.core.terms import worth_minor
from regulars.core.why import Earned as EarnedWhy
from regulars.core.why import Spent as SpentWhy
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Balance
from regulars.programs.book import Book
from regulars.sales.answers import Earned, Spent
from regulars.sales.refusals import InsufficientBalance, MemberLocked
from regulars.sales.till_batch import Checked

POINTS = "points"


def pay_with_points(checked: Checked, *, sale_id: int, wallets: Wallets, book: Book, journal: Journal) -> Spent | None:
    """Spend the sale's points tender, soonest to expire first. Refuses MemberLocked, InsufficientBalance."""
    tender = checked.tender
    if tender is None or tender.points is None or checked.member is None:
        return None
    if checked.member.status == "locked":
        raise MemberLocked()
    sale = checked.sale
    moment = _moment_of_spending(sale.occurred_at, recorded_at=journal.at)
    wallet = wallets.get((checked.member.member_id, POINTS))
    spendable = spendable_total(wallet.open_lots, at=moment) - wallet.debt if wallet else 0
    if wallet is None or spendable < tender.points:
        raise InsufficientBalance(available=spendable, wanted=tender.points)
    spent = spent_on(tender, book)
    journal.debit(
        wallet,
        kind=Kind.REDEEM,
        draws=draw(wallet.open_lots, wanted=tender.points, at=moment),
        amount=tender.points,
        note=Note(
            key=f"sale/{sale_id}/{POINTS}",
            occurred_at=moment,
            by=sale.by,
            why=SpentWhy(spent.amount, spent.value_minor, book.terms.points_per, book.terms.minor_per),
        ),
    )
    return spent


def _moment_of_spending(occurred_at: datetime, *, recorded_at: datetime) -> datetime:
    """A sale that arrives at once spends what there is now: a slow clock hides no points. A late one, what was then."""
    return recorded_at if abs(recorded_at - occurred_at) <= CLOCK_SKEW else occurred_at


def spent_on(tender: Tender, book: Book) -> Spent:
    """Return what a points tender pays."""
    points = tender.points or 0
    return Spent(POINTS, points, worth_minor(points, book.terms))


def rules_for(checked: Checked, book: Book) -> list[Published]:
    """Return the rules in force at this sale's time and store."""
    purchase = purchase_of(checked.sale, paid_with_points_minor=0, store_tags=checked.store.tags)
    return [rule for rule in book.in_force(checked.sale.occurred_at) if applies(rule.terms, purchase)]


def awards(rules: Sequence[Published], sale: NewSale, *, paid_with_points_minor: int) -> list[EarnedWhy]:
    """Return what each rule gives for a whole sale, in their order."""
    purchase = purchase_of(sale, paid_with_points_minor=paid_with_points_minor)
    return [award(rule, purchase) for rule in rules]


def purchase_of(sale: NewSale, *, paid_with_points_minor: int, store_tags: frozenset[str] = frozenset()) -> Purchase:
    return Purchase(
        occurred_at=sale.occurred_at,
        store=sale.store,
        store_tags=store_tags,
        lines=sale.lines,
        total_minor=sale.total_minor,
        money_minor=sale.total_minor - paid_with_points_minor,
    )


def earn(
    whys: Sequence[EarnedWhy],
    rules: Sequence[Published],
    *,
    sale_id: int,
    sale: NewSale,
    member_id: int,
    by: Actor,
    wallets: Wallets,
    book: Book,
    journal: Journal,
) -> None:
    """Open one lot for each rule that gave something: each keeps its own rule's life."""
    for why, rule in zip(whys, rules, strict=True):
        if why.awarded == 0:
            continue
        journal.credit(
            wallets[member_id, rule.terms.unit],
            kind=Kind.EARN,
            amount=why.awarded,
            expires_at=expires_at(rule.terms.expiry, given_at=sale.occurred_at, zone=book.zone),
            note=Note(key=f"sale/{sale_id}/{rule.rule_id}", occurred_at=sale.occurred_at, by=by, why=why),
        )


def sum_up(whys: Sequence[EarnedWhy], rules: Sequence[Published]) -> tuple[Earned, ...]:
    """Return what was earned, one answer per unit."""
    units = dict.fromkeys(rule.terms.unit for rule in rules)
    return tuple(
        Earned(
            unit,
            sum(why.desired for why, rule in zip(whys, rules, strict=True) if rule.terms.unit == unit),
            sum(why.awarded for why, rule in zip(whys, rules, strict=True) if rule.terms.unit == unit),
            tuple(why for why, rule in zip(whys, rules, strict=True) if rule.terms.unit == unit),
        )
        for unit in units
    )


def balances_of(member_id: int, *, wallets: Wallets, book: Book, journal: Journal) -> tuple[Balance, ...]:
    """Return what the member holds of each unit after what was decided so far."""
    return tuple(wallets[member_id, unit].balance_at(journal.at) for unit in book.units if (member_id, unit) in wallets)
