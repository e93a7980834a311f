"""Every piece of the document goes through its form and comes back the same; what is wrong stands beside its field."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from regulars.backoffice.forms.program.naming import NamedForm, free_code
from regulars.backoffice.forms.program.policies import PoliciesForm
from regulars.backoffice.forms.program.sending import as_sent
from regulars.backoffice.forms.program.setting import Setting
from regulars.backoffice.program.editors import EDITORS, OF_KIND
from regulars.core.expiry import AfterDays, AfterIdle, AfterMonths, EndOf, OnDate
from regulars.core.program.caps import Budget, Cap
from regulars.core.program.conditions import Audience, Conditions, Hours, Nth, Tags
from regulars.core.program.document import ProgramDocument
from regulars.core.program.items import Collection, Items
from regulars.core.program.life import Pending
from regulars.core.program.policies import Policies
from regulars.core.program.rewards import Gives, PerMember, Price, Reward
from regulars.core.program.rules import BonusRule, EventRule, ItemRule, MultiplierRule, RateRule, VisitRule
from regulars.core.program.stamp_cards import ByHand, ByItem, BySpend, ByVisit, StampCard
from regulars.core.program.tier_sets import Kept, Level, Metric, TierSet, Window
from regulars.core.program.units import POINTS, Pays, Unit, UnitWords

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = SimpleNamespace(currency="USD", zone=NEW_YORK, now=datetime(2026, 3, 1, tzinfo=UTC))
WHEN = Conditions(
    starts_at=datetime(2026, 1, 1, 5, tzinfo=UTC),
    ends_at=datetime(2026, 6, 1, 4, tzinfo=UTC),
    hours=(Hours(days=("mon", "tue"), since="08:00", until="10:00"), Hours()),
    stores=("330", "412"),
    store_tags=Tags(any=("airport",), none=("mall",)),
    channels=("web",),
    min_spend_minor=1000,
    tenders=("cash", "card"),
    purchase=Nth(number=3, every=True),
    audience=Audience(tiers=("gold",), tags=Tags(any=("vip",), all=("a", "b")), segments=("near",)),
)
CAPS = (Cap(limit=20, period="day"), Cap(limit=5, period="rolling", days=30, per="store", on_exceed="skip"))
DOCUMENT = ProgramDocument(
    units=(
        POINTS,
        Unit(
            code="cash",
            kind="cashback",
            precision=2,
            name=UnitWords(singular="coin", plural="coins"),
            translations={"de": UnitWords(singular="Münze", plural="Münzen")},
            caps=(Cap(limit=250, period="month"),),
            spend_caps=(Cap(limit=100_000),),
            pays=Pays(units=100, minor=100, least=50),
            expiry=AfterIdle(days=90),
            pending=Pending(until=date(2027, 1, 1), life_from="earned"),
            max_balance=1_000_000,
            shortfall="debt",
        ),
        Unit(
            code="status", kind="status", name=UnitWords(singular="star", plural="stars"), expiry=AfterMonths(months=12)
        ),
    ),
    collections=(Collection(code="summer", name="Summer drinks", skus=("1", "2")),),
    budgets=(Budget(code="june", name="June", units=1000), Budget(code="july", name="July", money_minor=5050)),
    rules=(
        RateRule(
            code="base",
            name="Base",
            points=1,
            per_minor=100,
            tier_points={"gold": 2},
            carry=True,
            except_items=Items(categories=("TOBACCO",)),
            when=WHEN,
            caps=CAPS,
            expiry=EndOf(period="year", after=1),
            pending=Pending(days=14, round_up=True),
            budget="june",
            rounding="full",
            stacking="best",
            stop=True,
        ),
        RateRule(code="coins", name="Coins", unit="cash", points=150, per_minor=1000),
        ItemRule(code="each", name="Each", points=5, items=Items(skus=("1",), brands=("Roast",), labels=("bio",))),
        ItemRule(
            code="spent", name="Spent", points=5, items=Items(collections=("summer",)), per="amount", per_minor=250
        ),
        ItemRule(code="once", name="Once", points=5, items=Items(categories=("TEA",)), per="sale"),
        BonusRule(code="bonus", name="Bonus", points=5, when=Conditions(purchase=Nth(number=1)), stacking="alone"),
        MultiplierRule(code="half", name="Half as much again", percent=150, of=("base",)),
        VisitRule(code="visit", name="Visit", points=3, cool_down_minutes=60),
        BonusRule(code="stamp", name="A stamp for big baskets", unit="coffees", points=1),
        EventRule(
            code="join",
            name="Joining",
            event="sign_up",
            points=50,
            expiry=AfterDays(days=30),
            pending=Pending(event="confirmed", days=3),
        ),
    ),
    tier_sets=(
        TierSet(
            code="club",
            name="Club",
            levels=(
                Level(
                    code="silver",
                    name="Silver",
                    threshold=50_000,
                    rewards=("coffee",),
                    benefits=("Free refill", "A smile"),
                ),
                Level(code="gold", name="Gold", threshold=100_050),
            ),
            metric=Metric(of="spend"),
            window=Window(over="rolling", months=6),
            kept=Kept(until="months", months=3),
            review="replace",
            grace_days=30,
            on_refund="now",
        ),
        TierSet(
            code="stars",
            name="Stars",
            levels=(Level(code="star", name="Star", threshold=10),),
            metric=Metric(of="points", unit="status", count_pending=True),
            upgrade="next_period",
            kept=Kept(until="forever"),
        ),
    ),
    rewards=(
        Reward(code="coffee", name="Coffee", price=Price(amount=100, by_tier={"gold": 0}), gives=Gives(sku="77")),
        Reward(code="tenth", name="A tenth off", kind="discount", gives=Gives(percent=10), stock=5),
        Reward(
            code="five", name="Five off", kind="discount", gives=Gives(minor=500), price=Price(unit="cash", amount=250)
        ),
        Reward(code="coins", name="Coins", kind="points", gives=Gives(unit="cash", amount=150), cost_minor=150),
        Reward(
            code="mug",
            name="Mug",
            kind="gift",
            description="With your name.",
            price=Price(amount=500),
            audience=Audience(tiers=("gold",), segments=("near",)),
            stores=("330",),
            store_tags=Tags(all=("airport",)),
            starts_at=WHEN.starts_at,
            ends_at=WHEN.ends_at,
            per_member=PerMember(limit=1, days=365),
            use_within_days=30,
            use_until=datetime(2027, 1, 1, 5, tzinfo=UTC),
            use_hours=(Hours(days=("sat", "sun")),),
            honour_full_period=True,
            is_sent=True,
        ),
    ),
    stamp_cards=(
        StampCard(
            code="coffees",
            name="Coffees",
            size=10,
            final="coffee",
            interim={5: "tenth"},
            earn=ByItem(items=Items(categories=("COFFEE",)), stamps=2),
            when=WHEN,
            max_per_sale=4,
            max_per_day=6,
            cool_down_minutes=15,
            used_reward="debt",
            note="The eleventh is on us.",
        ),
        StampCard(
            code="spend",
            name="Spend",
            size=5,
            final="coffee",
            earn=BySpend(per_minor=500, carry=False),
            restart=False,
            overflow=False,
            expiry=OnDate(on=date(2027, 1, 1)),
        ),
        StampCard(code="visits", name="Visits", size=6, final="coffee", earn=ByVisit(min_spend_minor=300)),
        StampCard(code="hand", name="By hand", size=6, final="coffee", earn=ByHand()),
    ),
)
PIECES = [(kind, piece) for kind in OF_KIND for piece in getattr(DOCUMENT, kind)]


def setting(document: ProgramDocument = DOCUMENT, **options: str) -> Setting:
    return Setting(OFFICE, document, **options)  # type: ignore[arg-type]


def filled(kind: str, piece: object, **typed: str) -> NamedForm:
    """A piece's form, sent as shown but for what is typed."""
    editor, code = OF_KIND[kind], piece.code  # type: ignore[attr-defined]
    shown = editor.form(setting=setting(editing=code), code=code, shown=piece)
    return editor.form(as_sent(shown, **typed), setting=setting(editing=code), code=code, shown=piece)


