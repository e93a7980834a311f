"""Stamp cards and rewards in plain words."""

from datetime import UTC, tzinfo

from regulars.core.describe.conditions import (
    describe_audience,
    describe_conditions,
    describe_items,
    describe_places,
    level_names,
)
from regulars.core.describe.limits import describe_expiry
from regulars.core.describe.rules import Aspects, find_unit
from regulars.core.money import write_money
from regulars.core.phrases import count, either, nth, some, write_hours, write_minutes, write_moment
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Reward
from regulars.core.program.stamp_cards import ByHand, ByItem, BySpend, ByVisit, StampCard


def describe_stamp_card(card: StampCard, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> str:
    """Say a card in one sentence: "1 stamp for each unit of category COFFEE; 10 stamps give “Free coffee”; …"."""
    told = tell_stamp_card(card, document=document, currency=currency, zone=zone)
    return "; ".join(
        [
            ", ".join(told[name] for name in ("gives", "when") if name in told),
            *(told[name] for name in ("rewards", "limits", "full", "lives") if name in told),
        ]
    )


def tell_stamp_card(card: StampCard, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> Aspects:
    """Tell a card by its aspects: gives, when, rewards, limits, full, lives, refunds."""
    names = {reward.code: f"“{reward.name}”" for reward in document.rewards}
    marks = [f"the {nth(place)} gives {names.get(code, code)}" for place, code in sorted(card.interim.items())]
    limits = [f"at most {some(card.max_per_sale, 'stamp')} a sale"] if card.max_per_sale else []
    if card.max_per_day:
        limits.append(f"at most {some(card.max_per_day, 'stamp')} a day")
    if card.cool_down_minutes:
        limits.append(f"codes not again within {write_minutes(card.cool_down_minutes)}")
    told = {
        "gives": _stamps(card, document, currency),
        "when": ", ".join(describe_conditions(card.when, document, currency=currency, zone=zone)),
        "rewards": ", ".join([f"{some(card.size, 'stamp')} give {names.get(card.final, card.final)}", *marks]),
        "limits": ", ".join(limits),
        "full": _full(card),
        "lives": f"a stamp {describe_expiry(card.expiry)}",
        "refunds": "a full card that is refunded after its reward was used "
        + ("leaves stamps owed" if card.used_reward == "debt" else "is the shop's loss"),
        "note": card.note,
    }
    return {name: words for name, words in told.items() if words}


def describe_reward(reward: Reward, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> str:
    """Say a reward in one sentence: "costs 200 points, 150 points for Gold members; in store 330; …"."""
    told = tell_reward(reward, document=document, currency=currency, zone=zone)
    return "; ".join(told[name] for name in ("gives", "price", "when", "limits", "use") if name in told)


def tell_reward(reward: Reward, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> Aspects:
    """Tell a reward by its aspects: gives, price, when, limits, use, cost."""
    limits = [f"{reward.stock:,} there are"] if reward.stock else []
    if reward.per_member:
        days = reward.per_member.days
        often = {1: "once", 2: "twice"}.get(reward.per_member.limit, f"{reward.per_member.limit:,} times")
        limits.append(f"{often} for each member" + (f" in {some(days, 'day')}" if days else ""))
    when = [*describe_places(reward.stores, reward.store_tags), *describe_audience(reward.audience, document)]
    if reward.starts_at:
        when.append(f"starting {write_moment(reward.starts_at, zone)}")
    if reward.ends_at:
        when.append(f"until {write_moment(reward.ends_at, zone)}")
    told = {
        "gives": _reward_gives(reward, document, currency),
        "price": _price(reward, document),
        "when": ", ".join(when),
        "limits": ", ".join(limits),
        "use": ", ".join(_use(reward, zone)),
        "cost": f"costs the shop {write_money(reward.cost_minor, currency)}" if reward.cost_minor else "",
        "text": reward.description,
    }
    return {name: words for name, words in told.items() if words}


def _stamps(card: StampCard, document: ProgramDocument, currency: str) -> str:
    match card.earn:
        case ByVisit(stamps=stamps, min_spend_minor=minimum):
            least = f" from {write_money(minimum, currency)}" if minimum else ""
            return f"{some(stamps, 'stamp')} for a sale{least}"
        case BySpend(per_minor=per, stamps=stamps, carry=carry):
            rest = ", and what is left over counts with the next sale" if carry else ""
            return f"{some(stamps, 'stamp')} for each full {write_money(per, currency)}{rest}"
        case ByItem(items=items, stamps=stamps):
            return f"{some(stamps, 'stamp')} for each unit of {describe_items(items, document)}"
        case ByHand():
            return "stamps from the team, one-time codes and the store's poster"


def _full(card: StampCard) -> str:
    if not card.restart:
        return "a full card is the last one"
    return "a full card is followed by the next" + ("" if card.overflow else ", and stamps that were over are lost")


def _reward_gives(reward: Reward, document: ProgramDocument, currency: str) -> str:
    gives = reward.gives
    if gives.minor:
        return f"{write_money(gives.minor, currency)} off"
    if gives.percent:
        return f"{gives.percent} % off"
    if gives.unit and gives.amount:
        return f"{count(gives.amount, find_unit(document, gives.unit))}, credited at once"
    kind = {"gift": "a gift", "experience": "an experience"}.get(reward.kind, "a product")
    return f"{kind} (SKU {gives.sku})" if gives.sku else kind


def _use(reward: Reward, zone: tzinfo) -> list[str]:
    use = [f"to be used within {some(reward.use_within_days, 'day')}"] if reward.use_within_days else []
    if reward.honour_full_period and reward.use_within_days:
        use[0] += " in any case"
    if reward.use_from:
        use.append(f"usable from {write_moment(reward.use_from, zone)}")
    if reward.use_until:
        use.append(f"usable until {write_moment(reward.use_until, zone)}")
    if reward.use_hours:
        use.append(f"usable {either([write_hours(hours) for hours in reward.use_hours])}")
    return [*use, "sent by the team"] if reward.is_sent else use


def _price(reward: Reward, document: ProgramDocument) -> str:
    if reward.price is None:
        return "not to be bought: cards, levels and the team give it"
    unit, names = find_unit(document, reward.price.unit), level_names(document)
    other = (
        f", {'free' if not amount else count(amount, unit)} for {names.get(code, code)} members"
        for code, amount in reward.price.by_tier.items()
    )
    return f"costs {count(reward.price.amount, unit)}{''.join(other)}"
