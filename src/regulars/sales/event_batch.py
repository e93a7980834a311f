"""A batch of members' events while it is decided: each on what the ones before it left, written at the end."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from regulars.audit.record import NewEvent, record_events
from regulars.core.actor import SYSTEM, Actor
from regulars.core.compiled import Compiled
from regulars.core.identifiers import MemberHandle
from regulars.core.life import WAITS
from regulars.core.settling import Earning, StoreSide, climber, settle_event
from regulars.core.tiers import start_units
from regulars.core.when import Purchase
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets
from regulars.ledger.lots import Waiting
from regulars.ledger.wallet import Balance
from regulars.members.find import Found
from regulars.platform.rows import Asked, encode_rows, run, together
from regulars.points.pending import Happened as Waited
from regulars.points.pending import Started, start_waiting
from regulars.programs.book import Book
from regulars.sales.answers import NOTHING, Brought
from regulars.sales.bring import Bringing
from regulars.sales.decide import balances_of, earn, parts_of
from regulars.sales.member_states import MemberStates, Scopes
from regulars.stores.find import StoreFacts

EARLIER = """
SELECT earlier.event, earlier.external_id, earlier.id, earlier.member_id, earlier.given::text
FROM json_to_recordset(%(keys)s::json) AS wanted(event text, external_id text)
JOIN points_memberevent AS earlier ON earlier.external_id = wanted.external_id AND earlier.event = wanted.event
"""

# In the order of their unique index: two batches with the same events wait for each other, and cannot deadlock.
INSERT = """
INSERT INTO points_memberevent (id, event, external_id, member_id, store, occurred_at, recorded_at, actor, version,
                                given)
SELECT id, event, external_id, member_id, store, occurred_at, %(at)s, actor, version, given
FROM json_to_recordset(%(rows)s::json) AS r(
    id bigint, event text, external_id text, member_id bigint, store text, occurred_at timestamptz, actor text,
    version bigint, given jsonb)
ORDER BY external_id COLLATE "C", event COLLATE "C"
"""


class NewMemberEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`event` is sign_up, birthday, review, referral, qr, or the shop's own name; `external_id` the caller's own id."""

    event: str
    external_id: str
    member: MemberHandle
    occurred_at: datetime
    store: str = ""
    channel: str = ""
    by: Actor = SYSTEM
    only_store: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.event, self.external_id


class CheckedEvent(msgspec.Struct, frozen=True):
    new: NewMemberEvent
    member: Found
    store: StoreFacts | None


class Given(msgspec.Struct, frozen=True):
    """What one rule gave of one unit: `desired` before caps, `awarded` after."""

    unit: str
    rule: str
    desired: int
    awarded: int


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is known, from before or from this batch."""

    id: int
    member_id: int
    given: tuple[Given, ...]
    brought: Brought = NOTHING
    started: int = 0


def ask_earlier(keys: Sequence[tuple[str, str]]) -> Callable[[], dict[tuple[str, str], Earlier]]:
    """Ask inside a `together` block which events were told before."""
    rows = [{"event": event, "external_id": external_id} for event, external_id in keys]
    asked = Asked(EARLIER, {"keys": encode_rows(rows)})

    def read() -> dict[tuple[str, str], Earlier]:
        return {
            (event, external_id): Earlier(
                id=number, member_id=member_id, given=msgspec.json.decode(given, type=tuple[Given, ...])
            )
            for event, external_id, number, member_id, given in asked.rows()
        }

    return read


def scopes_at(each: CheckedEvent) -> Scopes:
    """Return whose caps may count: nobody's till is part of an event, but a store and a card may be."""
    card = f"card/{each.member.card_id}" if each.member.card_id is not None else ""
    return Scopes(card=card, store=f"store/{each.store.id}" if each.store else "")


