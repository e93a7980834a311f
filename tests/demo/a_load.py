"""A load of the small year, as `regulars demo` does it; also run as a process of its own that somebody kills.

python -m tests.demo.a_load SCHEMA FILE AT
"""

import sys
from datetime import datetime
from pathlib import Path


def load(file: Path, *, at: datetime, products=None, stop_after: int | None = None, at_once: int = 50) -> int:
    """Load a file into the merchant whose schema is set; how many baskets were new. `stop_after` so many batches."""
    from regulars.demo.journey import find_file, read_baskets, read_outline, read_products
    from regulars.demo.sell import sell
    from regulars.demo.shop import enrol_households, open_all_stores, open_program

    products = products or read_products(find_file("products"))
    outline = read_outline(file)
    weeks = open_program(outline, at=at)
    open_all_stores(outline, at=at)
    for _ in enrol_households(outline, weeks=weeks, at=at):
        pass
    new = 0
    for batch, (count, is_new) in enumerate(sell(read_baskets(file), products, weeks=weeks, at=at, at_once=at_once), 1):
        new += count * is_new
        if batch == stop_after:
            break
    return new


if __name__ == "__main__":
    import django

    django.setup()
    from django_tenants.utils import schema_context

    schema, source, moment = sys.argv[1:]
    with schema_context(schema):
        load(Path(source), at=datetime.fromisoformat(moment), at_once=5)
