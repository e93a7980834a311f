"""Times and choices that contradict themselves: what they belong to would never happen."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from regulars.core.checks.faults import Fault, warning
from regulars.core.checks.spots import all_audiences, all_conditions, all_lives
from regulars.core.expiry import AfterDays, ExpiryPolicy, OnDate
from regulars.core.phrases import write_day, write_moment
from regulars.core.program.conditions import WEEKDAYS, Conditions, Hours, Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.life import Pending
from regulars.core.program.rewards import Reward
from regulars.core.tongue import mark, say, say_many

WEEK = timedelta(days=7)


def check_windows(document: ProgramDocument, zone: tzinfo) -> Iterator[Fault]:
    for path, when in all_conditions(document):
        yield from _dates(path, when.starts_at, when.ends_at, zone)
        yield from _hours(f"{path}.hours", when.hours)
        yield from _days_within(path, when, zone)
        yield from _tags(f"{path}.store_tags", when.store_tags)
    for i, reward in enumerate(document.rewards):
        yield from _dates(f"rewards[{i}]", reward.starts_at, reward.ends_at, zone)
        yield from _hours(f"rewards[{i}].use_hours", reward.use_hours)
        yield from _use(f"rewards[{i}]", reward, zone)
        yield from _tags(f"rewards[{i}].store_tags", reward.store_tags)
    for path, audience in all_audiences(document):
        yield from _tags(f"{path}.tags", audience.tags)
    for path, expiry, pending in all_lives(document):
        yield from _life(path, expiry, pending)


def _dates(path: str, starts_at: datetime | None, ends_at: datetime | None, zone: tzinfo) -> Iterator[Fault]:
    if starts_at and ends_at and ends_at <= starts_at:
        start, end = write_moment(starts_at, zone), write_moment(ends_at, zone)
        said = say("It ends %(end)s, before it starts, %(start)s: it never counts.", end=end, start=start)
        yield Fault(f"{path}.ends_at", "ends_before_start", said)


def _use(path: str, reward: Reward, zone: tzinfo) -> Iterator[Fault]:
    if reward.use_until is None:
        return
    end = write_moment(reward.use_until, zone)
    for message, since in (
        (mark("It can be used until %(end)s, and used only from %(start)s: nobody can use it."), reward.use_from),
        (mark("It can be used until %(end)s, and claimed only from %(start)s: nobody can use it."), reward.starts_at),
    ):
        if since is not None and reward.use_until <= since:
            said = say(message, end=end, start=write_moment(since, zone))
            yield Fault(f"{path}.use_until", "ends_before_start", said)
    is_kept_longer = reward.honour_full_period and reward.use_within_days
    if reward.ends_at is not None and reward.ends_at > reward.use_until and not is_kept_longer:
        last = write_moment(reward.ends_at, zone)
        said = say("It can be claimed until %(last)s, but used until %(end)s only.", last=last, end=end)
        yield warning(f"{path}.ends_at", "claimed_after_use", said)


def _hours(path: str, all_hours: tuple[Hours, ...]) -> Iterator[Fault]:
    for i, hours in enumerate(all_hours):
        if not hours.days:
            said = say("It names no day: it never counts. Leave it out for every day.")
            yield Fault(f"{path}[{i}].days", "no_days", said)
        if hours.since == hours.until:
            said = say(
                "From %(since)s to %(until)s is no time at all; for the whole day leave both out.",
                since=hours.since,
                until=hours.until,
            )
            yield Fault(f"{path}[{i}].until", "empty_hours", said)


def _days_within(path: str, when: Conditions, zone: tzinfo) -> Iterator[Fault]:
    """A window shorter than a week may hold none of the days that the hours name."""
    if (
        not (when.hours and when.starts_at and when.ends_at)
        or not when.starts_at < when.ends_at < when.starts_at + WEEK
    ):
        return
    last = when.ends_at - timedelta(microseconds=1)
    # Hours that run past midnight belong to the day they begin on: the day before counts too.
    day, days = when.starts_at.astimezone(zone).date() - timedelta(days=1), set()
    while day <= last.astimezone(zone).date():
        days.add(WEEKDAYS[day.weekday()])
        day += timedelta(days=1)
    if not any(days.intersection(hours.days) for hours in when.hours):
        start, end = write_moment(when.starts_at, zone), write_moment(when.ends_at, zone)
        said = say("Between %(start)s and %(end)s there is none of these days: it never counts.", start=start, end=end)
        yield Fault(f"{path}.hours", "days_outside_window", said)


def _tags(path: str, tags: Tags) -> Iterator[Fault]:
    for i, tag in enumerate(tags.all):
        if tag in tags.none:
            said = say("“%(tag)s” is both wanted and ruled out: nothing matches.", tag=tag)
            yield Fault(f"{path}.all[{i}]", "contradicting_tags", said)
    if tags.any and set(tags.any) <= set(tags.none):
        said = say("Every tag that is wanted is ruled out too: nothing matches.")
        yield Fault(f"{path}.any", "contradicting_tags", said)


def _life(path: str, expiry: ExpiryPolicy, pending: Pending) -> Iterator[Fault]:
    code, said = "dies_before_it_can_be_used", ""
    match expiry:
        case OnDate(on=on) if pending.until is not None and pending.until > on:
            start, end = write_day(pending.until), write_day(on)
            said = say("It can be used from %(start)s, and expires %(end)s already.", start=start, end=end)
        case AfterDays(days=days) if pending.life_from == "earned" and not pending.event and pending.days > days:
            said = say_many(
                "It waits %(n)s day, and lives only %(lives)s from the day it is earned.",
                "It waits %(n)s days, and lives only %(lives)s from the day it is earned.",
                n=pending.days,
                lives=days,
            )
        case _:
            pass
    if said:
        yield Fault(path, code, said)
