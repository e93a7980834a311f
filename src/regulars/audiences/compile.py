"""A condition as SQL about one row of members_member, called `m`.

Each condition asks for one member through an index by member, so that it costs the same for a member of a shop of a
hundred and of a million: it is asked for a few members at a till, for a page of the list, or for all in batches.
"""
# ruff: noqa: S608  # what is put together here are our own names; what people typed are parameters

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import msgspec

from regulars.core.audience import (
    Age,
    AllOf,
    AnyOf,
    Attribute,
    Balance,
    Birthday,
    Bought,
    Condition,
    Expiring,
    HasCard,
    HasReward,
    HomeStore,
    InSegment,
    InStatus,
    Joined,
    LastBought,
    MayContact,
    Not,
    OnLevel,
    Reachable,
    Speaks,
    Standing,
    Tagged,
)
from regulars.core.periods import add_months, end_of_day, start_of_day

THERE = "m.merged_into_id IS NULL AND m.erased_at IS NULL"
"""Who is nobody any more belongs to no list: merged-in rows and erased ones."""

STANDING = {
    "member": "(m.joined_at IS NOT NULL AND m.left_at IS NULL)",
    "guest": "(m.joined_at IS NULL AND m.left_at IS NULL)",
    "left": "m.left_at IS NOT NULL",
}
COMPARED = {">=": "at_least", "<=": "at_most"}


class Question(msgspec.Struct, frozen=True):
    """SQL that is true of the members who are meant, and its parameters."""

    sql: str
    params: dict[str, Any]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """When and where a question is asked: segments by name, for those that ask for each other."""

    at: datetime
    zone: tzinfo
    segments: Mapping[str, Condition] = {}

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()


def compile_condition(condition: Condition, asking: Asking, *, prefix: str = "c") -> Question:
    """Return the SQL of a condition; parameters are named with `prefix`. A segment that is gone means nobody."""
    compiler = _Compiler(asking, prefix)
    return Question(compiler.say(condition), compiler.params)


