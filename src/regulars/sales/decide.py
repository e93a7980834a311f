"""What one sale does to a member's wallets: units pay first, then what was paid with money earns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from regulars.core.actor import Actor
from regulars.core.checkout import CLOCK_SKEW, worth_minor
from regulars.core.compiled import Compiled
from regulars.core.earning import Award
from regulars.core.life import life_of
from regulars.core.lots import Draw, draw
from regulars.core.paid import unearning_minor
from regulars.core.sale import NewSale, SaleLine, Tender
from regulars.core.settling import StoreSide
from regulars.core.when import Purchase
from regulars.core.why import Earned as EarnedWhy
from regulars.core.why import Spent as SpentWhy
from regulars.ledger.holds import available_with, take_from_hold
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets
from regulars.ledger.models import Kind
from regulars.ledger.spending import Spending
from regulars.ledger.wallet import Balance, Wallet
from regulars.programs.book import Book
from regulars.sales.answers import Earned, Spent
from regulars.sales.member_states import Scopes
from regulars.sales.refusals import CardInactive, InsufficientBalance, MemberLeft, MemberLocked
from regulars.sales.till_batch import Checked
from regulars.stores.find import StoreFacts


def pay_with_units(
    checked: Checked, *, sale_id: int, wallets: Wallets, spending: Spending, journal: Journal
) -> tuple[Spent, ...]:
    """Spend the sale's tenders in units, soonest to expire first; all of them, or none where one is refused.

    Refuses MemberLocked, MemberLeft, CardInactive, InsufficientBalance, SpendLimitReached.
    """
    if not checked.tenders or checked.member is None:
        return ()
    if checked.member.status == "locked":
        raise MemberLocked()
    if checked.member.status == "left":
        raise MemberLeft()
    if checked.member.card_status == "replaced":
        raise CardInactive()  # whoever found the old card may earn for its member, and no more
    sale = checked.sale
    moment = _moment_of_spending(sale.occurred_at, recorded_at=journal.at)
    for tender in checked.tenders:
        wallet = wallets.get((checked.member.member_id, tender.unit))
        spendable = available_with(wallet, key=tender.hold, at=moment) if wallet else 0
        wanted = tender.points or 0
        if wallet is None or spendable < wanted:
            raise InsufficientBalance(available=spendable, wanted=wanted)
        spending.check(checked.member.member_id, checked.program.units[tender.unit], wanted, at=sale.occurred_at)
    for tender in checked.tenders:
        wallet = wallets[checked.member.member_id, tender.unit]
        unit, wanted = checked.program.units[tender.unit], tender.points or 0
        spending.count(checked.member.member_id, unit, wanted, at=sale.occurred_at)
        assert unit.pays is not None, "only units that pay are tenders"
        journal.debit(
            wallet,
            kind=Kind.REDEEM,
            draws=_draws(wallet, tender, at=moment),
            amount=wanted,
            note=Note(
                key=f"sale/{sale_id}/{unit.code}",
                occurred_at=moment,
                by=sale.by,
                why=SpentWhy(wanted, worth_minor(wanted, unit), unit.pays.units, unit.pays.minor),
            ),
        )
    return spent_on(checked.tenders, checked.program)


def _draws(wallet: Wallet, tender: Tender, *, at: datetime) -> list[Draw]:
    wanted = tender.points or 0
    if tender.hold is None:
        return draw(wallet.open_lots, wanted=wanted, at=at)
    return take_from_hold(wallet, key=tender.hold, amount=wanted, at=at)


def _moment_of_spending(occurred_at: datetime, *, recorded_at: datetime) -> datetime:
    """A sale that arrives at once spends what there is now: a slow clock hides no points. A late one, what was then."""
    return recorded_at if abs(recorded_at - occurred_at) <= CLOCK_SKEW else occurred_at


def spent_on(tenders: Sequence[Tender], program: Compiled) -> tuple[Spent, ...]:
    """Return what the tenders in units pay."""
    return tuple(
        Spent(tender.unit, tender.points or 0, worth_minor(tender.points or 0, program.units[tender.unit]))
        for tender in tenders
        if tender.type == "points"
    )


def purchase_of(sale: NewSale, *, units_minor: int, program: Compiled, scopes: Scopes) -> Purchase:
    """Return a whole sale as rules look at it."""
    return Purchase(
        occurred_at=sale.occurred_at,
        store=sale.store,
        lines=sale.lines,
        total_minor=sale.total_minor,
        money_minor=sale.total_minor - unearning_minor(sale.tenders, units_minor, program.policies),
        channel=sale.channel,
        tenders=tuple([tender.type for tender in sale.tenders]),
        card=scopes.card,
        cashier=scopes.cashier,
    )


def store_side(store: StoreFacts, occurred_at: datetime, program: Compiled) -> StoreSide:
    """Return what rules ask of the store; the local time only where a rule has hours."""
    local = occurred_at.astimezone(ZoneInfo(store.time_zone)) if program.needs.minute else occurred_at
    return StoreSide(store.tags, local)


def parts_of(
    awards: Sequence[Award], program: Compiled, purchase: Purchase, *, event: str = ""
) -> dict[str, EarnedWhy]:
    """Return the entries that awards make, each with its why: rules whose units live alike share one."""
    parts: dict[str, list[Award]] = {}
    for award in awards:
        parts.setdefault(award.rule.part, []).append(award)
    return {part: _why_of(of_part, program, purchase, event) for part, of_part in parts.items()}


def _why_of(awards: Sequence[Award], program: Compiled, purchase: Purchase, event: str) -> EarnedWhy:
    """Return why an entry is what it is: the part of each of its rules; for stamps, the lines that made them."""
    parts = tuple([award.part for award in awards])
    if event:
        return EarnedWhy(version=program.version_id, parts=parts, event=event)
    unit = awards[0].rule.unit
    return EarnedWhy(
        version=program.version_id,
        parts=parts,
        total_minor=purchase.total_minor,
        money_minor=purchase.money_minor,
        lines=_lines(awards, program, purchase.lines) if unit in program.cards else (),
    )


def _lines(awards: Sequence[Award], program: Compiled, lines: Sequence[SaleLine]) -> tuple[int, ...]:
    """Return the positions, from 1, of the lines that counted."""
    wanted = {award.rule.filter for award in awards}
    return tuple(place for place, line in enumerate(lines, 1) if wanted & set(program.filters.of_line(line)))


def earn(
    parts: Mapping[str, EarnedWhy],
    *,
    program: Compiled,
    occurred_at: datetime,
    about: str,
    member_id: int,
    by: Actor,
    wallets: Wallets,
    journal: Journal,
) -> None:
    """Open one lot for each part that gave something; `about` names what brought it (`sale/5`)."""
    for part, why in parts.items():
        amount = why.awarded
        if amount == 0:
            continue
        rule = program.rule_of[why.parts[0].rule]
        journal.credit(
            wallets[member_id, rule.unit],
            kind=Kind.EARN,
            amount=amount,
            life=life_of(rule.expiry, rule.pending, given_at=occurred_at, zone=program.zone),
            note=Note(key=f"{about}/{part}", occurred_at=occurred_at, by=by, why=why),
        )


def sum_up(parts: Mapping[str, EarnedWhy], program: Compiled) -> tuple[Earned, ...]:
    """Return what was earned, one answer per unit; caps that left nothing are told too."""
    units: dict[str, list[EarnedWhy]] = {}
    for why in parts.values():
        units.setdefault(program.rule_of[why.parts[0].rule].unit, []).append(why)
    return tuple(
        [
            Earned(unit, whys[0].desired, whys[0].awarded, whys[0]) if len(whys) == 1 else _join(unit, whys)
            for unit, whys in units.items()
            if any(why.desired for why in whys)
        ]
    )


def _join(unit: str, whys: Sequence[EarnedWhy]) -> Earned:
    """Tell several entries of one unit as one."""
    why = replace(
        whys[0],
        parts=tuple(part for each in whys for part in each.parts),
        lines=tuple(sorted({line for each in whys for line in each.lines})),
    )
    return Earned(unit, why.desired, why.awarded, why)


def balances_of(member_id: int, *, wallets: Wallets, book: Book, journal: Journal) -> tuple[Balance, ...]:
    """Return what the member holds of each unit after what was decided so far."""
    return tuple(wallets[member_id, unit].balance_at(journal.at) for unit in book.units if (member_id, unit) in wallets)
