"""What the team asks of its lists, one address each: every list with its filters, deep pages, counts and previews."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
from django.db import connection

from tests.bench.shop import STORES
from tests.bench.thousand import HEAVY

TYPING = {"HX-Request": "true"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `row` is the bench's row that it counts for; `is_part`: only what is swapped in; `form`: it is sent."""

    row: str
    name: str
    path: str
    is_part: bool = False
    form: dict[str, str] | None = None


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """Where a shop's lists begin, what is in their middle, and who buys most."""

    members: int
    sales: int
    middle_sale: tuple[str, int]
    events: int
    duplicate: str
    heavy: int
    ordinary: int
    person: tuple[str, str, str, str]
    rare_name: str
    receipt: str


CONDITIONS = {
    "members": "kind=standing&any=member",
    "guests": "kind=standing&any=guest",
    "left": "kind=standing&any=left",
    "blocked": "kind=status&any=blocked",
    "a tag": "kind=tagged&how=any&names=wine",
    "a rare tag": "kind=tagged&how=any&names=birthday",
    "no tag": "kind=tagged&how=none&names=vip&names=press",
    "a segment": "kind=segment&any=Regulars",
    "joined lately": "kind=joined&at_most_days=1200",
    "joined long ago": "kind=joined&at_least_days=2100",
    "old people": "kind=age&at_least=80",
    "birthdays this week": "kind=birthday&within_days=6",
    "a language": "kind=language&any=vi",
    "a home store": "kind=home_store&any=311",
    "with a verified phone": "kind=reachable&by=phone&verified=on",
    "with an e-mail": "kind=reachable&by=email",
    "a card type that nobody has": "kind=card&types=platinum",
    "with consent": "kind=consent&purpose=marketing&channel=email",
    "many purchases": "kind=bought&count=sales&at_least=5",
    "much spent this year": "kind=bought&count=spend&at_least=500&within_days=365",
    "bought meat in a store": "kind=bought&count=sales&at_least=1&stores=300&categories=MEAT",
    "not seen lately": "kind=last_bought&at_least_days=500",
    "rich": "kind=balance&unit=points&of=balance&at_least=300",
    "nobody is so rich": "kind=balance&unit=points&of=balance&at_least=999999",
    "expiring soon": "kind=expiring&unit=points&at_least=10&within_days=60",
    "with a reward": "kind=reward",
    "gold": "kind=level:club&any=gold",
    "no level": "kind=level:club",
    "a choice": "kind=field:diet&any=vegan",
    "a number": "kind=field:children&at_least=4",
    "a day": "kind=field:since&at_least=2018-01-01",
    "a text": "kind=field:hobby&any=hobby+7",
}