class _Compiler:
    def __init__(self, asking: Asking, prefix: str) -> None:
        self.asking = asking
        self.prefix = prefix
        self.params: dict[str, Any] = {}
        self._inside: tuple[str, ...] = ()

    def say(self, condition: Condition) -> str:
        match condition:
            case AllOf(of=parts):
                return f"({' AND '.join(self.say(part) for part in parts)})" if parts else "true"
            case AnyOf(of=parts):
                return f"({' OR '.join(self.say(part) for part in parts)})" if parts else "false"
            case Not(of=part):
                return f"NOT coalesce({self.say(part)}, false)"
            case InSegment(any=names):
                return f"({' OR '.join(self._segment(name) for name in names)})"
            case _:
                return self._person(condition)

    def _person(self, condition: Condition) -> str:
        """What the member's own row and its nearest say."""
        match condition:
            case Standing(any=kinds):
                return f"({' OR '.join(STANDING[kind] for kind in kinds)})"
            case InStatus(any=statuses):
                now = f"CASE WHEN m.status_until <= {self._moment()} THEN 'active' ELSE m.status END"
                return f"{now} = ANY({self._bind(list(statuses))})"
            case Joined():
                return self._joined(condition)
            case Age():
                return self._age(condition)
            case Birthday():
                return self._birthday(condition)
            case Speaks(any=languages):
                return f"m.language = ANY({self._bind(list(languages))})"
            case HomeStore(any=stores):
                return f"m.home_store_id = ANY({self._ids('stores_store', 'code', stores)})"
            case Reachable(by=by, verified=verified):
                return self._reachable(by, verified=verified)
            case HasCard(types=types):
                of_type = f" AND type_code = ANY({self._bind(list(types))})" if types else ""
                return (
                    "EXISTS (SELECT FROM members_card WHERE member_id = m.id"
                    f" AND status NOT IN ('replaced', 'lost'){of_type})"
                )
            case Attribute():
                return self._attribute(condition)
            case Tagged():
                return self._tagged(condition)
            case _:
                return self._history(condition)

    def _history(self, condition: Condition) -> str:
        """What the shop has counted for the member."""
        match condition:
            case OnLevel(tier_set=tier_set, any=levels):
                found = f"SELECT FROM tiers_standing WHERE member_id = m.id AND tier_set = {self._bind(tier_set)}"
                if not levels:
                    return f"NOT EXISTS ({found} AND level IS NOT NULL)"
                return f"EXISTS ({found} AND level = ANY({self._bind(list(levels))}))"
            case Balance(unit=unit, of=of):
                amount = f"coalesce((SELECT {of} FROM ledger_account WHERE {self._account(unit)}), 0)"
                return self._compare(amount, condition.at_least, condition.at_most)
            case Expiring():
                return self._expiring(condition)
            case Bought():
                return self._bought(condition)
            case LastBought():
                return self._last_bought(condition)
            case HasReward(any=codes):
                named = f" AND reward = ANY({self._bind(list(codes))})" if codes else ""
                return (
                    "EXISTS (SELECT FROM rewards_issuedreward WHERE member_id = m.id AND status = 'outstanding'"
                    f" AND (usable_until IS NULL OR usable_until > {self._moment()}){named})"
                )
            case MayContact(purpose=purpose, channel=channel):
                return self._may_contact(purpose, channel)
            case _:
                raise AssertionError(f"nobody compiles {condition}")

    def _joined(self, condition: Joined) -> str:
        at, zone = self.asking.at, self.asking.zone
        parts = ["m.joined_at IS NOT NULL"]
        if condition.since is not None:
            parts.append(f"m.joined_at >= {self._bind(start_of_day(condition.since, zone))}")
        if condition.until is not None:
            parts.append(f"m.joined_at < {self._bind(end_of_day(condition.until, zone))}")
        if condition.at_least_days is not None:
            parts.append(f"m.joined_at <= {self._bind(at - timedelta(days=condition.at_least_days))}")
        if condition.at_most_days is not None:
            parts.append(f"m.joined_at > {self._bind(at - timedelta(days=condition.at_most_days))}")
        return f"({' AND '.join(parts)})"

    def _age(self, condition: Age) -> str:
        today, parts = self.asking.today, ["m.birth_on IS NOT NULL"]
        if condition.at_least is not None:
            parts.append(f"m.birth_on <= {self._bind(add_months(today, -12 * condition.at_least))}::date")
        if condition.at_most is not None:
            parts.append(f"m.birth_on > {self._bind(add_months(today, -12 * (condition.at_most + 1)))}::date")
        return f"({' AND '.join(parts)})"

    def _birthday(self, condition: Birthday) -> str:
        parts = []
        if condition.months:
            parts.append(f"extract(month FROM m.birth_on) = ANY({self._bind(list(condition.months))}::int[])")
        if condition.within_days is not None:
            days = _days_ahead(self.asking.today, condition.within_days)
            on = "extract(month FROM m.birth_on)::int * 100 + extract(day FROM m.birth_on)::int"
            parts.append(f"{on} = ANY({self._bind(days)}::int[])")
        return f"(m.birth_on IS NOT NULL AND ({' OR '.join(parts)}))"

    def _reachable(self, by: Sequence[str], *, verified: bool) -> str:
        kinds = [kind for kind in by if kind != "card"]
        ways = ["m.has_card"] if "card" in by else []
        if kinds:
            proof = " AND verified_at IS NOT NULL" if verified else ""
            ways.append(
                f"EXISTS (SELECT FROM members_identifier WHERE member_id = m.id"
                f" AND kind = ANY({self._bind(kinds)}){proof})"
            )
        return f"({' OR '.join(ways)})"

    def _attribute(self, condition: Attribute) -> str:
        parts = [f"member_id = m.id AND attribute_id = {self._one_id('members_attribute', 'code', condition.code)}"]
        if condition.any:
            parts.append(f"key = ANY({self._bind(list(condition.any))})")
        for sign, field in COMPARED.items():
            if (bound := getattr(condition, field)) is not None:
                column, cast = ("day", "date") if _is_day(bound) else ("number", "numeric")
                parts.append(f"{column} {sign} {self._bind(bound)}::{cast}")
        return f"EXISTS (SELECT FROM members_attributevalue WHERE {' AND '.join(parts)})"

    def _tagged(self, condition: Tagged) -> str:
        parts = [self._wears(condition.any)] if condition.any else []
        parts += [self._wears((name,)) for name in condition.all]
        if condition.none:
            parts.append(f"NOT {self._wears(condition.none)}")
        return f"({' AND '.join(parts)})"

    def _wears(self, names: Sequence[str]) -> str:
        return (
            "EXISTS (SELECT FROM audiences_worn WHERE member_id = m.id"
            f" AND tag_id = ANY({self._ids('audiences_tag', 'name', names)}))"
        )

    def _expiring(self, condition: Expiring) -> str:
        end = self._bind(self.asking.at + timedelta(days=condition.within_days))
        return (
            "coalesce((SELECT sum(remaining) FROM ledger_lot WHERE remaining > 0 AND account_id ="
            f" (SELECT id FROM ledger_account WHERE {self._account(condition.unit)})"
            f" AND expires_at > {self._moment()} AND expires_at <= {end}), 0) >= {self._bind(condition.at_least)}"
        )

    def _bought(self, condition: Bought) -> str:
        """Sales that came back whole are no purchases; of items, it is the lines that are counted."""
        parts = ["sale.member_id = m.id", "(sale.refunded_minor < sale.total_minor OR sale.total_minor = 0)"]
        if condition.within_days is not None:
            parts.append(f"sale.occurred_at > {self._bind(self.asking.at - timedelta(days=condition.within_days))}")
        if condition.stores:
            parts.append(f"sale.store_id = ANY({self._ids('stores_store', 'code', condition.stores)})")
        lines = [
            f"line.{column} = ANY({self._bind(list(names))})"
            for column, names in (
                ("category", condition.categories),
                ("brand", condition.brands),
                ("sku", condition.skus),
            )
            if names
        ]
        source, what = "sales_sale AS sale", "sum(sale.total_minor - sale.refunded_minor)"
        if lines:
            source += f" JOIN sales_line AS line ON line.sale_id = sale.id AND ({' OR '.join(lines)})"
            what = "sum(line.amount_minor)"
        if condition.count == "sales":
            what = "count(DISTINCT sale.id)" if lines else "count(*)"
        amount = f"coalesce((SELECT {what} FROM {source} WHERE {' AND '.join(parts)}), 0)"
        return self._compare(amount, condition.at_least, condition.at_most)

    def _last_bought(self, condition: LastBought) -> str:
        last = "(SELECT max(occurred_at) FROM sales_sale WHERE member_id = m.id)"
        parts = []
        if condition.at_least_days is not None:
            parts.append(f"{last} <= {self._bind(self.asking.at - timedelta(days=condition.at_least_days))}")
        if condition.at_most_days is not None:
            parts.append(f"{last} > {self._bind(self.asking.at - timedelta(days=condition.at_most_days))}")
        return f"coalesce({' AND '.join(parts)}, false)"

    def _may_contact(self, purpose: str, channel: str) -> str:
        """What `consents.contact` says of one member: what was said about the channel counts before the whole."""
        way = self._bind(channel)
        return f"""coalesce((
            SELECT purpose.basis IN ('contract', 'law') OR (
                m.left_at IS NULL AND coalesce(decided.is_given, purpose.basis = 'interest')
                AND NOT EXISTS (SELECT FROM consents_erasure WHERE member_id = m.id AND state = 'waiting'))
            FROM consents_purpose AS purpose
            LEFT JOIN LATERAL (
                SELECT is_given FROM consents_consentnow
                WHERE member_id = m.id AND purpose_id = purpose.id AND channel IN ({way}, '')
                ORDER BY channel DESC LIMIT 1
            ) AS decided ON true
            WHERE purpose.code = {self._bind(purpose)} AND purpose.retired_at IS NULL
              AND (cardinality(purpose.channels) = 0 OR {way} = ANY(purpose.channels))), false)"""

    def _segment(self, name: str) -> str:
        meant = self.asking.segments.get(name)
        if meant is None or name in self._inside:
            return "false"
        self._inside = (*self._inside, name)
        said = self.say(meant)
        self._inside = self._inside[:-1]
        return said

    def _account(self, unit: str) -> str:
        return f"holder_id = m.id AND side = 'member' AND unit_id = {self._one_id('ledger_unit', 'code', unit)}"

    def _compare(self, amount: str, low: int | None, high: int | None) -> str:
        parts = [f"{amount} >= {self._bind(low)}"] if low is not None else []
        parts += [f"{amount} <= {self._bind(high)}"] if high is not None else []
        return f"({' AND '.join(parts)})"

    def _ids(self, table: str, column: str, names: Sequence[str]) -> str:
        """The ids of named rows, looked up once for the statement."""
        return f"ARRAY(SELECT id FROM {table} WHERE {column} = ANY({self._bind(list(names))}))"

    def _one_id(self, table: str, column: str, name: str) -> str:
        return f"(SELECT id FROM {table} WHERE {column} = {self._bind(name)})"

    def _moment(self) -> str:
        self.params[f"{self.prefix}_at"] = self.asking.at
        return f"%({self.prefix}_at)s"

    def _bind(self, value: object) -> str:
        name = f"{self.prefix}{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"


def _days_ahead(today: date, days: int) -> list[int]:
    """Return the days of the year from today on, as month * 100 + day; 29 February has its day on the 28th where the
    year has none.
    """
    found = set()
    for on in (today + timedelta(days=ahead) for ahead in range(days + 1)):
        found.add(on.month * 100 + on.day)
        if (on.month, on.day) == (2, 28) and (on + timedelta(days=1)).day == 1:
            found.add(229)
    return sorted(found)


def _is_day(text: str) -> bool:
    return len(text) == 10 and text[4:5] == "-"
