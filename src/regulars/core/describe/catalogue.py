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
from regulars.core.phrases import count, days, either, nth, quoted, stamps, write_hours, write_minutes, write_moment
from regulars.core.program.document import ProgramDocument
from regulars.core.program.rewards import Reward
from regulars.core.program.stamp_cards import ByHand, ByItem, BySpend, ByVisit, StampCard
from regulars.core.tongue import clauses, mark, say, say_many, statements

_THINGS = {"gift": mark("a gift"), "experience": mark("an experience"), "product": mark("a product")}


def describe_stamp_card(card: StampCard, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> str:
    """Say a card in one sentence: "1 stamp for each unit of category COFFEE; 10 stamps give “Free coffee”; …"."""
    told = tell_stamp_card(card, document=document, currency=currency, zone=zone)
    return statements(
        [
            clauses(told[name] for name in ("gives", "when") if name in told),
            *(told[name] for name in ("rewards", "limits", "full", "lives") if name in told),
        ]
    )


def tell_stamp_card(card: StampCard, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> Aspects:
    """Tell a card by its aspects: gives, when, rewards, limits, full, lives, refunds."""
    names = {reward.code: quoted(reward.name) for reward in document.rewards}
    marks = [
        say("the %(nth)s gives %(reward)s", nth=nth(place), reward=names.get(code, code))
        for place, code in sorted(card.interim.items())
    ]
    limits = [say("at most %(amount)s a sale", amount=stamps(card.max_per_sale))] if card.max_per_sale else []
    if card.max_per_day:
        limits.append(say("at most %(amount)s a day", amount=stamps(card.max_per_day)))
    if card.cool_down_minutes:
        limits.append(say("codes not again within %(span)s", span=write_minutes(card.cool_down_minutes)))
    filled = say("%(stamps)s give %(reward)s", stamps=stamps(card.size), reward=names.get(card.final, card.final))
    told = {
        "gives": _stamps(card, document, currency),
        "when": clauses(describe_conditions(card.when, document, currency=currency, zone=zone)),
        "rewards": clauses([filled, *marks]),
        "limits": clauses(limits),
        "full": _full(card),
        "lives": say("a stamp %(life)s", life=describe_expiry(card.expiry)),
        "refunds": say("a full card that is refunded after its reward was used leaves stamps owed")
        if card.used_reward == "debt"
        else say("a full card that is refunded after its reward was used is the shop's loss"),
        "note": card.note,
    }
    return {name: words for name, words in told.items() if words}


def describe_reward(reward: Reward, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> str:
    """Say a reward in one sentence: "costs 200 points, 150 points for Gold members; in store 330; …"."""
    told = tell_reward(reward, document=document, currency=currency, zone=zone)
    return statements(told[name] for name in ("gives", "price", "when", "limits", "use") if name in told)


def tell_reward(reward: Reward, *, document: ProgramDocument, currency: str, zone: tzinfo = UTC) -> Aspects:
    """Tell a reward by its aspects: gives, price, when, limits, use, cost."""
    limits = [say("%(n)s there are", n=reward.stock)] if reward.stock else []
    if reward.per_member:
        often = say("%(times)s for each member", times=_times(reward.per_member.limit))
        within = reward.per_member.days
        limits.append(say("%(often)s in %(days)s", often=often, days=days(within)) if within else often)
    when = [*describe_places(reward.stores, reward.store_tags), *describe_audience(reward.audience, document)]
    if reward.starts_at:
        when.append(say("starting %(moment)s", moment=write_moment(reward.starts_at, zone)))
    if reward.ends_at:
        when.append(say("until %(moment)s", moment=write_moment(reward.ends_at, zone)))
    told = {
        "gives": _reward_gives(reward, document, currency),
        "price": _price(reward, document),
        "when": clauses(when),
        "limits": clauses(limits),
        "use": clauses(_use(reward, zone)),
        "cost": say("costs the shop %(money)s", money=write_money(reward.cost_minor, currency))
        if reward.cost_minor
        else "",
        "text": reward.description,
    }
    return {name: words for name, words in told.items() if words}


def _stamps(card: StampCard, document: ProgramDocument, currency: str) -> str:
    match card.earn:
        case ByVisit(stamps=number, min_spend_minor=minimum):
            if not minimum:
                return say("%(amount)s for a sale", amount=stamps(number))
            least = write_money(minimum, currency)
            return say("%(amount)s for a sale from %(money)s", amount=stamps(number), money=least)
        case BySpend(per_minor=per, stamps=number, carry=carry):
            step = say("each full %(step)s", step=write_money(per, currency))
            gives = say("%(amount)s for %(step)s", amount=stamps(number), step=step)
            return clauses([gives, say("and what is left over counts with the next sale")]) if carry else gives
        case ByItem(items=items, stamps=number):
            named = describe_items(items, document)
            return say(
                "%(amount)s for %(step)s of %(items)s", amount=stamps(number), step=say("each unit"), items=named
            )
        case ByHand():
            return say("stamps from the team, one-time codes and the store's poster")


def _full(card: StampCard) -> str:
    if not card.restart:
        return say("a full card is the last one")
    if card.overflow:
        return say("a full card is followed by the next")
    return say("a full card is followed by the next, and stamps that were over are lost")


def _reward_gives(reward: Reward, document: ProgramDocument, currency: str) -> str:
    gives = reward.gives
    if gives.minor:
        return say("%(money)s off", money=write_money(gives.minor, currency))
    if gives.percent:
        return say("%(n)s %% off", n=gives.percent)
    if gives.unit and gives.amount:
        return say("%(amount)s, credited at once", amount=count(gives.amount, find_unit(document, gives.unit)))
    thing = say(_THINGS.get(reward.kind, _THINGS["product"]))
    return say("%(thing)s (SKU %(sku)s)", thing=thing, sku=gives.sku) if gives.sku else thing


def _times(number: int) -> str:
    match number:
        case 1:
            return say("once")
        case 2:
            return say("twice")
        case _:
            return say_many("%(n)s time", "%(n)s times", n=number)


def _use(reward: Reward, zone: tzinfo) -> list[str]:
    use = []
    if reward.use_within_days and reward.honour_full_period:
        use.append(say("to be used within %(days)s in any case", days=days(reward.use_within_days)))
    elif reward.use_within_days:
        use.append(say("to be used within %(days)s", days=days(reward.use_within_days)))
    if reward.use_from:
        use.append(say("usable from %(moment)s", moment=write_moment(reward.use_from, zone)))
    if reward.use_until:
        use.append(say("usable until %(moment)s", moment=write_moment(reward.use_until, zone)))
    if reward.use_hours:
        use.append(say("usable %(hours)s", hours=either([write_hours(hours) for hours in reward.use_hours])))
    return [*use, say("sent by the team")] if reward.is_sent else use


def _price(reward: Reward, document: ProgramDocument) -> str:
    if reward.price is None:
        return say("not to be bought: cards, levels and the team give it")
    unit, names = find_unit(document, reward.price.unit), level_names(document)
    other = (
        say(
            "%(amount)s for %(level)s members",
            amount=count(amount, unit) if amount else say("free"),
            level=names.get(code, code),
        )
        for code, amount in reward.price.by_tier.items()
    )
    return clauses([say("costs %(amount)s", amount=count(reward.price.amount, unit)), *other])
