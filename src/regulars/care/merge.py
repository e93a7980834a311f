"""Two records of one person become one: everything of the source is the keeper's, in one transaction.

Lots go over with their dates, what is owed is owed still, open baskets stay open, cards and identifiers find the
keeper, counts and stamps add up, and the higher level counts until its next review. The source stays as a stone with
the keeper's name on it: its number goes on finding the keeper.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.care.allowed import join_consents
from regulars.care.duplicates import forget_likeness
from regulars.care.fields import Choices, check_choices, join_identifiers, joined_fields, swap_attributes, write_fields
from regulars.care.models import Merge
from regulars.care.places import move_rows
from regulars.care.snapshot import CardWas, Was
from regulars.consents.models import Erasure, ErasureState
from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.facts import Facts
from regulars.core.merging import merge_tallies
from regulars.core.refusals import Refusal
from regulars.core.settling import Earning, card_of
from regulars.core.stamps import CardState, Stamped, stamp
from regulars.core.tallies import Tally
from regulars.core.tiers import NOWHERE, Move, bring_up, join
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, lock_wallets
from regulars.ledger.merge import hand_over, lock_both
from regulars.members.lock import UnknownMember
from regulars.members.models import Member
from regulars.programs.book import Book, load_book
from regulars.programs.tallies import member_holder, write_tallies
from regulars.rewards.issued import find_given
from regulars.rewards.models import Cause
from regulars.sales.bring import Bringing
from regulars.tiers.gifts import gift_key
from regulars.tiers.give import give_rewards
from regulars.tiers.look import Seen, look_at_members
from regulars.tiers.standings import Moved, write_standings

LONGEST_REASON = 200


class CannotMerge(Refusal):
    """`why`: it is the same member; one of them was merged into `member_id` already; somebody who has joined would
    become part of a guest; or one of them is about to be erased.
    """

    code = "cannot_merge"

    def __init__(self, *, why: str, member_id: str = "") -> None:
        self.why = why
        self.member_id = member_id


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """`moved` counts the rows of each table; `levels` and `rewards` are what the merge brought the keeper."""

    merge_id: int
    source: int
    keeper: int
    moved: Mapping[str, int] = {}
    levels: tuple[str, ...] = ()
    rewards: tuple[str, ...] = ()
    replayed: bool = False


class _Two(msgspec.Struct, kw_only=True):
    """The two members, locked, as far as the merge has come."""

    merge: Merge
    keeper: Member
    source: Member
    book: Book
    program: Compiled
    at: datetime
    by: Actor
    reason: str
    seen: dict[int, Seen]
    stamps: dict[str, tuple[int, int]]
    was: Was
    moved: list[Moved]


@transaction.atomic
def merge_members(
    *,
    source: int,
    keeper: int,
    at: datetime,
    by: Actor,
    choices: Choices | None = None,
    reason: str = "",
    key: str | None = None,
) -> Merged:
    """Make everything of `source` the `keeper`'s. The same `key` again changes nothing.

    `choices` say by field whose value stays; what is not named is the keeper's, unless the keeper has none.
    Refuses: UnknownMember, CannotMerge, UnknownChoice.
    """
    choices = choices or {}
    check_choices(choices)
    book = load_book()
    two = lock_two(source=source, keeper=keeper)
    if key is not None and (earlier := Merge.objects.filter(key=key).first()):
        return Merged(merge_id=earlier.pk, source=earlier.source_id, keeper=earlier.keeper_id, replayed=True)
    check_two(source=two[source], keeper=two[keeper])
    merge = Merge.objects.create(
        source_id=source,
        keeper_id=keeper,
        key=key,
        merged_at=at,
        merged_by=by.tag,
        reason=reason.strip()[:LONGEST_REASON],
    )
    both = _open(merge, two[source], two[keeper], book=book, at=at, by=by)
    wallets = hand_over(
        source=source,
        keeper=keeper,
        merge_id=merge.pk,
        units=book.units,
        sides=book.sides,
        zone=book.zone,
        at=at,
        by=by,
        reason=merge.reason,
    )
    levels, rewards = _count_together(both, wallets)
    moved = _move_everything(both, choices)
    _close(both)
    return Merged(merge_id=merge.pk, source=source, keeper=keeper, moved=moved, levels=levels, rewards=tuple(rewards))


def lock_two(*, source: int, keeper: int) -> dict[int, Member]:
    """Lock both members, then their accounts, each in the order of their ids. Refuses: CannotMerge, UnknownMember."""
    if source == keeper:
        raise CannotMerge(why="same")
    rows = Member.objects.filter(pk__in=[source, keeper]).order_by("pk").select_for_update(no_key=True)
    found = {member.pk: member for member in rows}
    if len(found) < 2 or any(member.erased_at is not None for member in found.values()):
        raise UnknownMember()
    lock_both([source, keeper])
    return found


def check_two(*, source: Member, keeper: Member) -> None:
    """Refuses: CannotMerge."""
    for member, why in ((source, "source_merged"), (keeper, "keeper_merged")):
        if member.merged_into_id is not None:
            raise CannotMerge(why=why, member_id=str(member.merged_into_id))
    if source.joined_at is not None and keeper.joined_at is None:
        raise CannotMerge(why="keeper_is_guest")
    if Erasure.objects.filter(member__in=[source, keeper], state=ErasureState.WAITING).exists():
        raise CannotMerge(why="erasure_waits")


def _open(merge: Merge, source: Member, keeper: Member, *, book: Book, at: datetime, by: Actor) -> _Two:
    """Read what either has, and let take effect what was due."""
    program = book.compiled_at(at)
    ids = [source.pk, keeper.pk]
    seen = look_at_members(ids, tier_sets=program.tier_sets, book=book, at=at, lock=False)
    due = [
        Moved(member_id=member, move=move, by=by)
        for member, each in seen.items()
        for move in bring_up(program.tier_sets, each.climber, at=at)
    ]
    give_rewards(due, program=program, book=book, at=at)
    cards = {card: book.units[card] for card in program.cards if card in book.units}
    wallets = lock_wallets(ids, units=cards, at=at, whole_units=list(cards.values()))
    held = {place: wallet.balance_at(at) for place, wallet in wallets.items()}
    all_of = {place: each.available + each.pending + each.reserved for place, each in held.items()}
    stamps = {card: (all_of[keeper.pk, card], all_of[source.pk, card]) for card in cards}
    tallies = {member: each.tally for member, each in seen.items()}
    was = Was(
        keeper=deepcopy(tallies[keeper.pk]),
        source=deepcopy(tallies[source.pk]),
        keeper_levels=dict(seen[keeper.pk].climber.standings),
        source_levels=dict(seen[source.pk].climber.standings),
    )
    return _Two(
        merge=merge,
        keeper=keeper,
        source=source,
        book=book,
        program=program,
        at=at,
        by=by,
        reason=merge.reason,
        seen=seen,
        stamps=stamps,
        was=was,
        moved=due,
    )


def _count_together(two: _Two, wallets: Wallets) -> tuple[tuple[str, ...], list[str]]:
    """Add up what both have had, put the source's stamps on the keeper's cards, and join the levels."""
    keeper, source, program = two.keeper.pk, two.source.pk, two.program
    tally = merge_tallies(two.was.keeper, two.was.source)
    stamped = {card: found for card in two.stamps if (found := _put_stamps(two, tally, card)) is not None}
    moves = _join_levels(two, tally)
    journal = Journal(at=two.at, sides=two.book.sides, zone=two.book.zone)
    bringing = Bringing(at=two.at, book=two.book, wallets=wallets, journal=journal)
    bringing.take(
        Earning(awards=[], facts=Facts(), stamped=stamped, moves=moves),
        program=program,
        member_id=keeper,
        about=f"merge/{two.merge.pk}",
        occurred_at=two.at,
        by=two.by,
    )
    journal.write()
    bringing.write()
    two.moved += bringing.moved
    for code, standing in two.was.source_levels.items():
        if standing.level is not None:
            move = Move(
                tier_set=code,
                before=standing.level,
                after=None,
                cause="merged",
                at=two.at,
                kept_until=None,
                period=two.at.astimezone(two.book.zone).date(),
            )
            two.moved.append(Moved(member_id=source, move=move, by=two.by, about=f"merge/{two.merge.pk}"))
    joined = two.seen[keeper].climber.standings
    write_standings({keeper: joined, source: dict.fromkeys(two.was.source_levels, NOWHERE)}, two.moved, at=two.at)
    write_tallies({member_holder(keeper): tally})
    two.was.joined_levels = dict(joined)
    two.was.gave = tuple(each.key for each in bringing.rewards if each.cause == Cause.TIER)
    return tuple(f"{move.tier_set}:{move.after}" for move in moves), [each.reward.code for each in bringing.rewards]


def _put_stamps(two: _Two, tally: Tally, card: str) -> Stamped | None:
    """Put the source's stamps on the keeper's card. What its marks brought the source, they do not bring again."""
    own, added = two.stamps[card]
    if added <= 0:
        return None
    state = tally.cards.get(card, CardState())
    stamped = stamp(
        card_of(two.program, card, two.book.version),
        state,
        held=own,
        added=added,
        version=two.program.version_id,
    )
    had = two.was.source.cards.get(card, CardState()).marked
    marks = list(stamped.marks)
    full = {(each.number, each.size) for each in stamped.full}
    for place in {mark.stamp for mark in marks}:
        again = [mark for mark in marks if mark.stamp == place <= had and (mark.number, mark.stamp) not in full]
        if again:
            marks.remove(again[-1])
    tally.cards[card] = stamped.state
    two.was.cards[card] = CardWas(state.number, stamped.state, stamped.held + added - stamped.put)
    return msgspec.structs.replace(stamped, marks=tuple(marks))


def _join_levels(two: _Two, tally: Tally) -> list[Move]:
    """Let the keeper have the higher level of both; what a level of the source's brought it is not brought again."""
    own, other = two.seen[two.keeper.pk].climber, two.seen[two.source.pk].climber
    own.used = tally.used
    own.joined_at = own.joined_at or other.joined_at
    own.balances = _added(own.balances, other.balances)
    own.pending = _added(own.pending, other.pending)
    moves: list[Move] = []
    for tier_set in two.program.tier_sets:
        mine, theirs = own.standings.get(tier_set.code, NOWHERE), other.standings.get(tier_set.code, NOWHERE)
        standing, move = join(own.ladder(tier_set), mine, theirs, at=two.at)
        if standing != mine:
            own.standings[tier_set.code] = standing
        if move is not None:
            had = find_given([gift_key(two.source.pk, move, reward) for reward in move.rewards])
            new = tuple(reward for reward in move.rewards if gift_key(two.source.pk, move, reward) not in had)
            moves.append(msgspec.structs.replace(move, rewards=new))
    return moves


