"""Somebody of the team decides about a member's level: with an internal note, in the history for ever, undoable."""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.core.actor import SYSTEM, Actor
from regulars.core.compiled import Compiled
from regulars.core.program.tier_sets import TierSet
from regulars.core.tiers import NOWHERE, Move, Override, Standing, bring_up, place, rank_of, release, take_back
from regulars.core.tiers.standing import OverrideKind, rewards_for
from regulars.members.lock import UnknownMember
from regulars.platform.trying import try_out
from regulars.programs.book import Book, load_book
from regulars.rewards.issue import withdraw_issued
from regulars.tiers.give import give_rewards
from regulars.tiers.history import AskedChange, find_by_key, latest_decision, read_change
from regulars.tiers.look import Seen, look_at_members, write_counts
from regulars.tiers.refusals import (
    CannotUndoLevelChange,
    InvalidLevelChange,
    LevelKeyReused,
    NothingToRelease,
    UnknownLevel,
    UnknownLevelChange,
    UnknownTierSet,
)
from regulars.tiers.standings import Moved, changed_standings, write_standings

LONGEST_NOTE = 1_000
LONGEST_KEY = 100


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision did, or in a preview would do: `rewards` are the names of what the member was given, `kept`
    those an undo could not take back because they are used. `change_id` None is a preview.
    """

    change_id: int | None
    tier_set: str
    before: str | None
    after: str | None
    kept_until: datetime | None
    standing: Standing
    rewards: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    replayed: bool = False


@transaction.atomic
def change_tier(
    *,
    member_id: int,
    tier_set: str,
    level: str | None,
    note: str,
    key: str,
    at: datetime,
    by: Actor,
    kind: OverrideKind | None = None,
    until: datetime | None = None,
    rewards: bool = False,
) -> Changed:
    """Bring a member to a level of the live program; None is below the first.

    `kind` says for how long: `until` a moment, at least (`floor`, with or without one), `pinned` until somebody
    releases it, or None: as if it had been reached now. With `rewards` the member gets what the levels on the way up
    bring, each reward once per period. The same `key` again changes nothing.
    Refuses: UnknownMember, UnknownTierSet, UnknownLevel, InvalidLevelChange, LevelKeyReused.
    """
    asked = AskedChange(level=level, kind=kind, until=until, rewards=rewards)
    return _decide(member_id, tier_set, asked, note=note, key=key, at=at, by=by)


@transaction.atomic
def release_tier(*, member_id: int, tier_set: str, note: str, key: str, at: datetime, by: Actor) -> Changed:
    """End what staff decided about a level: the one that was counted shows again.

    Refuses: UnknownMember, UnknownTierSet, InvalidLevelChange, NothingToRelease, LevelKeyReused.
    """
    return _decide(member_id, tier_set, AskedChange(is_release=True), note=note, key=key, at=at, by=by)


def preview_change(
    *,
    member_id: int,
    tier_set: str,
    level: str | None,
    at: datetime,
    kind: OverrideKind | None = None,
    until: datetime | None = None,
    rewards: bool = False,
) -> Changed:
    """Return what `change_tier` would do, and write nothing. `rewards` are those the program names for it; one that
    the member had in this period is not given again. Refuses what `change_tier` refuses of the level and the dates.
    """
    return _foresee(member_id, tier_set, AskedChange(level=level, kind=kind, until=until, rewards=rewards), at=at)


def preview_release(*, member_id: int, tier_set: str, at: datetime) -> Changed:
    """Return what `release_tier` would do, and write nothing. Refuses what it refuses of the member and the level."""
    return _foresee(member_id, tier_set, AskedChange(is_release=True), at=at)


def preview_undo_change(*, change_id: int, at: datetime) -> Changed:
    """Return what `undo_change` would do; nothing is kept. Refuses what it refuses of the change."""
    done = try_out(lambda: undo_change(change_id=change_id, note="-", at=at, by=SYSTEM))
    return msgspec.structs.replace(done, change_id=None)


@transaction.atomic
def undo_change(*, change_id: int, note: str, at: datetime, by: Actor) -> Changed:
    """Undo a decision: the level is what it would be without it, and the unused rewards it gave are withdrawn.

    Refuses: UnknownLevelChange, CannotUndoLevelChange, UnknownTierSet, InvalidLevelChange.
    """
    _check_texts(note=note, key="-")
    first = read_change(change_id)
    if first is None:
        raise UnknownLevelChange()
    book = load_book()
    program = book.compiled_at(at)
    tier_set = _find_set(program, first.tier_set)
    seen = _look(first.member_id, tier_set, book, at=at)
    undone = read_change(change_id)  # what it is now, under the lock
    assert undone is not None, "a change stays for ever"
    if undone.asked is None or undone.was is None:
        raise CannotUndoLevelChange(why="counted")
    if undone.undone_by is not None:
        raise CannotUndoLevelChange(why="undone")
    if latest_decision(undone.member_id, undone.tier_set) != change_id:
        raise CannotUndoLevelChange(why="not_latest")
    moves = bring_up([tier_set], seen.climber, at=at)
    after, move = take_back(
        seen.climber.ladder(tier_set),
        seen.climber.standings.get(tier_set.code, NOWHERE),
        undone.was,
        is_override=undone.asked.kind is not None or undone.asked.is_release,
        at=at,
    )
    assert move is not None, "undoing is always a move"
    seen.climber.standings[tier_set.code] = after
    withdrawn = withdraw_issued(undone.asked.gave, at=at, by=by)
    due = [Moved(member_id=seen.member_id, move=each, by=by) for each in moves]
    give_rewards(due, program=program, book=book, at=at)
    undoing = Moved(member_id=seen.member_id, move=move, by=by, note=note.strip(), undoes=change_id)
    ids = _write(seen, [*due, undoing], at=at)
    return _changed(ids[-1], move, after, kept=tuple(key for key in undone.asked.gave if key not in withdrawn))


def _foresee(member_id: int, code: str, asked: AskedChange, *, at: datetime) -> Changed:
    book = load_book()
    program = book.compiled_at(at)
    tier_set = _find_set(program, code)
    _check(tier_set, asked, at=at)
    seen = _look(member_id, tier_set, book, at=at, lock=False)
    bring_up([tier_set], seen.climber, at=at)
    _check_release(asked, seen.climber.standings.get(code, NOWHERE))
    after, move = _move(tier_set, seen, asked, at=at)
    names = [program.rewards[code].name for code in move.rewards if code in program.rewards]
    return _changed(None, move, after, rewards=tuple(names))


def _check_release(asked: AskedChange, was: Standing) -> None:
    if asked.is_release and was.override is None:
        raise NothingToRelease()


def _decide(member_id: int, code: str, asked: AskedChange, *, note: str, key: str, at: datetime, by: Actor) -> Changed:
    _check_texts(note=note, key=key)
    book = load_book()
    program = book.compiled_at(at)
    tier_set = _find_set(program, code)
    _check(tier_set, asked, at=at)
    seen = _look(member_id, tier_set, book, at=at)
    if earlier := find_by_key(member_id, key):
        was_asked = earlier.asked and msgspec.structs.replace(earlier.asked, gave=())
        if (earlier.tier_set, was_asked) != (code, asked):
            raise LevelKeyReused()
        standing = seen.climber.standings.get(code, NOWHERE)
        return Changed(
            change_id=earlier.id,
            tier_set=code,
            before=earlier.before,
            after=earlier.after,
            kept_until=earlier.kept_until,
            standing=standing,
            replayed=True,
        )
    due = [Moved(member_id=member_id, move=move, by=by) for move in bring_up([tier_set], seen.climber, at=at)]
    was = seen.climber.standings.get(code, NOWHERE)
    _check_release(asked, was)
    after, move = _move(tier_set, seen, asked, at=at)
    seen.climber.standings[code] = after
    decided = Moved(member_id=member_id, move=move, by=by, note=note.strip(), was=was, key=key)
    give_rewards(due, program=program, book=book, at=at)
    given = give_rewards([decided], program=program, book=book, at=at)
    asked = msgspec.structs.replace(asked, gave=tuple(each.key for each in given))
    ids = _write(seen, [*due, msgspec.structs.replace(decided, asked=asked)], at=at)
    return _changed(ids[-1], move, after, rewards=tuple(each.name for each in given))


def _move(tier_set: TierSet, seen: Seen, asked: AskedChange, *, at: datetime) -> tuple[Standing, Move]:
    """Decide, purely; the move names the rewards that were asked for."""
    ladder = seen.climber.ladder(tier_set)
    standing = seen.climber.standings.get(tier_set.code, NOWHERE)
    if asked.is_release:
        after, move = release(ladder, standing, at=at)
    else:
        override = None
        if asked.kind is not None:
            override = Override(kind=asked.kind, level=asked.level, until=asked.until)  # type: ignore[arg-type]
        after, move = place(ladder, standing, level=asked.level, override=override, at=at)
    assert move is not None, "a decision is always a move"
    gifts = rewards_for(tier_set, move.before, move.after) if asked.rewards else ()
    return after, msgspec.structs.replace(move, rewards=gifts)


def _look(member_id: int, tier_set: TierSet, book: Book, *, at: datetime, lock: bool = True) -> Seen:
    seen = look_at_members([member_id], tier_sets=[tier_set], book=book, at=at, lock=lock).get(member_id)
    if seen is None:
        raise UnknownMember()
    return seen


def _write(seen: Seen, moved: list[Moved], *, at: datetime) -> list[int]:
    after = changed_standings({seen.member_id: seen.standings}, [(seen.member_id, seen.climber.standings)])
    ids = write_standings(after, moved, at=at)()
    write_counts([seen])
    return ids


def _find_set(program: Compiled, code: str) -> TierSet:
    found = next((each for each in program.tier_sets if each.code == code), None)
    if found is None:
        raise UnknownTierSet(tier_set=code)
    return found


def _check(tier_set: TierSet, asked: AskedChange, *, at: datetime) -> None:
    if rank_of(tier_set, asked.level) == len(tier_set.levels):
        raise UnknownLevel(level=str(asked.level), levels=[each.code for each in tier_set.levels])
    needs_end, may_end = asked.kind == "until", asked.kind in ("until", "floor")
    if asked.until is None:
        if needs_end:
            raise InvalidLevelChange(field="until")
    elif not may_end or asked.until <= at:
        raise InvalidLevelChange(field="until")
    if asked.kind == "floor" and asked.level is None:
        raise InvalidLevelChange(field="level")


def _check_texts(*, note: str, key: str) -> None:
    for field, text, longest in (("note", note, LONGEST_NOTE), ("key", key, LONGEST_KEY)):
        if not text.strip() or len(text) > longest or "\x00" in text:
            raise InvalidLevelChange(field=field)


def _changed(
    change_id: int | None,
    move: Move,
    after: Standing,
    *,
    rewards: tuple[str, ...] = (),
    kept: tuple[str, ...] = (),
) -> Changed:
    return Changed(
        change_id=change_id,
        tier_set=move.tier_set,
        before=move.before,
        after=move.after,
        kept_until=move.kept_until,
        standing=after,
        rewards=rewards,
        kept=kept,
    )