@pytest.mark.parametrize(("kind", "piece"), PIECES, ids=[f"{kind}-{piece.code}" for kind, piece in PIECES])
def test_a_piece_comes_back_as_it_was_shown(kind, piece):
    form = filled(kind, piece)
    assert form.is_valid(), form.errors
    assert form.value == piece


def test_policies_come_back_as_they_were_shown():
    kept = Policies(hold_minutes=20, earn_on_tax=True, excluded=Items(categories=("LOTTERY",)))
    form = PoliciesForm(as_sent(PoliciesForm(setting=setting(), shown=kept)), setting=setting(), shown=kept)
    assert form.is_valid()
    assert form.value == kept


RULES = {rule.code: rule for rule in DOCUMENT.rules}
CARDS = {card.code: card for card in DOCUMENT.stamp_cards}
REWARDS = {reward.code: reward for reward in DOCUMENT.rewards}
FAULTS = [
    ("rules", RULES["base"], {"points": "0"}, "points", "above 0"),
    ("rules", RULES["base"], {"points": "1.5"}, "points", "whole numbers"),
    ("rules", RULES["coins"], {"points": "1.505"}, "points", "at most 2 decimals"),
    ("rules", RULES["base"], {"per_minor": "0"}, "per_minor", "above 0"),
    ("rules", RULES["base"], {"per_minor": "0.001"}, "per_minor", "no smaller coins"),
    (
        "rules",
        RULES["each"],
        {"items__skus": "", "items__brands": "", "items__labels": ""},
        "items__categories",
        "at least one",
    ),
    ("rules", RULES["half"], {"factor": "1"}, "factor", "1.01"),
    ("rules", RULES["join"], {"event": ""}, "event", "Name the event"),
    ("rules", RULES["base"], {"when__ends_at": "2025-01-01T00:00"}, "when__ends_at", "before the start"),
    ("rules", RULES["base"], {"expiry__type": "days"}, "expiry__days", "how many"),
    ("rules", RULES["base"], {"expiry__type": "date"}, "expiry__on", "which day"),
    ("rules", RULES["base"], {"pending_kind": "event"}, "pending__event", "which"),
    ("rules", RULES["base"], {"when__purchase__number": ""}, "when__purchase__number", "which"),
    ("rules", RULES["base"], {"unit": "pints"}, "unit", "not one of the available"),
    ("stamp_cards", CARDS["coffees"], {"size": "1"}, "size", "greater than or equal to 2"),
    ("stamp_cards", CARDS["coffees"], {"final": ""}, "final", "required"),
    ("stamp_cards", CARDS["spend"], {"earn__per_minor": ""}, "earn__per_minor", "above 0"),
    ("tier_sets", DOCUMENT.tier_sets[0], {"window__months": ""}, "window__months", "how many"),
    ("rewards", REWARDS["tenth"], {"gives__percent": ""}, "gives__percent", "needed"),
    ("rewards", REWARDS["coffee"], {"price__amount": ""}, "price__amount", "above 0"),
    ("units", DOCUMENT.units[1], {"pays__minor": ""}, "pays__minor", "above 0"),
    ("budgets", DOCUMENT.budgets[0], {"units": ""}, "units", "above 0"),
    ("collections", DOCUMENT.collections[0], {"skus": " , "}, "skus", "at least one"),
]


