"""What rules ask about the members of a batch: what they have had so far, their levels and tags, what they hold.

The state of a member is made once for a batch, and each sale finds what the one before it left.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Self

import msgspec

from regulars.audiences.belonging import Belonging, ask_belonging
from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM
from regulars.core.compiled import Compiled
from regulars.core.program.caps import CapScope
from regulars.core.settling import MemberState
from regulars.core.tallies import Tally
from regulars.core.tiers import Standing
from regulars.ledger.lock import Wallets
from regulars.programs.tallies import PROGRAM, Tallies, ask_tallies, member_holder, write_tallies
from regulars.tiers.standings import Moved, ask_standings, changed_standings, write_standings

ALERTS = (80, 100)
"""At so much of a budget, in percent, its owner is told."""

Standings = Mapping[int, Mapping[str, Standing]]


class Scopes(msgspec.Struct, frozen=True, gc=False):
    """Whose caps may count for one sale: each is the holder of a tally; empty where the sale does not say."""

    card: str = ""
    cashier: str = ""
    store: str = ""

    def holders(self, program: Compiled) -> dict[CapScope, str]:
        """Return the holders of the tallies that members share, as far as the version's caps ask for them."""
        named: dict[CapScope, str] = {
            "card": self.card,
            "cashier": self.cashier,
            "store": self.store,
            "program": PROGRAM,
        }
        return {scope: named[scope] for scope in program.needs.shared if named[scope]}


def scopes_of(*, card_id: int | None, cashier: str, store_id: int) -> Scopes:
    return Scopes(
        card="" if card_id is None else f"card/{card_id}",
        cashier=f"cashier/{cashier}" if cashier else "",
        store=f"store/{store_id}",
    )


def ask_shared(sales: Iterable[tuple[Compiled, Scopes]], *, lock: bool) -> Callable[[], Tallies]:
    """Send, inside a `together` block and before the members' locks, the tallies that members share."""
    holders = {holder for program, scopes in sales for holder in scopes.holders(program).values()}
    return ask_tallies(holders, lock=lock)


class Own(msgspec.Struct, frozen=True, gc=False):
    """What rules ask of each member of a batch by itself."""

    tallies: Tallies
    standings: Standings
    belonging: Belonging


def ask_own(sales: Iterable[tuple[Compiled, int]], *, at: datetime) -> Callable[[], Own]:
    """Send, inside a `together` block and after the members' locks, each member's tally, levels, tags and segments.

    Who belongs to a segment is asked at `at`, before the batch: what one of its sales changes counts from the next on.
    """
    pairs = list(sales)
    asked_tallies = ask_tallies({member_holder(member) for program, member in pairs if program.needs.tallies})
    climbing = {member for program, member in pairs if program.needs.tiers}
    asked_standings = ask_standings(climbing) if climbing else dict
    asked_belonging = ask_belonging(pairs, at=at)
    return lambda: Own(asked_tallies(), asked_standings(), asked_belonging())


class MemberStates:
    """The members of a batch while it is decided; `write` keeps the tallies that counted something."""

    def __init__(self, *, shared: Tallies, own: Own, wallets: Wallets) -> None:
        self._tallies = {**shared, **own.tallies}
        self._standings = own.standings
        self._belonging = own.belonging
        self._wallets = wallets
        self._states: dict[int, MemberState] = {}
        self._changed: set[str] = set()
        self._programs: dict[int, Compiled] = {}
        self._spent_before = budgets_spent(self._tallies)

    def copy(self, wallets: Wallets) -> Self:
        """Return the same states for other wallets, before any sale was counted."""
        tallies = deepcopy(self._tallies)
        return type(self)(shared={}, own=Own(tallies, self._standings, self._belonging), wallets=wallets)

    def find(
        self, member_id: int, joined_at: datetime | None, *, units: Iterable[str], most: Mapping[str, int] | None = None
    ) -> MemberState:
        """Return a member's state, as far as the batch has come; `most` is what a card that is not activated holds."""
        state = self._states.get(member_id)
        if state is None:
            state = self._states[member_id] = MemberState(
                tally=self._tallies.setdefault(member_holder(member_id), Tally()),
                joined_at=joined_at,
                standings=dict(self._standings.get(member_id, {})),
                tags=self._belonging.tags.get(member_id, ()),
                segments=self._belonging.segments.get(member_id, ()),
                most=most or {},
            )
        for unit in units:
            wallet = self._wallets.get((member_id, unit))
            if wallet is not None:
                state.balances[unit] = wallet.balance - wallet.lapsed
                state.pending[unit] = wallet.pending
        return state

    def shared(self, program: Compiled, scopes: Scopes) -> dict[CapScope, Tally]:
        """Return the shared tallies that a sale's caps ask for."""
        return {
            scope: self._tallies[holder] for scope, holder in scopes.holders(program).items() if holder in self._tallies
        }

    def note(self, program: Compiled, member_id: int, scopes: Scopes) -> None:
        """Remember that a sale was counted for these."""
        if program.needs.tallies:
            self._changed.add(member_holder(member_id))
        self._changed.update(holder for holder in scopes.holders(program).values() if holder in self._tallies)
        if program.budgets:
            self._programs[program.version_id] = program

    def write(self, moved: Sequence[Moved], *, at: datetime) -> None:
        """Keep what was counted and where members stand now, each with one statement; may be in a `together` block.

        A budget that reaches 80 or 100 % of its limit leaves an event.
        """
        write_tallies({holder: self._tallies[holder] for holder in sorted(self._changed)})
        after = ((member_id, state.standings) for member_id, state in self._states.items())
        write_standings(changed_standings(self._standings, after), moved, at=at)
        spent = budgets_spent(self._tallies)
        alerts = [alert for each in self._programs.values() for alert in _alerts(each, self._spent_before, spent)]
        if alerts:
            record_events(alerts, at=at)


def budgets_spent(tallies: Tallies) -> dict[str, int]:
    """Return what each budget has given so far, in what it is counted in."""
    used = tallies[PROGRAM].used if PROGRAM in tallies else {}
    return {
        counter.removeprefix("b:"): sum(buckets.values()) for counter, buckets in used.items() if counter[:2] == "b:"
    }


def _alerts(program: Compiled, before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[NewEvent]:
    for budget in program.budgets.values():
        limit = budget.units or budget.money_minor or 0
        had, has = 100 * before.get(budget.code, 0), 100 * after.get(budget.code, 0)
        for percent in ALERTS:
            if had < percent * limit <= has:
                yield NewEvent(
                    action="budget.reached",
                    about="program_version",
                    about_id=program.version_id,
                    by=SYSTEM,
                    facts={"budget": budget.code, "percent": percent, "spent": after[budget.code], "limit": limit},
                )
