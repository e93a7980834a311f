"""When a rule counts and which lines it means, in words."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from regulars.core.money import write_money
from regulars.core.phrases import either, nth, write_hours, write_moment, write_tags
from regulars.core.program.conditions import Audience, Conditions, Nth, Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items


def describe_items(items: Items, document: ProgramDocument) -> str:
    """Say which lines are meant: "SKU 100, category COFFEE or “Hot drinks”"."""
    collections = {collection.code: collection.name for collection in document.collections}
    return either(
        [
            *(f"SKU {sku}" for sku in items.skus),
            *(f"category {category}" for category in items.categories),
            *(f"brand {brand}" for brand in items.brands),
            *(f"label {label}" for label in items.labels),
            *(f"“{collections.get(code, code)}”" for code in items.collections),
        ]
    )


def describe_conditions(when: Conditions, document: ProgramDocument, *, currency: str, zone: tzinfo) -> list[str]:
    """Say each condition in a phrase: "on weekdays before 10:00", "in store 330", "from 10.00 USD"."""
    phrases = [either([write_hours(hours) for hours in when.hours])] if when.hours else []
    phrases += describe_places(when.stores, when.store_tags)
    if when.channels:
        phrases.append(f"sold through {either(when.channels)}")
    if when.min_spend_minor:
        phrases.append(f"from {write_money(when.min_spend_minor, currency)}")
    if when.tenders:
        phrases.append(f"paid by {either(when.tenders)}")
    if when.purchase:
        phrases.append(_purchase(when.purchase))
    phrases += describe_audience(when.audience, document)
    if when.starts_at:
        phrases.append(f"starting {write_moment(when.starts_at, zone)}")
    if when.ends_at:
        phrases.append(f"until {write_moment(when.ends_at, zone)}")
    return phrases


def describe_audience(audience: Audience, document: ProgramDocument) -> list[str]:
    """Say who is meant: "for Gold members", "for members tagged vip"."""
    phrases = []
    if audience.tiers:
        names = level_names(document)
        phrases.append(f"for {either([names.get(code, code) for code in audience.tiers])} members")
    if audience.tags != Tags():
        phrases.append(f"for members {write_tags(audience.tags)}")
    if audience.segments:
        phrases.append(f"for members of the segment {either(audience.segments)}")
    return phrases


def describe_places(stores: Sequence[str], store_tags: Tags) -> list[str]:
    """Say where: "in store 330 or stores tagged airport"; one match is enough."""
    where = [f"store {code}" for code in stores]
    if store_tags != Tags():
        where.append(f"stores {write_tags(store_tags)}")
    return [f"in {either(where)}"] if where else []


def level_names(document: ProgramDocument) -> Mapping[str, str]:
    """Return the names of all levels by their codes."""
    return {level.code: level.name for tier_set in document.tier_sets for level in tier_set.levels}


def _purchase(purchase: Nth) -> str:
    if purchase.every:
        return f"on every {nth(purchase.number)} purchase"
    return "on the first purchase" if purchase.number == 1 else f"on the {nth(purchase.number)} purchase"
