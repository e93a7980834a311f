"""One purchase and one member: what it earns, what it counts towards, which cards it fills and which level it reaches.

Tills, quotes, tried baskets and back-tests all come through `settle`; nothing is read or written here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from regulars.core.climbing import counted_for
from regulars.core.compiled import Compiled, CompiledRule, CompiledUnit
from regulars.core.counting import Counting
from regulars.core.earning import Award, evaluate, evaluate_event
from regulars.core.facts import Facts
from regulars.core.limits import Bounds, Limit
from regulars.core.program.caps import CapScope
from regulars.core.program.stamp_cards import StampCard
from regulars.core.stamps import CardState, Stamped, room_on, stamp
from regulars.core.tallies import Tally, bucket_keys
from regulars.core.tiers import Climber, Move, Standing, bring_up, climb, held_levels
from regulars.core.when import Purchase, minute_of_week

Versions = Callable[[int], Compiled]
"""Any version of the program by its id: a card in progress keeps the terms it began with."""


class MemberState(msgspec.Struct, kw_only=True):
    """All that rules ask of a member, as it is before the sale; `settle` brings it to what it is after.

    `balances`: by unit, what is held, `pending` included, debts taken off. `joined_at` None is a guest. `most`: what a
    card that is not activated may hold, by unit.
    """

    tally: Tally
    joined_at: datetime | None
    standings: dict[str, Standing] = msgspec.field(default_factory=dict)
    tags: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    balances: dict[str, int] = msgspec.field(default_factory=dict)
    pending: dict[str, int] = msgspec.field(default_factory=dict)
    most: Mapping[str, int] = {}


class StoreSide(msgspec.Struct, frozen=True):
    """What rules ask of a store: its tags, and the local time there."""

    tags: frozenset[str]
    local: datetime


class Earning(msgspec.Struct, kw_only=True):
    """`stamped` by card; `moves` are levels reached."""

    awards: list[Award]
    facts: Facts
    stamped: dict[str, Stamped] = msgspec.field(default_factory=dict)
    moves: list[Move] = msgspec.field(default_factory=list)


def settle(
    program: Compiled,
    sale: Purchase,
    member: MemberState,
    *,
    shared: Mapping[CapScope, Tally],
    store: StoreSide,
    versions: Versions,
) -> Earning:
    """Return what a purchase brings a member; `member` and the `shared` tallies count it.

    `shared` holds the tally of the sale's card, cashier, store and program where the version `needs` them.
    """
    on = sale.occurred_at.astimezone(program.zone).date()
    moves = bring_up(program.tier_sets, climber(program, member), at=sale.occurred_at) if program.tier_sets else []
    facts = gather(program, sale, member, store)
    rooms = _Rooms(program, member, shared, on, versions)
    awards = evaluate(program, sale, facts, rooms=rooms)
    for bite in [bite for award in awards for bite in award.bites]:
        # Nothing is counted yet: the room is still what it was before the sale.
        limit = program.limits.get(bite.id)
        if limit is not None and limit.period != "transaction" and (room := rooms(limit)) is not None:
            facts.rooms[bite.id] = room
    if any(unit.chooses for unit in program.sale_units):
        facts.chosen = tuple([award.rule.code for award in awards])
    earning = Earning(awards=awards, facts=facts, moves=moves)
    if program.needs.tallies:
        member.tally.visits += 1
    _take_effect(program, sale, member, shared, versions, earning, program.sale_units)
    if program.tier_sets:
        given = [(award.rule, award.awarded) for award in awards]
        counted = counted_for(program, given, sold_at=sale.occurred_at, money_minor=sale.money_minor, visits=1)
        moves += climb(program.tier_sets, climber(program, member), counted, at=sale.occurred_at)
    return earning


def settle_event(
    program: Compiled,
    event: str,
    moment: Purchase,
    member: MemberState,
    *,
    shared: Mapping[CapScope, Tally],
    store: StoreSide,
    versions: Versions,
) -> Earning:
    """Return what an event that is no sale brings a member; it counts towards caps, cards and levels as a sale does.

    `moment` says when and where it happened, and buys nothing.
    """
    at = moment.occurred_at
    on = at.astimezone(program.zone).date()
    moves = bring_up(program.tier_sets, climber(program, member), at=at) if program.tier_sets else []
    facts = gather(program, moment, member, store)
    facts.silent = tuple(rule.code for rule in program.events if rule.rests_seconds and rests(rule, member.tally, at))
    rooms = _Rooms(program, member, shared, on, versions)
    awards = evaluate_event(program, event, moment, facts, rooms=rooms)
    earning = Earning(awards=awards, facts=facts, moves=moves)
    _take_effect(program, moment, member, shared, versions, earning, program.event_units)
    if program.tier_sets:
        given = [(award.rule, award.awarded) for award in awards]
        counted = counted_for(program, given, sold_at=at, money_minor=0, visits=0)
        moves += climb(program.tier_sets, climber(program, member), counted, at=at)
    return earning


def _take_effect(
    program: Compiled,
    sale: Purchase,
    member: MemberState,
    shared: Mapping[CapScope, Tally],
    versions: Versions,
    earning: Earning,
    units: Sequence[CompiledUnit],
) -> None:
    """Count the awards where caps look, put stamps on cards, and bring the balances up."""
    if program.needs.tallies:
        _count(program, sale, member, shared, earning.awards, units)
        earning.stamped = _stamp(program, member, earning.awards, versions)
    for award in earning.awards:
        unit = award.rule.unit
        member.balances[unit] = member.balances.get(unit, 0) + award.awarded
        if award.rule.pending is not None:
            member.pending[unit] = member.pending.get(unit, 0) + award.awarded
    for code, stamped in earning.stamped.items():
        member.balances[code] = stamped.held


def climber(program: Compiled, member: MemberState) -> Climber:
    """Return the member as tier sets see one: what they count and decide is the member's."""
    return Climber(
        used=member.tally.used,
        standings=member.standings,
        zone=program.zone,
        joined_at=member.joined_at,
        balances=member.balances,
        pending=member.pending,
    )


