"""A shop of a thousand members who did what members do: buy, pay with points, rise, return goods, allow and forbid.

All of it by the program's own verbs, on the members that `million_members` writes: `multiply` makes a million of them,
and `verify` finds nothing wrong with either. One member in a thousand has a thousand purchases.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import batched, count

from django.db import connection, transaction

from regulars.audiences.segments import save_segment
from regulars.audiences.tags import TagChange, change_tags, create_tag
from regulars.audiences.views import save_view
from regulars.care.duplicates import dismiss_duplicate, look_for_duplicates
from regulars.care.models import Duplicate
from regulars.consents.models import Source
from regulars.consents.presets import apply_preset
from regulars.consents.record import NewConsent, record_consents
from regulars.core.actor import SYSTEM, Actor
from regulars.core.attributes import AttributeKind, Choice
from regulars.core.audience import AllOf, Balance, Birthday, Bought, LastBought, OnLevel, Tagged
from regulars.core.identifiers import MemberHandle
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Items
from regulars.core.program.rewards import Reward
from regulars.core.program.rules import ItemRule, RateRule, VisitRule
from regulars.core.program.stamp_cards import ByItem, StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.core.program.units import Unit, UnitWords
from regulars.core.refusals import Refusal
from regulars.core.sale import NewRefund, NewSale, SaleLine, Tender
from regulars.ledger.accounts import open_accounts
from regulars.ledger.models import Entry
from regulars.members.attributes import change_values_of
from regulars.members.define import AttributeWish, save_attributes
from regulars.members.models import Member
from regulars.members.notes import write_note
from regulars.points.adjust import adjust_points
from regulars.receipts.dispute import NewDispute, open_dispute
from regulars.receipts.enter import enter_receipt
from regulars.receipts.kept import NewReceipt
from regulars.sales.record import record_sales
from regulars.sales.refund import refund_sales
from regulars.staff.models import Person, Role
from regulars.staff.people import create_person
from tests.bench.million_members import make_members
from tests.bench.program import BASE, POINTS
from tests.bench.shop import STORES

COFFEE = Items(categories=("DELI",))
STARS = Unit(code="stars", name=UnitWords(singular="star", plural="stars"))
MILES = Unit(code="miles", name=UnitWords(singular="mile", plural="miles"))
WHOLE = ProgramDocument(
    units=(POINTS, STARS, MILES),
    rules=(
        BASE,
        RateRule(code="stars", name="Stars", unit="stars", points=1, per_minor=300),
        RateRule(code="miles", name="Miles", unit="miles", points=2, per_minor=100),
        ItemRule(code="fresh", name="Fresh", points=5, items=Items(categories=("PRODUCE",))),
        VisitRule(code="visit", name="Visit", points=2, cool_down_minutes=60),
        RateRule(code="big", name="Big baskets", points=1, per_minor=500),
    ),
    stamp_cards=(StampCard(code="coffee", name="Coffee", size=10, final="free", earn=ByItem(items=COFFEE)),),
    tier_sets=(
        TierSet(
            code="club",
            name="Club",
            metric=Metric(of="spend"),
            levels=(
                Level(code="silver", name="Silver", threshold=20_000),
                Level(code="gold", name="Gold", threshold=100_000),
            ),
        ),
    ),
    rewards=(Reward(code="free", name="Free coffee"),),
)
CLERK = Actor(kind="staff", id=2)
"""Not the one who looks at the lists: nobody checks what they keyed themselves."""
HEAVY = 500
"""The member with a thousand purchases."""
ENTRIES_EACH = 20
GOODS = (("PRODUCE", 399), ("GROCERY", 1_250), ("DAIRY", 335), ("DELI", 280), ("MEAT", 1_899), ("PASTRY", 500))
TAGS = ("vip", "press", "staff", "mailing", "wine", "parents", "students", "trade", "winback", "birthday")
FIELDS = (
    AttributeWish(code="hobby", label="Hobby", kind=AttributeKind.TEXT),
    AttributeWish(
        code="diet",
        label="Diet",
        kind=AttributeKind.CHOICE,
        choices=tuple(Choice(code, code.capitalize()) for code in ("none", "vegetarian", "vegan", "halal")),
    ),
    AttributeWish(code="children", label="Children", kind=AttributeKind.NUMBER),
    AttributeWish(code="since", label="Customer since", kind=AttributeKind.DATE),
)
SEGMENTS = {
    "Regulars": Bought(at_least=3, within_days=365),
    "Gone quiet": LastBought(at_least_days=300),
    "Rich in points": Balance(unit="points", at_least=500),
    "Golden birthdays": AllOf(of=(OnLevel(tier_set="club", any=("gold",)), Birthday(within_days=30))),
    "Wine": AllOf(of=(Tagged(any=("wine",)), Balance(unit="points", at_least=100))),
}

# Members have joined over the years before the first purchase; two thirds have told when they were born.
JOINED = """
UPDATE members_member
SET created_at = %(first)s + id * %(step)s,
    joined_at = CASE WHEN joined_at IS NULL THEN NULL ELSE %(first)s + id * %(step)s END,
    birth_on = CASE WHEN id %% 3 > 0 THEN date '1940-01-01' + (id * 7919 %% 25000)::int END,
    language = (ARRAY['en', 'en', 'en', 'vi', 'ms', 'zh', ''])[1 + id %% 7],
    home_store_id = CASE WHEN id %% 4 = 0 THEN 1 + id %% 50 END
