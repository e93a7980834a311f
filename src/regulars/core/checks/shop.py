"""Names that mean something only in the shop: stores and tags that must exist, and articles that nobody ever sold."""

from collections.abc import Collection, Iterable, Iterator

import msgspec

from regulars.core.checks.faults import Fault, suggest, unknown, warning
from regulars.core.checks.spots import all_conditions, all_items
from regulars.core.program.conditions import Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.tongue import mark, say

_UNSEEN = {
    "SKU": mark("No sale so far had the SKU “%(name)s”%(hint)s"),
    "category": mark("No sale so far had the category “%(name)s”%(hint)s"),
    "brand": mark("No sale so far had the brand “%(name)s”%(hint)s"),
    "label": mark("No sale so far had the label “%(name)s”%(hint)s"),
    "channel": mark("No sale so far had the channel “%(name)s”%(hint)s"),
    "tender": mark("No sale so far had the tender “%(name)s”%(hint)s"),
}
_ARTICLES = {"skus": "SKU", "categories": "category", "brands": "brand", "labels": "label"}


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop has. What is None, or missing among the articles, is not known, and nothing is said about it.

    `articles` are names seen in recorded sales, by the field of `Items` that they belong to; `channels` and `tenders`
    likewise.
    """

    stores: frozenset[str] | None = None
    store_tags: frozenset[str] | None = None
    member_tags: frozenset[str] | None = None
    segments: frozenset[str] | None = None
    articles: dict[str, frozenset[str]] = msgspec.field(default_factory=dict)
    channels: frozenset[str] | None = None
    tenders: frozenset[str] | None = None


def check_shop(document: ProgramDocument, shop: Shop) -> Iterator[Fault]:
    yield from _places(document, shop)
    yield from _members(document, shop)
    yield from _articles(document, shop)
    for path, when in all_conditions(document):
        yield from _unseen(f"{path}.channels", "channel", when.channels, shop.channels)
        yield from _unseen(f"{path}.tenders", "tender", when.tenders, shop.tenders)


def _places(document: ProgramDocument, shop: Shop) -> Iterator[Fault]:
    spots = [(path, when.stores, when.store_tags) for path, when in all_conditions(document)]
    spots += [(f"rewards[{i}]", reward.stores, reward.store_tags) for i, reward in enumerate(document.rewards)]
    for path, stores, tags in spots:
        yield from _unknown(f"{path}.stores", "store", stores, shop.stores)
        yield from _unknown_tags(f"{path}.store_tags", "store tag", tags, shop.store_tags)


def _members(document: ProgramDocument, shop: Shop) -> Iterator[Fault]:
    spots = [(f"{path}.audience", when.audience) for path, when in all_conditions(document)]
    spots += [(f"rewards[{i}].audience", reward.audience) for i, reward in enumerate(document.rewards)]
    for path, audience in spots:
        yield from _unknown_tags(f"{path}.tags", "member tag", audience.tags, shop.member_tags)
        yield from _unknown(f"{path}.segments", "segment", audience.segments, shop.segments)


def _articles(document: ProgramDocument, shop: Shop) -> Iterator[Fault]:
    for path, items in all_items(document):
        for field, what in _ARTICLES.items():
            yield from _unseen(f"{path}.{field}", what, getattr(items, field), shop.articles.get(field))
    for i, collection in enumerate(document.collections):
        if not collection.skus:
            said = say("It holds no SKU: nothing is in it.")
            yield Fault(f"collections[{i}].skus", "no_items", said)
        yield from _unseen(f"collections[{i}].skus", "SKU", collection.skus, shop.articles.get("skus"))


def _unknown_tags(path: str, what: str, tags: Tags, known: Collection[str] | None) -> Iterator[Fault]:
    for field in ("any", "all", "none"):
        yield from _unknown(f"{path}.{field}", what, getattr(tags, field), known)


def _unknown(path: str, what: str, names: Iterable[str], known: Collection[str] | None) -> Iterator[Fault]:
    if known is not None:
        for i, name in enumerate(names):
            if name not in known:
                yield unknown(f"{path}[{i}]", what, name, known)


def _unseen(path: str, what: str, names: Iterable[str], seen: Collection[str] | None) -> Iterator[Fault]:
    if seen is not None:
        for i, name in enumerate(names):
            if name not in seen:
                said = say(_UNSEEN[what], name=name, hint=suggest(name, seen))
                yield warning(f"{path}[{i}]", f"unseen_{what.lower()}", said)