def gather(program: Compiled, sale: Purchase, member: MemberState, store: StoreSide) -> Facts:
    """Return the facts the version asks about, and no others."""
    needs = program.needs
    facts = Facts()
    if needs.tiers and member.standings:
        facts.tiers = held_levels(program.tier_sets, member.standings, at=sale.occurred_at)
    if needs.tags:
        facts.tags = member.tags
    if needs.segments:
        facts.segments = member.segments
    if needs.store_tags and store.tags:
        facts.store_tags = tuple(sorted(needs.store_tags & store.tags))
    if needs.visits:
        facts.visit = member.tally.visits + 1
    if needs.minute:
        facts.minute = minute_of_week(store.local)
    if program.resting:
        facts.silent = tuple(rule.code for rule in program.resting if rests(rule, member.tally, sale.occurred_at))
    if program.carrying:
        carry = member.tally.carry
        facts.carry = {code: carry[code] for code in program.carrying if carry.get(code)}
    if member.most:
        held = member.balances
        facts.held = {unit: (most, max(most - held.get(unit, 0), 0)) for unit, most in member.most.items()}
    return facts


def rests(rule: CompiledRule, tally: Tally, at: datetime) -> bool:
    """Tell whether a rule with a cool-down applied so lately, before or after, that it does not apply at `at`."""
    last = tally.last.get(rule.code)
    return last is not None and abs(int(at.timestamp()) - last) < rule.rests_seconds


def room_left(limit: Limit, tally: Tally, on: date) -> int:
    """Return how many units a counted limit still leaves on a day; a budget of money leaves the units it can pay."""
    left = limit.limit - tally.used_of(limit.counter, limit.period, on, limit.days)  # type: ignore[arg-type]
    if limit.worth is not None:
        units, minor = limit.worth
        return max(left, 0) * units // minor
    return left


class _Rooms:
    """How much each limit leaves a member on a day, as it is before the sale."""

    def __init__(
        self,
        program: Compiled,
        member: MemberState,
        shared: Mapping[CapScope, Tally],
        on: date,
        versions: Versions,
    ) -> None:
        self._program, self._member, self._shared = program, member, shared
        self._on, self._versions = on, versions
        self._keys, self._used = bucket_keys(on), member.tally.used

    def fits(self, bounds: Bounds, units: int) -> bool:
        if units > bounds.least:
            return False
        if buckets := self._used.get(bounds.counter):
            keys = self._keys
            for place, limit in bounds.plain:
                if units + buckets.get(keys[place], 0) > limit:
                    return False
        return True

    def __call__(self, limit: Limit) -> int | None:
        match limit.period:
            case "transaction":
                return limit.limit
            case "balance":
                return limit.limit - self._member.balances.get(limit.counter, 0)
            case "card":
                return card_room(self._program, self._member, limit.counter, self._versions)
        tally = self._member.tally if limit.scope == "member" else self._shared.get(limit.scope)
        return None if tally is None else room_left(limit, tally, self._on)


def card_room(program: Compiled, member: MemberState, code: str, versions: Versions) -> int | None:
    """Return how many stamps find room on a member's card now; None where there is always another card."""
    state = member.tally.cards.get(code, CardState())
    held = member.balances.get(code, 0)
    return room_on(card_of(program, code, versions), state, held=held, version=program.version_id)


def card_of(program: Compiled, code: str, versions: Versions) -> Callable[[int], StampCard]:
    """Return how to find the definition of a card by version."""
    return lambda version: (program if version == program.version_id else versions(version)).cards[code]


def _count(
    program: Compiled,
    sale: Purchase,
    member: MemberState,
    shared: Mapping[CapScope, Tally],
    awards: list[Award],
    units: Sequence[CompiledUnit],
) -> None:
    tally = member.tally
    on = sale.occurred_at.astimezone(program.zone).date()
    counting = Counting(tally, shared, on, keep_days=program.keep_days)
    for award in awards:
        rule = award.rule
        if award.awarded and rule.counters is not None:
            counting.count(rule.counters, award.awarded)
        if rule.rests_seconds:
            tally.last[rule.code] = max(tally.last.get(rule.code, 0), int(sale.occurred_at.timestamp()))
        if award.carried is not None:
            tally.carry[rule.code] = award.carried[1]
            if not award.carried[1]:
                del tally.carry[rule.code]
    for unit in units:
        if unit.counters is None:
            continue
        if amount := sum([award.awarded for award in awards if award.rule.unit == unit.unit.code]):
            counting.count(unit.counters, amount)


def _stamp(program: Compiled, member: MemberState, awards: list[Award], versions: Versions) -> dict[str, Stamped]:
    stamped: dict[str, Stamped] = {}
    for code in program.cards:
        if added := sum([award.awarded for award in awards if award.rule.unit == code]):
            stamped[code] = put_stamps(program, member, code, added, versions)
    return stamped


def put_stamps(program: Compiled, member: MemberState, code: str, added: int, versions: Versions) -> Stamped:
    """Put stamps on a member's card; the tally remembers which card it is."""
    put = stamp(
        card_of(program, code, versions),
        member.tally.cards.get(code, CardState()),
        held=member.balances.get(code, 0),
        added=added,
        version=program.version_id,
    )
    member.tally.cards[code] = put.state
    return put