"""
# Every twenty-fifth was written down twice.
TWICE = """
UPDATE members_member AS again
SET first_name = one.first_name, last_name = one.last_name, name_key = one.name_key, surname_key = one.surname_key,
    birth_on = one.birth_on
FROM members_member AS one WHERE one.id = again.id - 1 AND again.id %% 25 = 2
"""
CARDS = "SELECT member_id, number FROM members_card WHERE member_id IS NOT NULL ORDER BY member_id"


def step_of(members: int) -> timedelta:
    """How long after one member the next one came."""
    return timedelta(days=4 * 365) / members


def first_day(at: datetime) -> datetime:
    return at - timedelta(days=6 * 365)


def fill_thousand(*, at: datetime, members: int = 1_000) -> Person:
    """Fill an open shop without members; return its owner. Needs the owner's role, as `make_members` does."""
    owner = create_person(email="owner@example.com", role=Role.OWNER, first_name="Olive", at=at, by=SYSTEM)
    make_members(members)
    with connection.cursor() as cursor:
        cursor.execute(JOINED, {"first": first_day(at), "step": step_of(members)})
        cursor.execute(TWICE, {})
        cursor.execute(CARDS)
        cards = cursor.fetchall()
    _describe(at)
    _sell(cards, at=at, entries=ENTRIES_EACH * members)
    _serve(cards, at=at)
    _watch(owner, at=at)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return owner


def _describe(at: datetime) -> None:
    """Accounts, fields, tags and what people allowed."""
    ids = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    open_accounts(ids)
    save_attributes(FIELDS, at=at, by=SYSTEM)
    diets = ("none", "vegetarian", "vegan", "halal")
    given = {
        n: {
            "hobby": f"hobby {n % 40}",
            "diet": diets[n % 4],
            "children": str(n % 5),
            "since": date(2000 + n % 20, 1 + n % 12, 1 + n % 28).isoformat(),
        }
        for n in ids
        if n % 3
    }
    for part in batched(given.items(), 500, strict=False):
        refused = [each for each in change_values_of(dict(part), at=at, by=CLERK).values() if isinstance(each, Refusal)]
        assert not refused, refused[0]
    tags = [create_tag(name, at=at, by=CLERK).pk for name in TAGS]
    worn = [
        TagChange(member_id=n, put=tuple(tag for place, tag in enumerate(tags) if n % (2 + 3 * place) == 0))
        for n in ids
    ]
    change_tags([each for each in worn if each.put], at=at, by=CLERK)
    apply_preset("gdpr", at=at, by=CLERK)
    decided = [
        NewConsent(member_id=n, purpose="marketing", is_given=n % 5 > 0, source=Source.COUNTER, channel=channel)
        for n in ids
        if n % 2
        for channel in ("email", "sms")
    ]
    refused = [each for each in record_consents(decided, at=at, by=CLERK) if isinstance(each, Refusal)]
    assert len(refused) < len(decided) / 10, refused[0]


