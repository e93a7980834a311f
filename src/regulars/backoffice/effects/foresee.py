"""What a step would do now: the previews of the forms, as lines that can be kept and compared."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from regulars.backoffice.effects.deeds import (
    Adjust,
    AnyDeed,
    BringIn,
    ChangeLevel,
    Erase,
    Merge,
    PutStamps,
    Refund,
    ReleaseLevel,
    RemoveReward,
    SendMany,
    Spend,
    UndoLevel,
    Unmerge,
    read_deed,
)
from regulars.backoffice.effects.line import Effect, Line, refused_by
from regulars.backoffice.imports import MONEY
from regulars.care.blocks import find_blocks, kin_of
from regulars.care.erase import look_ahead
from regulars.care.models import Merge as MergeRow
from regulars.care.preview import Holding, holdings_of, preview_merge, preview_undo
from regulars.core.lots import Draw
from regulars.core.refusals import Refusal
from regulars.core.sale import LineRefund, NewRefund
from regulars.imports.ask import UnknownImport, read_import
from regulars.imports.models import ImportRun
from regulars.ledger.statement import balance_of, balances_of
from regulars.ledger.wallet import Balance
from regulars.messages.templates import find_template
from regulars.points.adjust import preview_adjustment
from regulars.points.claimable import list_claimable
from regulars.points.remove_reward import preview_removal
from regulars.points.stamps import preview_stamps
from regulars.rewards.issued import read_one
from regulars.sales.refund import preview_refund
from regulars.tiers.change import Changed, preview_change, preview_release, preview_undo_change

MOST_LOTS = 6


class ImportMovedOn(Refusal):
    """The file was looked at again, brought in or forgotten since."""

    code = "import_moved_on"


def foresee_kept(kept: dict[str, Any], *, at: datetime) -> Effect | None:
    """Return what a deed that was kept with an approval would do now; None where none was kept."""
    return foresee(read_deed(kept), at=at) if kept else None


def foresee(deed: AnyDeed, *, at: datetime) -> Effect:
    """Return what a deed would do, and write nothing. What would be refused is an effect, too."""
    try:
        return Effect(lines=tuple(_lines(deed, at)))
    except Refusal as refusal:
        return refused_by(refusal)


def _lines(deed: AnyDeed, at: datetime) -> Iterable[Line]:
    match deed:
        case Adjust():
            return _adjust(deed, at)
        case PutStamps():
            return _stamps(deed, at)
        case Spend():
            return _spend(deed, at)
        case RemoveReward():
            return _remove_reward(deed, at)
        case Refund():
            return _refund(deed, at)
        case ChangeLevel(member=member, tier_set=tier_set, level=level, kind=kind, until=until, rewards=rewards):
            return _level(
                preview_change(
                    member_id=member, tier_set=tier_set, level=level, kind=kind, until=until, rewards=rewards, at=at
                )
            )
        case ReleaseLevel():
            return _level(preview_release(member_id=deed.member, tier_set=deed.tier_set, at=at))
        case UndoLevel():
            return _level(preview_undo_change(change_id=deed.change, at=at))
        case Merge():
            return _merge(deed, at)
        case Unmerge():
            return _unmerge(deed, at)
        case Erase():
            return _erase(deed, at)
        case BringIn():
            return _bring_in(deed)
        case SendMany():
            return _send_many(deed)


def _adjust(deed: Adjust, at: datetime) -> Iterator[Line]:
    done = preview_adjustment(member_id=deed.member, amount=deed.amount, unit=deed.unit, at=at)
    yield Line(what="balance", of=deed.unit, before=done.before, after=done.balance.available)
    if owed := done.balance.debt:
        yield Line(what="debt", of=deed.unit, before=owed, after=max(owed - max(deed.amount, 0), 0))
    yield from _leaving(done.leaving, deed.unit)


def _leaving(draws: Sequence[Draw], unit: str) -> Iterator[Line]:
    """What leaves by the day it would have ended, soonest first; what comes after the first few days in one line."""
    by_day: dict[str, int] = {}
    for draw in draws:
        ends = draw.lot.expires_at
        day = ends.isoformat() if ends else ""
        by_day[day] = by_day.get(day, 0) + draw.amount
    days = list(by_day.items())
    for day, amount in days[:MOST_LOTS]:
        yield Line(what="leaving", of=unit, day=day, after=amount)
    if rest := sum(amount for _, amount in days[MOST_LOTS:]):
        yield Line(what="leaving_later", of=unit, after=rest)


def _stamps(deed: PutStamps, at: datetime) -> Iterator[Line]:
    now = balance_of(deed.member, at=at, unit=deed.card)
    done = preview_stamps(member_id=deed.member, card=deed.card, stamps=deed.stamps, at=at)
    yield Line(what="stamps", of=deed.card, before=now.available + now.pending + now.reserved, after=done.held)
    if 0 < done.put < deed.stamps:
        yield Line(what="no_room", of=deed.card, after=deed.stamps - done.put)
    if done.completed:
        yield Line(what="filled", of=deed.card, after=done.completed)
    if done.reopened:
        yield Line(what="reopened", of=deed.card, after=done.reopened)


def _spend(deed: Spend, at: datetime) -> Iterator[Line]:
    claimable = list_claimable(member_id=deed.member, at=at)
    meant = next((each for each in claimable if each.reward.code == deed.reward), None)
    if meant is None:
        return
    if meant.refusal is not None:
        raise meant.refusal
    yield Line(what="balance", of=meant.unit, before=meant.available, after=meant.after)
    yield Line(what="given", of=deed.reward)


def _remove_reward(deed: RemoveReward, at: datetime) -> Iterator[Line]:
    done = preview_removal(issued_id=deed.issued, give_back=deed.give_back, at=at)
    issued = read_one(deed.issued)
    if issued is None:
        return
    yield Line(what="taken", of=issued.name)
    if done.balance is not None and issued.price_unit:
        now = balance_of(issued.member_id, at=at, unit=issued.price_unit)
        yield from _balances([now], [done.balance])


def _refund(deed: Refund, at: datetime) -> Iterator[Line]:
    wanted = NewRefund(
        sale_id=deed.sale,
        external_id=deed.key,
        occurred_at=deed.occurred_at,
        lines=tuple(LineRefund(*line) for line in deed.lines),
        amount_minor=deed.amount_minor,
    )
    done = preview_refund(wanted, at=at)
    yield Line(what="goods", after=done.amount_minor)
    yield Line(what="money", after=done.money_minor)
    if done.member_id is not None:
        yield from _balances(balances_of([done.member_id], at=at)[done.member_id], done.balances)
    for level in done.levels:
        yield Line(what="level", of=level.tier_set, before=level.before or "", after=level.after or "")
    for code in done.withdrawn:
        yield Line(what="withdrawn", of=code)


def _level(done: Changed) -> Iterator[Line]:
    yield Line(what="level", of=done.tier_set, before=done.before or "", after=done.after or "")
    override = done.standing.override
    if override is not None:
        ends = override.until.isoformat() if override.until else ""
        yield Line(what=f"held_{override.kind}", of=done.tier_set, after=ends)
    elif done.kept_until is not None:
        yield Line(what="kept", of=done.tier_set, after=done.kept_until.isoformat())
    for name in done.rewards:
        yield Line(what="given", of=name)
    if done.kept:
        yield Line(what="rewards_kept", after=len(done.kept))


def _merge(deed: Merge, at: datetime) -> Iterator[Line]:
    done = preview_merge(source=deed.source, keeper=deed.keeper, choices=deed.choices, at=at)
    yield from _balances(done.keeper.balances, done.after.balances)
    yield from _other(done.source)
    yield from _levels(done.keeper, done.after)
    for code in done.rewards:
        yield Line(what="given", of=code)
    for table, count in done.moved.items():
        if count:
            yield Line(what="moved", of=table, after=count)


def _unmerge(deed: Unmerge, at: datetime) -> Iterator[Line]:
    done = preview_undo(merge_id=deed.merge, at=at)
    keeper = MergeRow.objects.values_list("keeper_id", flat=True).get(pk=deed.merge)
    now = holdings_of(keeper, at=at)[keeper]
    yield from _balances(now.balances, done.keeper.balances)
    yield from _other(done.source)
    yield from _levels(now, done.keeper)
    for each in done.differences:
        yield Line(what=f"differs_{each.what}", of=each.of, after=each.amount)


def _erase(deed: Erase, at: datetime) -> Iterator[Line]:
    people = kin_of(deed.member)
    for each in balances_of([deed.member], at=at)[deed.member]:
        if held := each.available + each.pending + each.reserved:
            yield Line(what="balance", of=each.unit, before=held, after=0)
    ahead = look_ahead(people)
    if ahead.rewards:
        yield Line(what="rewards", before=ahead.rewards, after=0)
    yield Line(what="sales_stay", after=ahead.sales_kept)
    yield Line(what="entries_stay", after=ahead.entries_kept)
    yield Line(what="decisions_stay", after=ahead.consents_kept)
    for code in find_blocks(people, at=at):
        yield Line(what="waits", of=code)


def _bring_in(deed: BringIn) -> Iterator[Line]:
    try:
        run = read_import(deed.run)
    except UnknownImport:
        raise ImportMovedOn() from None
    if (run.step, run.state) != (ImportRun.Step.CHECK, ImportRun.State.DONE):
        raise ImportMovedOn()
    for name in ("created", "unchanged", "failed"):
        if count := run.counts.get(name, 0):
            yield Line(what="rows", of=name, after=count)
    for unit, amount in sorted(run.sums.items()):
        yield Line(what="open_sales", after=amount) if unit == MONEY else Line(what="booked", of=unit, after=amount)


def _send_many(deed: SendMany) -> Iterator[Line]:
    """The version is part of it: a text that somebody changes meanwhile is another effect."""
    yield Line(what="message", of=deed.template, after=find_template(deed.template).live.number)
    yield Line(what="over", of=deed.channel)
    yield Line(what="written_to", after=deed.about)


def _balances(before: Sequence[Balance], after: Sequence[Balance]) -> Iterator[Line]:
    """Units of which there is something, or something moves; debts where there are any."""
    was = {each.unit: each for each in before}
    for each in after:
        now = was.get(each.unit)
        held, owed = (now.available, now.debt) if now else (0, 0)
        if held or each.available:
            yield Line(what="balance", of=each.unit, before=held, after=each.available)
        if owed or each.debt:
            yield Line(what="debt", of=each.unit, before=owed, after=each.debt)


def _other(holding: Holding) -> Iterator[Line]:
    """What the second record of a person has, before it is merged or after it is parted."""
    for each in holding.balances:
        if each.available:
            yield Line(what="other", of=each.unit, after=each.available)


def _levels(before: Holding, after: Holding) -> Iterator[Line]:
    for tier_set in sorted({*before.levels, *after.levels}):
        was, then = before.levels.get(tier_set), after.levels.get(tier_set)
        if was != then:
            yield Line(what="level", of=tier_set, before=was or "", after=then or "")