class EventBatch:
    """What was looked up under the locks, and what was decided so far; nothing is written before `write`."""

    def __init__(
        self,
        *,
        at: datetime,
        book: Book,
        wallets: Wallets,
        states: MemberStates,
        earlier: dict[tuple[str, str], Earlier],
        waiting: Sequence[Waiting],
        free_ids: Sequence[int],
    ) -> None:
        self.at = at
        self.book = book
        self.wallets = wallets
        self.states = states
        self.earlier = earlier
        self.waiting = list(waiting)
        self.journal = Journal(at=at, sides=book.sides, zone=book.zone)
        self.bringing = Bringing(at=at, book=book, wallets=wallets, journal=self.journal)
        self._ids = iter(free_ids)
        self._rows: list[dict[str, object]] = []
        self._trail: list[NewEvent] = []

    def settle(self, each: CheckedEvent) -> Earlier:
        """Decide one event that was not told before."""
        new, member_id = each.new, each.member.member_id
        number = next(self._ids)
        started = self._start_waiting(each)
        program = self.book.compiled_at(new.occurred_at)
        moment = Purchase(
            occurred_at=new.occurred_at,
            store=new.store,
            lines=(),
            total_minor=1,
            money_minor=1,
            channel=new.channel,
        )
        scopes = scopes_at(each)
        state = self.states.find(member_id, each.member.joined_at, units=self.book.units)
        earning = settle_event(
            program,
            new.event,
            moment,
            state,
            shared=self.states.shared(program, scopes),
            store=_store_side(each),
            versions=self.book.version,
        )
        for lot in started:
            earning.moves += start_units(
                program.tier_sets,
                climber(program, state),
                unit=lot.unit,
                amount=lot.amount,
                waited_until=WAITS,
                starts_at=lot.available_at,
                at=new.occurred_at,
            )
        self.states.note(program, member_id, scopes)
        about = f"event/{number}"
        self._credit(earning, each, program, moment, about=about)
        brought = self.bringing.take(
            earning, program=program, member_id=member_id, about=about, occurred_at=new.occurred_at, by=new.by
        )
        done = Earlier(id=number, member_id=member_id, given=_given(earning), brought=brought, started=len(started))
        self._keep(each, done, program.version_id)
        return done

    def balances_of(self, member_id: int) -> tuple[Balance, ...]:
        return balances_of(member_id, wallets=self.wallets, book=self.book, journal=self.journal)

    def write(self) -> None:
        """Write all that was decided."""
        if not self._rows:
            return
        self.journal.write()
        with together():
            run(INSERT, {"rows": encode_rows(self._rows), "at": self.at})
            record_events(self._trail, at=self.at)
            self.states.write(self.bringing.moved, at=self.at)
            self.bringing.write()

    def _credit(self, earning: Earning, each: CheckedEvent, program: Compiled, moment: Purchase, *, about: str) -> None:
        """Open one lot for each part that gave something: rules whose units live alike share it."""
        new = each.new
        earn(
            parts_of(earning.awards, program, moment, event=new.event),
            program=program,
            occurred_at=new.occurred_at,
            about=about,
            member_id=each.member.member_id,
            by=new.by,
            wallets=self.wallets,
            journal=self.journal,
        )

    def _start_waiting(self, each: CheckedEvent) -> list[Started]:
        """Start what waited for this event, as far as the batch has not started it."""
        new = each.new
        meant = Waited(member_id=each.member.member_id, event=new.event, occurred_at=new.occurred_at, by=new.by)
        started, trail = start_waiting(meant, wallets=self.wallets, waiting=self.waiting, journal=self.journal)
        gone = {lot.lot_id for lot in started}
        self.waiting = [wait for wait in self.waiting if wait.lot_id not in gone]
        self._trail += trail
        return started

    def _keep(self, each: CheckedEvent, done: Earlier, version: int) -> None:
        new = each.new
        self.earlier[new.key] = done
        self._rows.append(
            {
                "id": done.id,
                "event": new.event,
                "external_id": new.external_id,
                "member_id": done.member_id,
                "store": new.store,
                "occurred_at": new.occurred_at,
                "actor": new.by.tag,
                "version": version,
                "given": done.given,
            }
        )
        self._trail.append(
            NewEvent(
                action="member_event.recorded",
                about="member_event",
                about_id=done.id,
                member_id=done.member_id,
                by=new.by,
                facts={"event": new.event, "occurred_at": new.occurred_at},
            )
        )


def _store_side(each: CheckedEvent) -> StoreSide:
    at = each.new.occurred_at
    if each.store is None:
        return StoreSide(frozenset(), at)
    return StoreSide(each.store.tags, at.astimezone(ZoneInfo(each.store.time_zone)))


def _given(earning: Earning) -> tuple[Given, ...]:
    return tuple(Given(award.rule.unit, award.rule.code, award.desired, award.awarded) for award in earning.awards)