def _sell(cards: list[tuple[int, str]], *, at: datetime, entries: int) -> None:
    """Purchases in the order of time, in the two years before `at`; every twentieth comes back in part."""
    stream = purchases(cards, at=at, seconds=2 * 365 * 86_400 / (entries * 0.45))
    numbers = count(1)
    while Entry.objects.count() < entries:
        batch = [next(stream) for _ in range(500)]
        when = batch[-1].occurred_at
        recorded = [each for each in record_sales(batch, at=when, is_history=True) if not isinstance(each, Refusal)]
        back = [
            NewRefund(sale_id=each.id, external_id=f"F-{next(numbers)}", occurred_at=when, amount_minor=280)
            for each in recorded[::20]
            if each.id
        ]
        refund_sales(back, at=when)


def purchases(cards: list[tuple[int, str]], *, at: datetime, seconds: float) -> Iterator[NewSale]:
    """Some buy often and most rarely; a tenth of the baskets is nobody's, and a tenth is paid with points."""
    draw = random.Random(3)
    of_heavy = next(card for member, card in cards if member >= HEAVY)
    start = at - timedelta(days=730)
    for number in count(1):
        when = start + timedelta(seconds=number * seconds)
        chosen = draw.choice(cards[: 1 + int(len(cards) * draw.random() ** 0.5)])[1]
        card = of_heavy if number % 6 == 0 else chosen
        goods = draw.sample(GOODS, 2)
        lines = tuple(
            SaleLine(str(1_000_000 + place * 7 + number % 500), 1_000, amount, category, "National")
            for place, (category, amount) in enumerate(goods)
        )
        yield NewSale(
            external_id=f"B-{number}",
            store=STORES[int(len(STORES) * draw.random() ** 2)],
            till=str(1 + number % 4),
            occurred_at=when,
            total_minor=sum(amount for _, amount in goods),
            lines=lines,
            tenders=(Tender("points", points=100),) if number % 10 == 1 else (),
            member=None if number % 10 == 3 else MemberHandle(card=card),
        )


def _serve(cards: list[tuple[int, str]], *, at: datetime) -> None:
    """What the team does: adjustments, notes, receipts keyed by hand, some of which wait, and disputes."""
    ids = [member for member, _ in cards]
    for number, member in enumerate(ids):
        if number % 10 == 0:
            adjust_points(member_id=member, amount=25, reason="Sorry", key=f"a-{number}", at=at, by=CLERK)
        if number % 8 == 0:
            write_note(member_id=member, text=f"Called about order {number}.", at=at, by=CLERK)
        if number % 12 == 0:
            receipt = NewReceipt(
                key=f"keyed-{number}",
                kind="claim",
                store=STORES[number % 50],
                occurred_at=at - timedelta(days=1),
                member=MemberHandle(id=str(member)),
                number=f"K-{number}",
                total_minor=1_000,
                lines=(SaleLine("100", 1_000, 1_000, "GROCERY", "National"),),
            )
            enter_receipt(receipt, at=at, by=CLERK)
        if number % 100 == 0:
            open_dispute(NewDispute(member_id=member, complaint="missing", said="It is missing."), at=at, by=CLERK)


def _watch(owner: Person, *, at: datetime) -> None:
    """Segments, views, and who may be one person."""
    for name, condition in SEGMENTS.items():
        save_segment(name=name, condition=condition, at=at, by=CLERK)
    query = "status=member&cols=card&cols=phone&cols=tags&cols=spent&cols=last_bought&cols=unit:points"
    save_view(of="members", name="With spending", query=query, owner=owner, is_shared=True, at=at, by=CLERK)
    while look_for_duplicates(at=at):
        pass
    with transaction.atomic():
        for row in Duplicate.objects.order_by("pk")[:20]:
            dismiss_duplicate(duplicate_id=row.pk, at=at, by=CLERK)