def _move_everything(two: _Two, choices: Choices) -> Mapping[str, int]:
    """Give the keeper the source's rows, identifiers and whatever of the profile was chosen."""
    merge_id, source, keeper = two.merge.pk, two.source, two.keeper
    swapped = swap_attributes(keeper, source, choices, merge_id=merge_id)
    moved = move_rows(merge_id=merge_id, source=source.pk, keeper=keeper.pk, swapped=swapped)
    two.was.main = tuple(join_identifiers(keeper, source, choices, merge_id=merge_id))
    two.was.decided = join_consents(keeper=keeper.pk, source=source.pk, at=two.at, by=two.by)
    fields = joined_fields(keeper, source, choices)
    source.merged_into = keeper
    # Nobody finds a stone by its name; its own undo knows what it was called.
    source.name_key = source.surname_key = ""
    source.save(update_fields=["merged_into", "name_key", "surname_key"])
    two.was.fields = write_fields(keeper, fields)
    forget_likeness([source.pk])
    return moved


def _close(two: _Two) -> None:
    two.merge.was = msgspec.to_builtins(two.was, str_keys=True)
    two.merge.save(update_fields=["was"])
    record_event(
        action="member.merged",
        about="merge",
        about_id=two.merge.pk,
        member_id=two.keeper.pk,
        facts={"source": str(two.source.pk), "keeper": str(two.keeper.pk), "changed": sorted(two.was.fields)},
        at=two.at,
        by=two.by,
    )


def _added(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {unit: first.get(unit, 0) + second.get(unit, 0) for unit in {**first, **second}}
