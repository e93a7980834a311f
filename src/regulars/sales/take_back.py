"""What one refund does to a member's wallets: points that had paid come back, points that were earned go back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from regulars.core.actor import Actor
from regulars.core.amounts import portion
from regulars.core.earning import Published, Purchase, award
from regulars.core.lots import Draw, Lot, claw, is_lapsed
from regulars.core.periods import end_of_day
from regulars.core.refunding import Return, points_to_return
from regulars.core.terms import worth_minor
from regulars.core.why import Returned, TakenBack, WrittenOff
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets
from regulars.ledger.models import Kind
from regulars.ledger.wallet import Wallet
from regulars.points.expire import expire_lots
from regulars.programs.book import Book
from regulars.sales.answers import Given, Taken
from regulars.sales.decide import POINTS
from regulars.sales.refusals import PointsSpentAlready
from regulars.sales.sold import SaleEntry, Sold, draws_to_return


class Case(msgspec.Struct, kw_only=True):
    """One refund being decided: the sale before it, what comes back, and where it is written.

    `lapsed`: how much of each lot this batch has expired.
    """

    sold: Sold
    back: Return
    refund_id: int
    occurred_at: datetime
    by: Actor
    book: Book
    wallets: Wallets
    lots: dict[int, Lot]
    lapsed: dict[int, int]
    journal: Journal

    @property
    def refunded_minor(self) -> int:
        """What has come back of the sale, this refund included."""
        return self.sold.refunded_minor + self.back.amount_minor

    @property
    def points_back_minor(self) -> int:
        """The part of this refund that comes back as points, in minor units."""
        before = self._points_part(self.sold.refunded_minor)
        return self._points_part(self.refunded_minor) - before

    def key(self, part: str) -> str:
        return f"sale/{self.sold.id}/refund/{self.refund_id}/{part}"

    def purchase_left(self) -> Purchase:
        """Return what is left of the sale after this refund."""
        return self.sold.purchase_left(refunded_minor=self.refunded_minor, returned=self.back.lines)

    def held_for(self, rule_id: int) -> tuple[SaleEntry | None, int, int]:
        """Return the entry a rule made for the sale, how much of it is held, and how much has lapsed.

        What has ended is gone, whether the night has written it off yet or not: nobody owes points that expired.
        """
        entry, held = self.sold.held_for(rule_id)
        if entry is None:
            return None, 0, 0
        lot = self.lots.get(entry.id)
        over = lot.remaining if lot is not None and is_lapsed(lot, at=self.journal.at) else 0
        since = over + self.lapsed.get(entry.id, 0)
        return entry, max(held - since, 0), entry.lapsed + since

    def expire(self, wallet: Wallet, lots: Sequence[Lot], *, after: str | None = None) -> None:
        for lot in lots:
            self.lapsed[lot.id] = self.lapsed.get(lot.id, 0) + lot.remaining
        expire_lots(wallet, lots, journal=self.journal, by=self.by, after=after)

    def _points_part(self, refunded_minor: int) -> int:
        return portion(self.sold.points_minor, part=refunded_minor, whole=self.sold.total_minor)


def return_points(case: Case) -> Given | None:
    """Give the points that paid for what came back to the lots they came from, newest draw first, with their dates.

    A lot that has ended meanwhile lives on for the program's grace, or expires at once where there is none. What counts
    is when the points are back, and not when a late till took the goods: until now nobody could have spent them.
    """
    entry, returned = case.sold.points_paid()
    if entry is None:
        return None
    due = points_to_return(entry.amount, refunded_minor=case.refunded_minor, total_minor=case.sold.total_minor)
    amount = due - returned
    if amount <= 0:
        return None
    wallet = case.wallets[case.sold.member_id or 0, POINTS]
    draws = draws_to_return(entry, case.lots, returned=returned, amount=amount)
    ended = [draw.lot for draw in draws if draw.lot.expires_at is not None and draw.lot.expires_at <= case.journal.at]
    # What nobody spent in time stays expired; only what comes back may live on.
    case.expire(wallet, [lot for lot in ended if is_lapsed(lot, at=case.journal.at)])
    graced_until = _grace(case) if ended else None
    if graced_until is not None:
        for lot in ended:
            case.journal.extend(lot, expires_at=graced_until)
    _adopt(wallet, [draw.lot for draw in draws])
    note = _note(case, POINTS, _why_returned(case, entry, returned, graced_until))
    number = case.journal.give_back(wallet, debit=entry.id, draws=draws, note=note)
    case.sold.entries.append(SaleEntry(number, note.key, Kind.REVERSE, amount))
    expired = 0
    if graced_until is None:
        expired = sum(lot.remaining for lot in ended)
        case.expire(wallet, ended, after=case.key(POINTS))
    return Given(unit=POINTS, amount=amount, value_minor=case.points_back_minor, expired=expired)


def take_back(case: Case, rules: Sequence[Published]) -> list[Taken]:
    """Take back what each rule no longer gives for what is left of the sale: from the sale's own lot first.

    What was spent already follows the program's shortfall policy. Refuses PointsSpentAlready, before anything moves.
    """
    purchase = case.purchase_left()
    owed: list[tuple[Published, SaleEntry, TakenBack]] = []
    for rule in rules:
        entry, held, lapsed = case.held_for(rule.rule_id)
        target = award(rule, purchase).awarded
        if entry is not None and held > target:
            why = TakenBack(
                version=rule.version_id,
                rule=rule.sentence or rule.name,
                remaining_minor=purchase.money_minor,
                held=held,
                target=target,
                expired=lapsed,
            )
            owed.append((rule, entry, why))
    return [_claw(case, rule, entry, why) for rule, entry, why in owed]


def check_shortfall(case: Case, rules: Sequence[Published]) -> None:
    """Refuse PointsSpentAlready where the program wants every earned point back: before anything moves."""
    if case.book.terms.shortfall != "refuse":
        return
    purchase = case.purchase_left()
    entry, returned = case.sold.points_paid()
    coming = 0
    if entry is not None:
        due = points_to_return(entry.amount, refunded_minor=case.refunded_minor, total_minor=case.sold.total_minor)
        coming = due - returned
    for unit in {rule.terms.unit for rule in rules}:
        wallet = case.wallets[case.sold.member_id or 0, unit]
        wanted = sum(
            max(case.held_for(rule.rule_id)[1] - award(rule, purchase).awarded, 0)
            for rule in rules
            if rule.terms.unit == unit
        )
        live = sum(lot.remaining for lot in wallet.open_lots if not is_lapsed(lot, at=case.journal.at))
        short = wanted - live - (coming if unit == POINTS else 0)
        if short > 0:
            raise PointsSpentAlready(short=short, unit=unit)


def _claw(case: Case, rule: Published, entry: SaleEntry, why: TakenBack) -> Taken:
    wallet = case.wallets[case.sold.member_id or 0, rule.terms.unit]
    amount = why.held - why.target
    draws: list[Draw] = claw(wallet.open_lots, own=entry.id, wanted=amount, at=case.journal.at)
    short = amount - sum(draw.amount for draw in draws)
    part = f"rule/{rule.rule_id}"
    note = _note(case, part, msgspec.structs.replace(why, short=short))
    number = case.journal.debit(wallet, kind=Kind.CLAWBACK, draws=draws, amount=amount, note=note)
    case.sold.entries.append(SaleEntry(number, note.key, Kind.CLAWBACK, amount))
    withheld = 0
    if short and case.book.terms.shortfall != "debt":
        if case.book.terms.shortfall == "withhold" and rule.terms.unit == POINTS:
            withheld = worth_minor(short, case.book.terms)
        note = _note(case, part, WrittenOff(short, withheld))
        case.journal.credit(wallet, kind=Kind.WRITE_OFF, amount=short, note=note)
    return Taken(unit=rule.terms.unit, amount=amount, short=short, withheld_minor=withheld, rule=why.rule)


def _grace(case: Case) -> datetime | None:
    days = case.book.terms.reinstate_grace_days
    if days == 0:
        return None
    return end_of_day(case.journal.at.astimezone(case.book.zone).date() + timedelta(days=days), case.book.zone)


def _why_returned(case: Case, entry: SaleEntry, returned: int, graced_until: datetime | None) -> Returned:
    return Returned(
        points=entry.amount,
        refunded_minor=case.refunded_minor,
        total_minor=case.sold.total_minor,
        before=returned,
        graced_until=graced_until,
    )


def _note(case: Case, part: str, why: Returned | TakenBack | WrittenOff) -> Note:
    return Note(key=case.key(part), occurred_at=case.occurred_at, why=why, by=case.by)


def _adopt(wallet: Wallet, lots: Sequence[Lot]) -> None:
    """Let a wallet know lots that were empty when it was opened."""
    known = {lot.id for lot in wallet.open_lots}
    wallet.open_lots.extend(lot for lot in {lot.id: lot for lot in lots}.values() if lot.id not in known)
