"""A merge that should not have been is undone within 90 days: each of the two has what was theirs, less what was spent.

New activity stays with the keeper, and the keeper's own spending is never reversed. What could not go back as it was is
told as a list of differences.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import DateField, DateTimeField

from regulars.audit.record import record_event
from regulars.care.allowed import part_consents
from regulars.care.fields import part_identifiers, settle_places, write_fields
from regulars.care.merge import lock_two
from regulars.care.models import Merge
from regulars.care.places import move_rows_back, sales_of_merge
from regulars.care.snapshot import CardWas, Was
from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.merging import part_tallies
from regulars.core.refusals import Refusal
from regulars.core.settling import card_of
from regulars.core.stamps import CardState, unstamp
from regulars.core.tallies import Tally
from regulars.core.tiers import NOWHERE, Standing, take_back
from regulars.ledger.journal import Journal
from regulars.ledger.lock import Wallets, lock_wallets
from regulars.ledger.part import Back, hand_back
from regulars.members.identity import name_keys
from regulars.members.models import Member
from regulars.platform.rows import fetch, together
from regulars.points.unfill import CardAsked, find_past, load_filled_lots, unfill_cards
from regulars.programs.book import Book, load_book
from regulars.programs.tallies import ask_tallies, member_holder, write_tallies
from regulars.rewards.issue import withdraw_issued
from regulars.tiers.look import look_at_members, write_counts
from regulars.tiers.standings import Moved, write_standings

UNDO_DAYS = 90

STAMP_LOTS = """
SELECT move.lot_id, lot.remaining
FROM ledger_handover handover
JOIN ledger_account account ON account.id = handover.target_id AND account.unit_id = %(unit)s
JOIN ledger_lotmove move ON move.handover_id = handover.id
JOIN ledger_lot lot ON lot.entry_id = move.lot_id AND lot.account_id = handover.target_id
WHERE handover.merge_id = %(merge)s
"""

# Everybody who had been merged into the one who leaves.
EARLIER = """
WITH RECURSIVE before(id) AS (
    SELECT source_id FROM care_merge WHERE keeper_id = %(source)s AND undone_at IS NULL
    UNION
    SELECT merge.source_id FROM care_merge AS merge JOIN before ON before.id = merge.keeper_id
    WHERE merge.undone_at IS NULL
)
SELECT id FROM before
"""


class UnknownMerge(Refusal):
    code = "unknown_merge"


class CannotUndoMerge(Refusal):
    """`why`: it was undone before; it is more than 90 days ago (`until`); or the keeper was merged into another since,
    which is to be undone first.
    """

    code = "cannot_undo_merge"

    def __init__(self, *, why: str, until: datetime | None = None) -> None:
        self.why = why
        self.until = until


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is not as it was before the merge: `what` it is, of which unit, set, field or table, and how
    much.
    """

    what: str
    of: str
    amount: int = 0


class Unmerged(msgspec.Struct, frozen=True, kw_only=True):
    merge_id: int
    source: int
    keeper: int
    differences: tuple[Difference, ...] = ()


@transaction.atomic
def undo_merge(*, merge_id: int, at: datetime, by: Actor, reason: str = "") -> Unmerged:
    """Undo a merge. Refuses: UnknownMerge, CannotUndoMerge, UnitsHeld."""
    book = load_book()
    merge = Merge.objects.filter(pk=merge_id).first()
    if merge is None:
        raise UnknownMerge()
    members = lock_two(source=merge.source_id, keeper=merge.keeper_id)
    merge.refresh_from_db()
    check_undo(merge, keeper=members[merge.keeper_id], at=at)
    parting = _Parting(merge, members, book, at=at, by=by, reason=reason.strip())
    parting.part()
    return Unmerged(
        merge_id=merge_id,
        source=merge.source_id,
        keeper=merge.keeper_id,
        differences=tuple(parting.differences),
    )


