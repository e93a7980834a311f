"""A batch of sales while it is decided: replays, refusals that move nothing, and new sales, in their order."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from regulars.audit.record import NewEvent, record_events
from regulars.core.compiled import Compiled
from regulars.core.earning import evaluate, rooms_again
from regulars.core.facts import Facts
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale
from regulars.core.settling import Earning, settle
from regulars.core.when import Purchase
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, ask_wallets
from regulars.ledger.spending import Spending, ask_spending
from regulars.ledger.wallet import Balance
from regulars.platform.rows import ask_ids, read_ids, take_ids, together
from regulars.programs.book import Book
from regulars.sales.answers import NOTHING, Earned, Recorded
from regulars.sales.bring import Bringing
from regulars.sales.decide import (
    balances_of,
    earn,
    parts_of,
    pay_with_units,
    purchase_of,
    spent_on,
    store_side,
    sum_up,
)
from regulars.sales.existing import Existing, ask_existing
from regulars.sales.member_states import MemberStates, Scopes, ask_own, ask_shared, scopes_of
from regulars.sales.refusals import ReceiptReused
from regulars.sales.till_batch import Checked
from regulars.sales.write import SaleRow, fingerprint, write_sales

Outcome = Recorded | Refusal


class Opened(msgspec.Struct, frozen=True):
    """What a batch decides on: locked where it will write, in the order that every batch locks."""

    wallets: Wallets
    states: MemberStates
    existing: dict[tuple[int, str], Existing]
    ids: Sequence[Sequence[int]]
    spending: Spending


def ask_to_open(seen: Sequence[Checked], book: Book, *, at: datetime, lock: bool) -> Callable[[], Opened]:
    """Send, inside a `together` block, the questions a batch needs answered: what members share, then the accounts,
    then, under their locks, everything else.
    """
    sound = [each for each in seen if each.refusal is None]
    earning = [(each.program, each.earner) for each in sound if each.earner is not None]
    shared = ask_shared([(each.program, scopes_at(each)) for each in sound if each.earner is not None], lock=lock)
    wallets = ask_wallets(
        {each.member.member_id for each in sound if each.member},
        units=book.units,
        at=at,
        giving={each.member.member_id for each in sound if each.member and each.tenders},
        whole_units=stamp_units(earning, book),
        lock=lock,
    )
    own = ask_own(earning, at=at)
    existing = ask_existing(seen)
    spending = ask_spent(sound, book, at=at)
    ids = ask_ids(sales_sale=len(sound), ledger_entry=most_entries(sound)) if lock else None

    def read() -> Opened:
        tallies, opened = shared(), wallets()
        states = MemberStates(shared=tallies, own=own(), wallets=opened)
        return Opened(opened, states, existing(), read_ids(ids) if ids else ((0,), ()), spending())

    return read


def ask_spent(sound: Iterable[Checked], book: Book, *, at: datetime) -> Callable[[], Spending]:
    """Ask what those who pay with units have spent, of the units whose spending is capped."""
    paying = [each for each in sound if each.member and each.tenders]
    return ask_spending(
        {each.member.member_id for each in paying if each.member},
        [unit for each in paying for unit in each.program.units.values() if unit.spend_caps],
        earliest=min((each.sale.occurred_at for each in paying), default=at),
        zone=book.zone,
    )


def stamp_units(earning: Iterable[tuple[Compiled, int]], book: Book) -> set[int]:
    """Return the units whose lots a batch may have to spend, because a card gets full."""
    return {book.units[code] for program, _ in earning for code in program.cards if code in book.units}


def scopes_at(each: Checked) -> Scopes:
    card_id = each.member.card_id if each.member else None
    return scopes_of(card_id=card_id, cashier=each.sale.cashier, store_id=each.store.id)


class Settlement:
    """The sales decided so far; nothing is written before `write`."""

    def __init__(self, *, at: datetime, book: Book, opened: Opened) -> None:
        self.at = at
        self.book = book
        self.wallets = opened.wallets
        self.states = opened.states
        self.existing = opened.existing
        self.spending = opened.spending
        self.free_ids, self.entry_ids = opened.ids
        self.journal = Journal(at=at, sides=book.sides, zone=book.zone)
        self.bringing = Bringing(at=at, book=book, wallets=self.wallets, journal=self.journal)
        self.rows: list[SaleRow] = []
        self.sales: list[NewSale] = []
        self.events: list[NewEvent] = []

    def settle(self, each: Checked) -> Outcome:
        """Decide one sale: a replay, a refusal that moves nothing, or a new sale."""
        mark = fingerprint(each.sale)
        receipt = (each.store.id, each.sale.external_id)
        if receipt in self.existing:
            return self._replay(each, self.existing[receipt], mark)
        if each.refusal is not None:
            return each.refusal
        try:
            row, recorded = self._record(each, self.free_ids[len(self.rows)], mark)
        except Refusal as refusal:
            return refusal
        self.rows.append(row)
        self.sales.append(each.sale)
        self.events.append(_event(row, each.sale))
        self.existing[receipt] = Existing(
            id=row.id,
            fingerprint=mark,
            member_id=row.member_id,
            version_id=row.version_id,
            units_minor=row.points_minor,
            facts=row.facts,
            brought=row.brought,
            balances=row.balances,
        )
        return recorded

    def _record(self, each: Checked, sale_id: int, mark: str) -> tuple[SaleRow, Recorded]:
        sale, program = each.sale, each.program
        # The only step that can refuse comes first, and moves nothing when it does.
        spent = pay_with_units(
            each, sale_id=sale_id, wallets=self.wallets, spending=self.spending, journal=self.journal
        )
        paid = sum([each.value_minor for each in spent])
        scopes = scopes_at(each)
        purchase = purchase_of(sale, units_minor=paid, program=program, scopes=scopes)
        member_id = each.member.member_id if each.member else None
        earning, parts = None, {}
        if each.earner is not None:
            earning = self._settle(each, purchase, scopes)
            parts = parts_of(earning.awards, program, purchase)
            earn(
                parts,
                program=program,
                occurred_at=sale.occurred_at,
                about=f"sale/{sale_id}",
                member_id=each.earner,
                by=sale.by,
                wallets=self.wallets,
                journal=self.journal,
            )
        brought = NOTHING
        if earning is not None and member_id is not None:
            about, by = f"sale/{sale_id}", sale.by
            brought = self.bringing.take(
                earning, program=program, member_id=member_id, about=about, occurred_at=sale.occurred_at, by=by
            )
        balances = self._balances(member_id)
        row = SaleRow(
            id=sale_id,
            store_id=each.store.id,
            external_id=sale.external_id,
            till=sale.till,
            cashier=sale.cashier,
            channel=sale.channel,
            member_id=member_id,
            card_id=each.member.card_id if each.member else None,
            occurred_at=sale.occurred_at,
            total_minor=sale.total_minor,
            points_minor=paid,
            tenders=sale.tenders,
            version_id=program.version_id if earning is not None else None,
            facts=earning.facts if earning is not None else Facts(),
            fingerprint=mark,
            brought=brought,
            balances=balances,
        )
        recorded = Recorded(
            id=sale_id,
            member_id=member_id,
            earned=sum_up(parts, program),
            spent=spent,
            brought=brought,
            balances=balances,
        )
        return row, recorded

    def _settle(self, each: Checked, purchase: Purchase, scopes: Scopes) -> Earning:
        assert each.earner is not None and each.member is not None, "guests earn from the day they join"
        program = each.program
        most = each.card.most if each.card else None
        state = self.states.find(each.earner, each.member.joined_at, units=self.book.units, most=most)
        earning = settle(
            program,
            purchase,
            state,
            shared=self.states.shared(program, scopes),
            store=store_side(each.store, purchase.occurred_at, program),
            versions=self.book.version,
        )
        self.states.note(program, each.earner, scopes)
        return earning

    def _replay(self, each: Checked, first: Existing, mark: str) -> Outcome:
        if first.fingerprint != mark:
            return each.refusal or ReceiptReused(sale_id=str(first.id))
        # Evaluated again from the stored version and facts, on the same content: the same answer, not kept twice.
        earned: tuple[Earned, ...] = ()
        program = each.program
        if each.sale.member and first.version_id is not None:
            program = self.book.version(first.version_id)
            purchase = purchase_of(each.sale, units_minor=first.units_minor, program=program, scopes=Scopes())
            awards = evaluate(program, purchase, first.facts, rooms=rooms_again(first.facts))
            earned = sum_up(parts_of(awards, program, purchase), program)
        return Recorded(
            id=first.id,
            replayed=True,
            member_id=first.member_id if each.sale.member else None,
            earned=earned,
            spent=spent_on(each.sale.tenders, program),
            brought=first.brought,
            balances=first.balances,
        )

    def _balances(self, member_id: int | None) -> tuple[Balance, ...]:
        if member_id is None:
            return ()
        return balances_of(member_id, wallets=self.wallets, book=self.book, journal=self.journal)

    def write(self) -> None:
        """Write all that was decided, in one round trip."""
        if self.rows:
            free_ids = self.entry_ids
            if self.journal.size > len(free_ids):
                # A card got full, or a reward was paid: more entries than rules could have made.
                [more] = take_ids(ledger_entry=self.journal.size - len(free_ids))
                free_ids = [*free_ids, *more]
            with together():
                self.journal.write(free_ids)
                write_sales(self.rows, self.sales, at=self.at)
                record_events(self.events, at=self.at)
                self.states.write(self.bringing.moved, at=self.at)
                self.bringing.write()


def _event(row: SaleRow, sale: NewSale) -> NewEvent:
    return NewEvent(
        action="sale.recorded",
        about="sale",
        about_id=row.id,
        member_id=row.member_id,
        store_id=row.store_id,
        by=sale.by,
        facts={"occurred_at": sale.occurred_at, "total_minor": sale.total_minor},
    )


def most_entries(sound: Sequence[Checked]) -> int:
    """Return how many entries a batch can make at the most: one for each tender in units, and what a sale can earn."""
    return sum(len(each.tenders) + (each.program.most_entries if each.earner is not None else 0) for each in sound)