def look_around() -> Shop:
    """Find where the lists of the current merchant begin and what is in them."""
    with connection.cursor() as cursor:

        def one(sql: str, *given: object) -> tuple:
            cursor.execute(sql, given)
            return cursor.fetchone()

        [members], [sales] = one("SELECT max(id) FROM members_member"), one("SELECT max(id) FROM sales_sale")
        at, sale = one("SELECT occurred_at, id FROM sales_sale WHERE id >= %s ORDER BY id LIMIT 1", sales // 2)
        confidence, duplicate = one(
            "SELECT confidence, id FROM care_duplicate WHERE state = 'open' ORDER BY confidence, id DESC "
            "LIMIT 1 OFFSET 5"
        )
        times = members // 1_000
        [heavy] = one("SELECT member_id FROM sales_sale WHERE id > %s AND member_id IS NOT NULL GROUP BY 1 "
                      "ORDER BY count(*) DESC LIMIT 1", sales - 20 * times)  # fmt: skip
        return Shop(
            members=members,
            sales=sales,
            middle_sale=(at.isoformat(), sale),
            events=one("SELECT max(id) FROM audit_event")[0],
            duplicate=f"{confidence}~{duplicate}",
            heavy=heavy,
            ordinary=1 + (HEAVY + 201) * times,
            person=one(
                "SELECT name_key, phone.value, email.value, card.number FROM members_member AS m "
                "JOIN members_identifier AS phone ON phone.member_id = m.id AND phone.kind = 'phone' "
                "JOIN members_identifier AS email ON email.member_id = m.id AND email.kind = 'email' "
                "JOIN members_card AS card ON card.member_id = m.id WHERE m.id > %s ORDER BY m.id LIMIT 1",
                members // 3,
            ),
            rare_name=one("SELECT surname_key FROM members_member ORDER BY surname_key DESC LIMIT 1")[0].split()[0],
            receipt=one("SELECT external_id FROM sales_sale WHERE id >= %s ORDER BY id LIMIT 1", sales // 3)[0],
        )


def pages_of(shop: Shop) -> list[Asked]:
    return [*_members(shop), *_other_lists(shop), *_searches(shop), *_counts(), *_member_pages(shop)]


def _condition(query: str) -> str:
    """The address of a list with one condition."""
    return "&".join(f"c0-0-{part}" for part in query.split("&"))


def _members(shop: Shop) -> Iterator[Asked]:
    columns = "cols=card&cols=phone&cols=email&cols=tags&cols=purchases&cols=spent&cols=last_bought&cols=unit:points"
    queries = {
        "all": "",
        "in the middle": f"before={shop.members // 2}",
        "the last page": "before=30",
        "all columns": f"{columns}&cols=level:club&cols=field:hobby&cols=home_store",
        "a kept view": f"status=member&{columns}",
    }
    queries |= {f"quick: {status}": f"status={status}" for status in ("member", "guest", "locked", "blocked", "left")}
    for name, query in CONDITIONS.items():
        queries[name] = _condition(query)
        queries[f"{name}, in the middle"] = f"{_condition(query)}&before={shop.members // 2}"
    queries["three conditions"] = (
        "c0-0-kind=standing&c0-0-any=member&c1-0-kind=tagged&c1-0-how=any&c1-0-names=wine"
        "&c2-0-kind=balance&c2-0-unit=points&c2-0-of=balance&c2-0-at_least=100"
    )
    for name, query in queries.items():
        yield Asked(row="lists_1m", name=f"members: {name}", path=f"/members/?{query}")
    for name, query in CONDITIONS.items():
        path = f"/members/?{_condition(query)}"
        yield Asked(row="looks_1m", name=f"members, looked further: {name}", path=path, is_part=True)
    for text in ("mar", "son", shop.rare_name, shop.person[0], "zzz"):
        path = f"/members/?{urlencode({'q': text})}"
        yield Asked(row="search_pages_1m", name=f"members: “{_kind(text, shop)}”", path=path, is_part=True)


def _other_lists(shop: Shop) -> Iterator[Asked]:
    at, sale = shop.middle_sale
    middle = urlencode({"before": f"{at}~{sale}"})
    day = at[:10]
    queries = {
        "/sales/": ["", middle, "who=member", "who=anonymous", f"store={STORES[0]}", f"store={STORES[-1]}",
                    f"store={STORES[-1]}&who=anonymous&{middle}", f"from={day}&to={day}", f"store=340&from={day}"],
        "/cards/": ["", f"before={shop.members // 2}", "status=active", "status=blocked", "status=stock",
                    "status=in_use", "type=platinum", "q=90000", "q=A1"],
        "/receipts/": ["", "state=awaiting&store=312", "state=confirmed", "state=draft", "state=rejected"],
        "/disputes/": ["", "state=closed"],
        "/activity/": ["", f"before={shop.events // 2}", "action=sale.recorded", "action=member.erased",
                       "by=staff:1", "by=staff:99", f"member={shop.ordinary}", f"member={shop.heavy}",
                       "store=330", f"from={day}&to={day}"],
        "/duplicates/": ["", f"before={shop.duplicate}", "state=dismissed", "state=merged"],
        "/erasures/": [""], "/holds/": [""], "/tags/": [""], "/segments/": [""], "/exports/": [""], "/imports/": [""],
        "/approvals/": [""], "/fulfilment/": [""], "/cards/batches/": [""], "/": [""], "/people/": [""],
    }  # fmt: skip
    for path, asked in queries.items():
        for query in asked:
            name = query.replace(middle, "in the middle").replace(shop.duplicate, "the end")
            yield Asked(row="lists_1m", name=f"{path}?{name}", path=f"{path}?{query}")


def _searches(shop: Shop) -> Iterator[Asked]:
    name, phone, email, card = shop.person
    first, last = name.split()[0], name.split()[-1]
    typed = [
        "ma", "mar", first, last, name, f"{last} {first}", f"{first[:3]} {last[:3]}", phone, phone[2:8], phone[-4:],
        email, email[:6], card, card[:5], shop.receipt, "Store 340", "zzzz", "nobody@example.com", "0000000000",
    ]  # fmt: skip
    for text in typed:
        path = f"/search/?{urlencode({'q': text})}"
        yield Asked(row="search_pages_1m", name=f"search: {_kind(text, shop)}", path=path, is_part=True)


def _kind(text: str, shop: Shop) -> str:
    """What was typed, without anybody's name in the table."""
    known = dict(zip(shop.person, ("a whole name", "a phone", "an e-mail", "a card"), strict=True))
    known |= {shop.rare_name: "a rare surname", shop.receipt: "a receipt"}
    return known.get(text, text)


def _counts() -> Iterator[Asked]:
    """How many, while conditions are put together, before tagging, and before a list is taken home."""
    for name, query in {"everybody": "", **CONDITIONS}.items():
        path = f"/members/count/?{_condition(query) if query else ''}"
        yield Asked(row="counts_1m", name=f"count: {name}", path=path, is_part=True)
    for name in ("everybody", "guests", "a tag", "rich", "many purchases", "birthdays this week"):
        query = _condition(CONDITIONS[name]) if name in CONDITIONS else ""
        kept = urlencode({"who": "all", "query": query})
        yield Asked(row="counts_1m", name=f"tag: {name}", path=f"/members/tag/?{kept}")
        yield Asked(row="counts_1m", name=f"export: {name}", path=f"/members/export/?{kept}")
    for number in range(1, 6):
        yield Asked(row="counts_1m", name=f"segment {number}", path=f"/segments/{number}/")
    yield Asked(row="counts_1m", name="a new segment", path="/segments/new/")
    for name, form in {
        "all": {},
        "a store": {"store": STORES[-1]},
        "anonymous in a store": {"store": STORES[-1], "who": "anonymous"},
        "a day before there were any": {"from": "2019-01-01", "to": "2019-01-02", "store": STORES[-1]},
    }.items():
        yield Asked(row="counts_1m", name=f"start export of sales: {name}", path="/sales/export/", form=form)
    form = {"who": "all", "query": "", "columns": "number", "form": "csv"}
    yield Asked(row="counts_1m", name="start export of members", path="/members/export/", form=form)


def _member_pages(shop: Shop) -> Iterator[Asked]:
    for whose, member in (("heavy", shop.heavy), ("ordinary", shop.ordinary)):
        page = f"/members/{member}/"
        for name, query in (("", ""), (", sales", "show=sales"), (", points", "show=points"),
                            (", changes", "show=changes"), (", older", f"before={_older(member)}")):  # fmt: skip
            yield Asked(row="member_page_1m", name=f"{whose}{name}", path=f"{page}?{query}")
        for more in (
            "edit/",
            "adjust/",
            "spend/",
            "tier/",
            "tags/",
            "consents/",
            "notes/",
            "erase/",
            "merge/",
            "dates/",
        ):
            yield Asked(row="member_page_1m", name=f"{whose}: {more}", path=f"{page}{more}")
    yield Asked(row="member_page_1m", name="a sale", path=f"/sales/{shop.middle_sale[1]}/")
    yield Asked(row="member_page_1m", name="a card", path=f"/cards/number/{shop.person[3]}/")


def _older(member: int) -> str:
    """The timeline from the middle of everything the member has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT occurred_at, id FROM sales_sale WHERE member_id = %s ORDER BY occurred_at OFFSET "
            "(SELECT count(*) / 2 FROM sales_sale WHERE member_id = %s) LIMIT 1",
            [member, member],
        )
        found = cursor.fetchone()
    if found is None:
        return ""
    key = f"{(found[0] + timedelta(seconds=1)).isoformat()}~{found[1]}"
    return urlencode({"": f"{key}||"})[1:]
