"""Which lines of a sale are meant."""

from regulars.core.program.words import Code, Name, Part, Title


class Items(Part, frozen=True, kw_only=True):
    """A line is meant if its SKU, category, brand, one of its labels, or a collection that holds its SKU is named."""

    skus: tuple[Name, ...] = ()
    categories: tuple[Name, ...] = ()
    brands: tuple[Name, ...] = ()
    labels: tuple[Name, ...] = ()
    collections: tuple[Code, ...] = ()


class Collection(Part, frozen=True, kw_only=True):
    """SKUs under one name, kept in the program."""

    code: Code
    name: Title
    skus: tuple[Name, ...]
