"""When a rule counts and which lines it means, in words."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from regulars.core.money import write_money
from regulars.core.phrases import either, nth, quoted, write_hours, write_moment, write_tags
from regulars.core.program.conditions import Audience, Conditions, Nth, Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.tongue import say


def describe_items(items: Items, document: ProgramDocument) -> str:
    """Say which lines are meant: "SKU 100, category COFFEE or “Hot drinks”"."""
    collections = {collection.code: collection.name for collection in document.collections}
    return either(
        [
            *(say("SKU %(name)s", name=sku) for sku in items.skus),
            *(say("category %(name)s", name=category) for category in items.categories),
            *(say("brand %(name)s", name=brand) for brand in items.brands),
            *(say("label %(name)s", name=label) for label in items.labels),
            *(quoted(collections.get(code, code)) for code in items.collections),
        ]
    )


def describe_conditions(when: Conditions, document: ProgramDocument, *, currency: str, zone: tzinfo) -> list[str]:
    """Say each condition in a phrase: "on weekdays before 10:00", "in store 330", "from 10.00 USD"."""
    phrases = [either([write_hours(hours) for hours in when.hours])] if when.hours else []
    phrases += describe_places(when.stores, when.store_tags)
    if when.channels:
        phrases.append(say("sold through %(channels)s", channels=either(when.channels)))
    if when.min_spend_minor:
        phrases.append(say("from %(money)s", money=write_money(when.min_spend_minor, currency)))
    if when.tenders:
        phrases.append(say("paid by %(tenders)s", tenders=either(when.tenders)))
    if when.purchase:
        phrases.append(_purchase(when.purchase))
    phrases += describe_audience(when.audience, document)
    if when.starts_at:
        phrases.append(say("starting %(moment)s", moment=write_moment(when.starts_at, zone)))
    if when.ends_at:
        phrases.append(say("until %(moment)s", moment=write_moment(when.ends_at, zone)))
    return phrases


def describe_audience(audience: Audience, document: ProgramDocument) -> list[str]:
    """Say who is meant: "for Gold members", "for members tagged vip"."""
    phrases = []
    if audience.tiers:
        names = level_names(document)
        levels = either([names.get(code, code) for code in audience.tiers])
        phrases.append(say("for %(levels)s members", levels=levels))
    if audience.tags != Tags():
        phrases.append(say("for members %(tagged)s", tagged=write_tags(audience.tags)))
    if audience.segments:
        phrases.append(say("for members of the segment %(names)s", names=either(audience.segments)))
    return phrases


def describe_places(stores: Sequence[str], store_tags: Tags) -> list[str]:
    """Say where: "in store 330 or stores tagged airport"; one match is enough."""
    where = [say("store %(code)s", code=code) for code in stores]
    if store_tags != Tags():
        where.append(say("stores %(tagged)s", tagged=write_tags(store_tags)))
    return [say("in %(places)s", places=either(where))] if where else []


def level_names(document: ProgramDocument) -> Mapping[str, str]:
    """Return the names of all levels by their codes."""
    return {level.code: level.name for tier_set in document.tier_sets for level in tier_set.levels}


def _purchase(purchase: Nth) -> str:
    if purchase.every:
        return say("on every %(nth)s purchase", nth=nth(purchase.number))
    if purchase.number == 1:
        return say("on the first purchase")
    return say("on the %(nth)s purchase", nth=nth(purchase.number))
