"""Whether a member may claim a reward, for which price, and until when it can be used then."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

import msgspec

from regulars.core.expiry import AfterDays, expires_at
from regulars.core.facts import Facts
from regulars.core.program.conditions import Audience, Conditions, Tags
from regulars.core.program.rewards import Reward
from regulars.core.refusals import Refusal
from regulars.core.when import Purchase, minute_of_week, questions_of


class RewardNotFound(Refusal):
    """There is no such reward, or it cannot be claimed."""

    code = "not_found_or_unusable"


class NotStarted(Refusal):
    """Its time has not come yet."""

    code = "not_started"

    def __init__(self, *, starts_at: datetime) -> None:
        self.starts_at = starts_at


class TimeIsOver(Refusal):
    """Its time is over."""

    code = "expired"

    def __init__(self, *, ended_at: datetime) -> None:
        self.ended_at = ended_at


class OutsideHours(Refusal):
    """It is for other days or hours, in the store's time."""

    code = "outside_hours"


class NotAtThisStore(Refusal):
    """It is for other stores."""

    code = "wrong_store"

    def __init__(self, *, store: str, stores: list[str]) -> None:
        self.store = store
        self.stores = stores


class NotInAudience(Refusal):
    """It is for members with other tags, or of other segments."""

    code = "audience"


class TierNeeded(Refusal):
    """It is for members of one of these levels."""

    code = "tier"

    def __init__(self, *, tiers: list[str]) -> None:
        self.tiers = tiers


class PerMemberLimit(Refusal):
    """The member has had it as often as anybody may, ever or in the last `days` days."""

    code = "per_member_limit"

    def __init__(self, *, limit: int, days: int | None) -> None:
        self.limit = limit
        self.days = days


class TotalLimit(Refusal):
    """All there were are taken."""

    code = "total_limit"

    def __init__(self, *, stock: int) -> None:
        self.stock = stock


class TooDear(Refusal):
    """The price is more than the member can spend."""

    code = "insufficient_balance"

    def __init__(self, *, unit: str, available: int, wanted: int) -> None:
        self.unit = unit
        self.available = available
        self.wanted = wanted


class ClaimantLocked(Refusal):
    """A locked member looks and earns, and claims and uses nothing."""

    code = "member_locked"


class ClaimantBlocked(Refusal):
    """A blocked member is not valid anywhere."""

    code = "member_blocked"


class ClaimantLeft(Refusal):
    """Who has left the program claims and uses nothing until they come back."""

    code = "member_left"


