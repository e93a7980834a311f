"""Members as rows: what a column says of each, for the list on the screen and for the file that is taken home."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from regulars.audiences.find import count_members as count
from regulars.audiences.find import each_batch
from regulars.audiences.segments import asking_at
from regulars.audiences.tags import tags_of
from regulars.core.attributes import AttributeKind, Value
from regulars.core.audience import read_condition
from regulars.core.money import minor_digits
from regulars.ledger.statement import balances_of
from regulars.members.attributes import Definitions, load_definitions, read_values
from regulars.members.rows import MemberRow, read_members
from regulars.platform.rows import fetch
from regulars.platform.sheets import Cell
from regulars.programs.book import Book, load_book
from regulars.reports.exports.source import Asked, Batch, Source, register

LEVELS = """
SELECT member_id, tier_set, level FROM tiers_standing WHERE member_id = ANY(%(members)s::bigint[]) AND level IS NOT NULL
"""

SECONDS = 0.05
"""How long it is counted whether a file is made at once."""

# Each by the index of one member's sales.
SALES = """
SELECT wanted.id, count(sale.id), max(sale.occurred_at), coalesce(sum(sale.total_minor - sale.refunded_minor), 0)
FROM unnest(%(members)s::bigint[]) AS wanted(id) LEFT JOIN sales_sale AS sale ON sale.member_id = wanted.id
GROUP BY wanted.id
"""


class Facts(msgspec.Struct, frozen=True):
    """What was read about a batch of members, as far as the columns ask for it."""

    book: Book
    tags: dict[int, tuple[str, ...]]
    values: dict[int, dict[str, Value]]
    balances: dict[int, dict[str, Decimal]]
    levels: dict[int, dict[str, str]]
    sales: dict[int, tuple[int, datetime | None, int]]


def _card(member: MemberRow, facts: Facts) -> Cell:
    active = [card.number for card in member.cards if card.status == "active"]
    return next(iter(active), member.cards[0].number if member.cards else None)


def _bought(member: MemberRow, facts: Facts) -> Cell:
    last = facts.sales[member.id][1]
    return last.astimezone(facts.book.zone) if last else None


def _spent(member: MemberRow, facts: Facts) -> Cell:
    return Decimal(facts.sales[member.id][2]).scaleb(-minor_digits(facts.book.program.currency))


FIXED: dict[str, Callable[[MemberRow, Facts], Cell]] = {
    "number": lambda member, facts: member.id,
    "name": lambda member, facts: member.name,
    "first_name": lambda member, facts: member.first_name,
    "last_name": lambda member, facts: member.last_name,
    "card": _card,
    "phone": lambda member, facts: member.phone,
    "email": lambda member, facts: member.email,
    "external_id": lambda member, facts: member.external_id,
    "born": lambda member, facts: member.birth_on,
    "status": lambda member, facts: member.status,
    "joined": lambda member, facts: member.joined_at.astimezone(facts.book.zone) if member.joined_at else None,
    "known_since": lambda member, facts: member.created_at.astimezone(facts.book.zone),
    "language": lambda member, facts: member.language,
    "home_store": lambda member, facts: member.home_store,
    "tags": lambda member, facts: "; ".join(facts.tags.get(member.id, ())),
    "purchases": lambda member, facts: facts.sales[member.id][0],
    "last_bought": _bought,
    "spent": _spent,
}
"""Columns that every shop has, by code."""

UNIT, LEVEL, FIELD = "unit:", "level:", "field:"
"""What the columns of the shop's own begin with: a unit's balance, a tier set's level, an attribute's value."""

OF_SALES = {"purchases", "last_bought", "spent"}


def read_cells(ids: Sequence[int], columns: Sequence[str], *, at: datetime) -> list[tuple[MemberRow, list[Cell]]]:
    """Return these members in their order, each with the cells of these columns, by code; a column that nobody knows
    (any more) is empty. The number of statements does not grow with the members.
    """
    members = [member.at(at) for member in read_members(ids)]
    definitions = load_definitions()
    facts = _look([member.id for member in members], columns, definitions, at=at)
    return [(member, [_cell(member, column, facts, definitions) for column in columns]) for member in members]


def _look(ids: Sequence[int], columns: Sequence[str], definitions: Definitions, *, at: datetime) -> Facts:
    asked = {"members": list(ids)}
    book = load_book()
    fields = {column.removeprefix(FIELD) for column in columns if column.startswith(FIELD)}
    named = Definitions(tuple(each for each in definitions if each.code in fields))
    levels: dict[int, dict[str, str]] = {}
    if any(column.startswith(LEVEL) for column in columns):
        for member, tier_set, level in fetch(LEVELS, asked):
            levels.setdefault(member, {})[tier_set] = level
    balances: dict[int, dict[str, Decimal]] = {}
    if any(column.startswith(UNIT) for column in columns):
        for member, held in balances_of(ids, at=at).items():
            balances[member] = {
                each.unit: Decimal(each.available).scaleb(-book.unit(each.unit).decimals) for each in held
            }
    return Facts(
        book=book,
        tags=tags_of(ids) if "tags" in columns else {},
        values=read_values(ids, named) if fields else {},
        balances=balances,
        levels=levels,
        sales={row[0]: (row[1], row[2], int(row[3])) for row in fetch(SALES, asked)} if OF_SALES & set(columns) else {},
    )


def _cell(member: MemberRow, column: str, facts: Facts, definitions: Definitions) -> Cell:
    if column in FIXED:
        return FIXED[column](member, facts)
    if column.startswith(UNIT):
        return facts.balances.get(member.id, {}).get(column.removeprefix(UNIT))
    if column.startswith(LEVEL):
        return facts.levels.get(member.id, {}).get(column.removeprefix(LEVEL))
    if column.startswith(FIELD):
        return _value(facts.values.get(member.id, {}).get(column.removeprefix(FIELD)), column, definitions)
    return None


def _value(value: Value | None, column: str, definitions: Definitions) -> Cell:
    """A shop's own field as people read it: a choice in its words, a file by its number."""
    definition = next((each for each in definitions if each.code == column.removeprefix(FIELD)), None)
    if value is None or definition is None:
        return None
    match value:
        case tuple():
            return "; ".join(definition.label_of(code) for code in value)
        case str() if definition.kind is AttributeKind.CHOICE:
            return definition.label_of(value)
        case bool() | str() | Decimal() | date():
            return value
        case _:
            return str(value)


def _read(asked: Asked, columns: Sequence[str], at: datetime) -> Iterator[Batch]:
    for ids in _ids(asked, at):
        yield [cells for _, cells in read_cells(ids, columns, at=at)]


def _ids(asked: Asked, at: datetime) -> Iterator[list[int]]:
    """The members who were ticked, or everybody whom the filter means."""
    if ticked := asked.get("members"):
        return iter([list(ticked)])
    return each_batch(read_condition(asked["condition"]), asking_at(at))


def _count(asked: Asked, at: datetime) -> int:
    if ticked := asked.get("members"):
        return len(ticked)
    return count(read_condition(asked["condition"]), asking_at(at), seconds=SECONDS).members


MEMBERS = register(Source(name="members", count=_count, read=_read))
