"""What the shop has and ever sold, as far as a program names it: stores, tags, articles, channels, tenders."""

from collections.abc import Iterable
from itertools import chain

import msgspec

from regulars.core.checks.shop import Shop
from regulars.core.checks.spots import all_conditions, all_items
from regulars.core.program.document import ProgramDocument
from regulars.platform.rows import fetch
from regulars.programs.soundness import read_shop

HAS_SOLD = "SELECT EXISTS (SELECT FROM sales_sale)"
CATEGORIES = "SELECT DISTINCT category FROM sales_line"
BRANDS = "SELECT DISTINCT brand FROM sales_line"
LABELS = "SELECT DISTINCT unnest(labels) FROM sales_line WHERE labels <> '{}'"
SKUS = "SELECT DISTINCT sku FROM sales_line WHERE sku = ANY(%(named)s)"
CHANNELS = "SELECT DISTINCT channel FROM sales_sale"
TENDERS = "SELECT DISTINCT tender->>'type' FROM sales_sale, jsonb_array_elements(tenders) AS tender"

_ARTICLES = {"skus": SKUS, "categories": CATEGORIES, "brands": BRANDS, "labels": LABELS}


def read_known_shop(document: ProgramDocument) -> Shop:
    """Return what is known of the shop, to check `document` against; only what it names is looked up.

    A shop that has not sold yet knows no article.
    """
    shop = read_shop()
    [[has_sold]] = fetch(HAS_SOLD, {})
    if not has_sold:
        return shop
    named = {
        field: set(chain.from_iterable(getattr(items, field) for _, items in all_items(document)))
        for field in _ARTICLES
    }
    named["skus"].update(chain.from_iterable(collection.skus for collection in document.collections))
    whens = [when for _, when in all_conditions(document)]
    return msgspec.structs.replace(
        shop,
        articles={field: _seen(sql, named[field]) for field, sql in _ARTICLES.items() if named[field]},
        channels=_seen(CHANNELS, ()) if any(when.channels for when in whens) else None,
        tenders=_seen(TENDERS, ()) if any(when.tenders for when in whens) else None,
    )


def _seen(sql: str, named: Iterable[str]) -> frozenset[str]:
    return frozenset(name for (name,) in fetch(sql, {"named": sorted(named)}) if name)