@pytest.mark.parametrize(("kind", "piece", "typed", "field", "said"), FAULTS)
def test_a_fault_stands_beside_its_field(kind, piece, typed, field, said):
    form = filled(kind, piece, **typed)
    assert not form.is_valid()
    assert any(said in error for error in form.errors[field])


def test_a_row_that_is_emptied_is_gone():
    form = filled("rules", RULES["base"], **{"caps-0-limit": ""})
    assert form.is_valid(), form.errors
    assert form.value.caps == CAPS[1:]


def test_a_fault_of_a_row_stands_in_the_row():
    form = filled("rules", RULES["base"], **{"caps-1-days": ""})
    assert not form.is_valid()
    assert "how many days" in str(form.row_forms["caps"][1].errors["days"])


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (".points", "points"),
        (".when.audience.tiers", "when__audience__tiers"),
        (".when.ends_at", "when__ends_at"),
        (".tier_points.gold", "tier_points:gold"),
        (".expiry", "expiry__type"),
        (".items.collections[0]", "items__collections"),
        (".percent", "factor"),
        ("", "__all__"),
    ],
)
def test_a_fault_of_the_document_finds_the_field_of_its_path(path, field):
    form = filled("rules", RULES["base"])
    assert form.is_valid()
    form.place(path, "Not so.")
    assert form.errors[field] == ["Not so."]


def test_a_fault_of_a_cap_finds_its_row_past_an_empty_one():
    form = filled("rules", RULES["base"], **{"caps-0-limit": ""})
    assert form.is_valid()
    form.place(".caps[0].limit", "Too small.")
    assert form.row_forms["caps"][1].errors["limit"] == ["Too small."]


def test_a_fault_of_a_reward_on_the_way_finds_its_stamp():
    form = filled("stamp_cards", CARDS["coffees"])
    assert form.is_valid()
    form.place(".interim.5", "There is no such reward.")
    assert form.row_forms["interim"][0].errors["stamp"] == ["There is no such reward."]


def test_asking_for_one_more_row_offers_an_empty_one():
    editor = EDITORS["rule"]
    shown = editor.form(setting=setting(), code="base", shown=RULES["base"])
    form = editor.form(as_sent(shown), setting=setting(), code="base", shown=RULES["base"], wanting="caps")
    assert [row.prefix for row in form.row_forms["caps"]] == ["caps-0", "caps-1", "caps-2"]


def test_a_code_is_made_of_the_name_and_never_taken_twice():
    assert free_code("Café crème, 2 for 1!") == "cafe-creme-2-for-1"
    assert free_code("Base", {"base", "base-2"}) == "base-3"
    assert free_code("日本") == "x"
    form = EDITORS["budget"].form(
        QueryDict("name=June&kind=units&units=5&code=june"), setting=setting(), taken={"june"}
    )
    assert not form.is_valid()
    assert "already" in str(form.errors["code"])


def test_a_new_level_whose_name_another_ladder_has_gets_a_code_of_its_own():
    shown = DOCUMENT.tier_sets[1]
    form = filled("tier_sets", shown, **{"levels-1-name": "Gold", "levels-1-threshold": "20"})
    assert form.is_valid(), form.errors
    assert [level.code for level in form.value.levels] == ["star", "gold-2"]