def check_undo(merge: Merge, *, keeper: Member, at: datetime) -> None:
    """Refuses: CannotUndoMerge."""
    if merge.undone_at is not None:
        raise CannotUndoMerge(why="undone")
    until = merge.merged_at + timedelta(days=UNDO_DAYS)
    if at >= until:
        raise CannotUndoMerge(why="too_late", until=until)
    if keeper.merged_into_id is not None:
        raise CannotUndoMerge(why="keeper_merged")


class _Parting:
    """One merge while it is undone; everything is locked."""

    def __init__(
        self, merge: Merge, members: Mapping[int, Member], book: Book, *, at: datetime, by: Actor, reason: str
    ) -> None:
        self.merge = merge
        self.source, self.keeper = members[merge.source_id], members[merge.keeper_id]
        self.book = book
        self.program: Compiled = book.compiled_at(at)
        self.at, self.by, self.reason = at, by, reason
        self.was = msgspec.convert(merge.was, Was, str_keys=True)
        self.differences: list[Difference] = []

    def part(self) -> None:
        with together():
            asked = ask_tallies([member_holder(self.keeper.pk)])
        now = asked()[member_holder(self.keeper.pk)]
        tally = part_tallies(now, keeper=self.was.keeper, source=self.was.source)
        self._take_stamps_off(tally)
        for back in self._hand_back():
            if back.used or back.left != back.brought + back.owed:
                self.differences.append(Difference("units", back.unit, back.left - back.owed - back.brought))
        write_tallies({member_holder(self.keeper.pk): tally})
        self._move_rows_back()
        self._part_levels()
        self._close()

    def _take_stamps_off(self, tally: Tally) -> None:
        """Take the source's stamps off the keeper's cards. Where no stamp came or went since, the cards that they
        filled are open again, unless somebody used the reward; otherwise what filled a card is spent.
        """
        keeper = self.keeper.pk
        cards = {card: self.book.units[card] for card in self.was.cards if card in self.program.cards}
        wallets = lock_wallets([keeper], units=cards, at=self.at, giving=[keeper])
        journal = Journal(at=self.at, sides=self.book.sides, zone=self.book.zone)
        withdrawn: list[str] = []
        for card, was in self.was.cards.items():
            if card in cards:
                withdrawn += self._empty_card(tally, card, was, wallets, journal)
        journal.write()
        withdraw_issued(withdrawn, at=self.at, by=self.by)

    def _empty_card(self, tally: Tally, card: str, was: CardWas, wallets: Wallets, journal: Journal) -> list[str]:
        wallet = wallets[self.keeper.pk, card]
        past = find_past(CardAsked(self.keeper.pk, card, was.number), lock=True)
        theirs = dict(fetch(STAMP_LOTS, {"merge": self.merge.pk, "unit": wallet.unit_id}))
        state, held = tally.cards.get(card, CardState()), wallet.balance - wallet.lapsed
        taken = min(sum(theirs.values()), max(held, 0))
        if (state, held) == (was.state, was.held):
            filled = [draw for filling in past.filled.values() for draw in filling.draws]
            taken += sum(amount for lot, amount in filled if lot in theirs)
        if not taken:
            return []
        unstamped = unstamp(
            card_of(self.program, card, self.book.version),
            state,
            held=held,
            taken=taken,
            kept=past.kept,
        )
        lots = load_filled_lots(unstamped, past) | {lot.id: lot for lot in wallet.open_lots}
        keys = unfill_cards(
            unstamped,
            card,
            name=self.program.cards[card].name,
            past=past,
            lots=lots,
            wallet=wallet,
            journal=journal,
            policies=self.program.policies,
            about=f"unmerge/{self.merge.pk}",
            by=self.by,
        )
        tally.cards[card] = unstamped.state
        return keys

    def _hand_back(self) -> list[Back]:
        earlier = [member for (member,) in fetch(EARLIER, {"source": self.source.pk})]
        return hand_back(
            merge_id=self.merge.pk,
            sales=sales_of_merge(self.merge.pk),
            earlier=earlier,
            at=self.at,
            by=self.by,
            reason=self.reason,
        )

    def _move_rows_back(self) -> None:
        missing = move_rows_back(merge_id=self.merge.pk)
        settle_places((self.source.pk, self.keeper.pk))
        lost = part_identifiers(merge_id=self.merge.pk, demoted=list(self.was.main))
        self.differences += [Difference("rows", table, amount) for table, amount in missing.items()]
        if lost:
            self.differences.append(Difference("rows", "members_identifier", lost))
        source = self.source
        source.merged_into = None
        source.name_key, source.surname_key = name_keys(source.first_name, source.last_name)
        source.save(update_fields=["merged_into", "name_key", "surname_key"])
        self._restore_fields()
        kept = part_consents(keeper=self.keeper.pk, decided=self.was.decided, at=self.at, by=self.by)
        self.differences += [Difference("consent", purpose) for purpose in kept]

    def _restore_fields(self) -> None:
        """What the merge changed of the keeper's profile is what it was, unless somebody changed it since."""
        keeper, source = self.keeper, self.source
        back: dict[str, Any] = {}
        for field, value in self.was.fields.items():
            if field == "has_card":
                back[field] = keeper.cards.exists()
            elif getattr(keeper, field) == getattr(source, field):
                back[field] = _read(field, value)
            else:
                self.differences.append(Difference("field", field))
        write_fields(keeper, back)

    def _part_levels(self) -> None:
        """Each has the level of before, brought up to now; one that has changed since the merge stays."""
        keeper, source = self.keeper.pk, self.source.pk
        sets = {each.code: each for each in self.program.tier_sets}
        seen = look_at_members([keeper, source], tier_sets=sets.values(), book=self.book, at=self.at, lock=False)
        about = f"merge/{self.merge.pk}"
        written: dict[int, dict[str, Standing]] = {keeper: {}, source: {}}
        moved: list[Moved] = []
        for member, levels in ((keeper, self.was.keeper_levels), (source, self.was.source_levels)):
            climber = seen[member].climber
            for code, tier_set in sets.items():
                present = climber.standings.get(code, NOWHERE)
                if member == keeper and present != self.was.joined_levels.get(code, NOWHERE):
                    self.differences.append(Difference("level", code))
                    continue
                was = levels.get(code, NOWHERE)
                if present == was:
                    continue
                after, move = take_back(climber.ladder(tier_set), present, was, is_override=False, at=self.at)
                written[member][code] = after
                if move is not None and move.before != move.after:
                    move = msgspec.structs.replace(move, rewards=())
                    moved.append(Moved(member_id=member, move=move, by=self.by, about=about))
        write_standings(written, moved, at=self.at)
        write_counts(seen.values())
        withdrawn = withdraw_issued(self.was.gave, at=self.at, by=self.by)
        if kept := len(set(self.was.gave) - withdrawn):
            self.differences.append(Difference("rewards", "kept", kept))

    def _close(self) -> None:
        merge = self.merge
        merge.undone_at, merge.undone_by, merge.undo_reason = self.at, self.by.tag, self.reason[:200]
        merge.differences = [msgspec.to_builtins(each) for each in self.differences]
        merge.save(update_fields=["undone_at", "undone_by", "undo_reason", "differences"])
        record_event(
            action="member.unmerged",
            about="merge",
            about_id=merge.pk,
            member_id=self.keeper.pk,
            facts={"source": str(self.source.pk), "keeper": str(self.keeper.pk), "differences": len(self.differences)},
            at=self.at,
            by=self.by,
        )


def _read(field: str, value: object) -> date | datetime | object:
    kind = Member._meta.get_field(field)
    return kind.to_python(value) if isinstance(kind, DateField | DateTimeField) else value
