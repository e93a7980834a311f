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
        yield Fault(
            f"{path}.ends_at", "ends_before_start", f"It ends {end}, before it starts, {start}: it never counts."
        )


def _use(path: str, reward: Reward, zone: tzinfo) -> Iterator[Fault]:
    if reward.use_until is None:
        return
    end = write_moment(reward.use_until, zone)
    for what, since in (("used", reward.use_from), ("claimed", reward.starts_at)):
        if since is not None and reward.use_until <= since:
            said = f"It can be used until {end}, and {what} only from {write_moment(since, zone)}: nobody can use it."
            yield Fault(f"{path}.use_until", "ends_before_start", said)
    is_kept_longer = reward.honour_full_period and reward.use_within_days
    if reward.ends_at is not None and reward.ends_at > reward.use_until and not is_kept_longer:
        said = f"It can be claimed until {write_moment(reward.ends_at, zone)}, but used until {end} only."
        yield warning(f"{path}.ends_at", "claimed_after_use", said)


def _hours(path: str, all_hours: tuple[Hours, ...]) -> Iterator[Fault]:
    for i, hours in enumerate(all_hours):
        if not hours.days:
            yield Fault(f"{path}[{i}].days", "no_days", "It names no day: it never counts. Leave it out for every day.")
        if hours.since == hours.until:
            said = f"From {hours.since} to {hours.until} is no time at all; for the whole day leave both out."
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
        said = f"Between {start} and {end} there is none of these days: it never counts."
        yield Fault(f"{path}.hours", "days_outside_window", said)


def _tags(path: str, tags: Tags) -> Iterator[Fault]:
    for i, tag in enumerate(tags.all):
        if tag in tags.none:
            yield Fault(
                f"{path}.all[{i}]", "contradicting_tags", f"“{tag}” is both wanted and ruled out: nothing matches."
            )
    if tags.any and set(tags.any) <= set(tags.none):
        yield Fault(f"{path}.any", "contradicting_tags", "Every tag that is wanted is ruled out too: nothing matches.")


def _life(path: str, expiry: ExpiryPolicy, pending: Pending) -> Iterator[Fault]:
    code, said = "dies_before_it_can_be_used", ""
    match expiry:
        case OnDate(on=on) if pending.until is not None and pending.until > on:
            said = f"It can be used from {write_day(pending.until)}, and expires {write_day(on)} already."
        case AfterDays(days=days) if pending.life_from == "earned" and not pending.event and pending.days > days:
            said = f"It waits {pending.days} days, and lives only {days} from the day it is earned."
        case _:
            pass
    if said:
        yield Fault(path, code, said)