class Claimant(msgspec.Struct, frozen=True, kw_only=True):
    """What claiming asks about a member: `tiers` are the levels held, `available` what can be spent, by unit."""

    status: str = "active"
    tiers: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    available: Mapping[str, int] = {}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody claims or uses: a store with its tags and time zone; no store where it happens on a phone."""

    store: str = ""
    tags: tuple[str, ...] = ()
    zone: tzinfo | None = None


ANYWHERE = Place()


def price_of(reward: Reward, tiers: frozenset[str]) -> tuple[str, int] | None:
    """Return (unit, amount) for a member of these levels, the lowest where several name one; None: not for sale."""
    if reward.price is None:
        return None
    special = [amount for tier, amount in reward.price.by_tier.items() if tier in tiers]
    return reward.price.unit, min(special, default=reward.price.amount)


def check_claim(
    reward: Reward, who: Claimant, *, at: datetime, place: Place = ANYWHERE, had: int = 0, taken: int = 0
) -> Refusal | None:
    """Return why this member may not claim this reward now, or None.

    `had`: how often the member has claimed it within the reward's limit; `taken`: how many everybody has.
    """
    price = price_of(reward, who.tiers)
    if price is None:
        return RewardNotFound()
    return (
        _check_status(who)
        or _check_window(at, start=reward.starts_at, end=reward.ends_at)
        or _check_audience(reward.audience, who, at=at)
        or _check_place(reward, place, at=at)
        or _check_limits(reward, had=had, taken=taken)
        or _check_balance(who, unit=price[0], amount=price[1])
    )


def check_use(
    reward: Reward, *, status: str, at: datetime, usable_until: datetime | None, place: Place = ANYWHERE
) -> Refusal | None:
    """Return why an outstanding reward cannot be used now, at this place, or None.

    `usable_until` is the end that the member was promised. A reward that is for certain stores or hours is used at a
    named store.
    """
    return (
        _check_status(Claimant(status=status))
        or _check_window(at, start=reward.use_from, end=usable_until)
        or _check_place(reward, place, at=at, is_use=True)
        or _check_hours(reward, place, at=at)
    )


def check_when(when: Conditions, who: Claimant, *, at: datetime, place: Place = ANYWHERE) -> Refusal | None:
    """Return why conditions do not hold for something that is no sale: of spend, tenders, channels and the number of
    purchases nothing is asked.
    """
    if refusal := _check_window(at, start=when.starts_at, end=when.ends_at):
        return refusal
    named = bool(when.stores) or when.store_tags != Tags()
    where = Conditions(stores=when.stores, store_tags=when.store_tags)
    if named and not (place.store and _holds(where, Facts(store_tags=place.tags), place, at=at)):
        return NotAtThisStore(store=place.store, stores=list(when.stores))
    if when.hours:
        if place.zone is None:
            return NotAtThisStore(store=place.store, stores=list(when.stores))
        facts = Facts(minute=minute_of_week(at.astimezone(place.zone)))
        if not _holds(Conditions(hours=when.hours), facts, place, at=at):
            return OutsideHours()
    return _check_audience(when.audience, who, at=at)


def usable_until(reward: Reward, *, issued_at: datetime, zone: tzinfo) -> datetime | None:
    """Return the half-open end of a reward's use, or None for ever: of the end all share and the days each member
    has, the earlier one, unless the reward honours the full period. `zone` is the program's.
    """
    days = reward.use_within_days
    own = expires_at(AfterDays(days), given_at=issued_at, zone=zone) if days else None
    if own is None or (reward.use_until is not None and not reward.honour_full_period and reward.use_until < own):
        return reward.use_until
    return own


def _check_status(who: Claimant) -> Refusal | None:
    match who.status:
        case "locked":
            return ClaimantLocked()
        case "blocked":
            return ClaimantBlocked()
        case "left":
            return ClaimantLeft()
        case _:
            return None


def _check_window(at: datetime, *, start: datetime | None, end: datetime | None) -> Refusal | None:
    if start is not None and at < start:
        return NotStarted(starts_at=start)
    if end is not None and at >= end:
        return TimeIsOver(ended_at=end)
    return None


def _check_audience(audience: Audience, who: Claimant, *, at: datetime) -> Refusal | None:
    if audience.tiers and who.tiers.isdisjoint(audience.tiers):
        return TierNeeded(tiers=list(audience.tiers))
    when = Conditions(audience=msgspec.structs.replace(audience, tiers=()))
    facts = Facts(tags=who.tags, segments=who.segments)
    return None if _holds(when, facts, ANYWHERE, at=at) else NotInAudience()


def _check_place(reward: Reward, place: Place, *, at: datetime, is_use: bool = False) -> Refusal | None:
    if not place.store and (not is_use or not (reward.stores or reward.store_tags != Tags())):
        return None
    when = Conditions(stores=reward.stores, store_tags=reward.store_tags)
    if _holds(when, Facts(store_tags=place.tags), place, at=at):
        return None
    return NotAtThisStore(store=place.store, stores=list(reward.stores))


def _check_hours(reward: Reward, place: Place, *, at: datetime) -> Refusal | None:
    if not reward.use_hours:
        return None
    if place.zone is None:
        return NotAtThisStore(store=place.store, stores=list(reward.stores))
    facts = Facts(minute=minute_of_week(at.astimezone(place.zone)))
    return None if _holds(Conditions(hours=reward.use_hours), facts, place, at=at) else OutsideHours()


def _check_limits(reward: Reward, *, had: int, taken: int) -> Refusal | None:
    if reward.per_member is not None and had >= reward.per_member.limit:
        return PerMemberLimit(limit=reward.per_member.limit, days=reward.per_member.days)
    if reward.stock is not None and taken >= reward.stock:
        return TotalLimit(stock=reward.stock)
    return None


def _check_balance(who: Claimant, *, unit: str, amount: int) -> Refusal | None:
    available = who.available.get(unit, 0)
    return TooDear(unit=unit, available=available, wanted=amount) if amount > available and amount else None


def _holds(when: Conditions, facts: Facts, place: Place, *, at: datetime) -> bool:
    visit = Purchase(occurred_at=at, store=place.store, lines=(), total_minor=0, money_minor=0)
    return all(question(visit, facts) for question in questions_of(when))
