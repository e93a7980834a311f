"""The kinds of conditions a row can be: its fields, how they are read, and how a kept condition fills them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.audience.offered import Choices, Offered
from regulars.backoffice.forms.fields import ListField
from regulars.core.attributes import AttributeKind, Definition, InvalidValue, clean_value, key_of
from regulars.core.audience import (
    Age,
    Attribute,
    Balance,
    Birthday,
    Bought,
    Expiring,
    HasCard,
    HasReward,
    HomeStore,
    InSegment,
    InStatus,
    Joined,
    LastBought,
    Leaf,
    MayContact,
    OnLevel,
    Reachable,
    Speaks,
    Standing,
    Tagged,
)
from regulars.core.consents import CHANNELS
from regulars.core.money import minor_digits
from regulars.members.models import Status

Fields = dict[str, forms.Field]
Typed = dict[str, Any]

WHO: list[tuple[str, Any]] = [("member", _("Members")), ("guest", _("Guests")), ("left", _("Left the program"))]
MONTHS: list[tuple[str, Any]] = [
    (str(number), name)
    for number, name in enumerate(
        (
            _("January"),
            _("February"),
            _("March"),
            _("April"),
            _("May"),
            _("June"),
            _("July"),
            _("August"),
            _("September"),
            _("October"),
            _("November"),
            _("December"),
        ),
        1,
    )
]
ADDRESSES: list[tuple[str, Any]] = [
    ("phone", _("Phone")),
    ("email", _("E-mail")),
    ("card", _("Card")),
    ("external_id", _("External id")),
]
LANGUAGES: list[tuple[str, Any]] = [
    ("en", _("English")),
    ("vi", _("Vietnamese")),
    ("ms", _("Malay")),
    ("zh", _("Chinese")),
]
OF_A_BALANCE: list[tuple[str, Any]] = [
    ("balance", _("has now")),
    ("earned", _("ever earned")),
    ("spent", _("ever spent")),
    ("expired", _("ever let expire")),
]
COUNTED: list[tuple[str, Any]] = [("sales", _("number of purchases")), ("spend", _("money spent"))]
WORN: list[tuple[str, Any]] = [("any", _("one of these")), ("all", _("all of these")), ("none", _("none of these"))]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """`leaf` is what a row of this kind becomes; `read` and `show` are for fields that are not the leaf's own."""

    code: str
    title: str | Promise
    leaf: type[Leaf]
    fields: Callable[[Offered], Fields]
    read: Callable[[Typed, Offered], Typed] = lambda typed, offered: typed
    show: Callable[[Typed, Offered], Typed] = lambda known, offered: known

    def make(self, typed: Typed, offered: Offered) -> Leaf:
        """Refuses: InvalidCondition, by whoever checks the whole."""
        given = {name: value for name, value in self.read(dict(typed), offered).items() if value not in (None, "", [])}
        made: Leaf = msgspec.convert({self._tag_field: self._tag, **given}, type=self.leaf)
        return made

    def fill(self, leaf: Leaf, offered: Offered) -> Typed:
        """Return what the fields of a row show for a kept condition."""
        return self.show({name: getattr(leaf, name) for name in leaf.__struct_fields__}, offered)

    @property
    def _tag(self) -> Any:
        return self.leaf.__struct_config__.tag

    @property
    def _tag_field(self) -> str:
        return self.leaf.__struct_config__.tag_field or "is"


def some(label: Any, choices: Choices | list[tuple[str, Any]]) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple({"class": "ticks"})
    )


def one(label: Any, choices: Choices | list[tuple[str, Any]]) -> forms.Field:
    return forms.ChoiceField(label=label, choices=choices)


def whole(label: Any, *, most: int = 10**9) -> forms.Field:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most)


def amount(label: Any) -> forms.Field:
    widget = forms.NumberInput({"inputmode": "decimal", "step": "any"})
    return forms.DecimalField(label=label, required=False, max_digits=15, widget=widget)


def day(label: Any) -> forms.Field:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def _only(label: Any, choices: Callable[[Offered], Any]) -> Callable[[Offered], Fields]:
    return lambda offered: {"any": some(label, choices(offered))}


def _tagged(offered: Offered) -> Fields:
    return {"how": one(_("Wears"), WORN), "names": some(_("Tags"), offered.tags)}


def _read_tagged(typed: Typed, offered: Offered) -> Typed:
    return {typed["how"]: typed["names"]}


def _show_tagged(known: Typed, offered: Offered) -> Typed:
    how = next((how for how in ("any", "all", "none") if known[how]), "any")
    return {"how": how, "names": list(known[how])}


def _show_months(known: Typed, offered: Offered) -> Typed:
    return {**known, "months": [str(month) for month in known["months"]]}


def _read_months(typed: Typed, offered: Offered) -> Typed:
    return {**typed, "months": [int(month) for month in typed["months"]]}


def _units(offered: Offered) -> Fields:
    return {
        "unit": one(_("Of"), offered.units),
        "of": one(_("The member"), OF_A_BALANCE),
        "at_least": amount(_("At least")),
        "at_most": amount(_("At most")),
    }


def _steps(typed: Typed, offered: Offered) -> Typed:
    return _scaled(typed, offered.unit(typed["unit"]).decimals)


def _unsteps(known: Typed, offered: Offered) -> Typed:
    return _unscaled(known, offered.unit(known["unit"]).decimals)


def _bought(offered: Offered) -> Fields:
    return {
        "count": one(_("What counts"), COUNTED),
        "at_least": amount(_("At least")),
        "at_most": amount(_("At most")),
        "within_days": whole(_("In the last days (empty: ever)"), most=3660),
        "stores": some(_("In these stores"), offered.stores),
        "categories": ListField(label=_("Of these categories")),
        "brands": ListField(label=_("Of these brands")),
        "skus": ListField(label=_("Of these articles (SKU)")),
    }


def _money(typed: Typed, offered: Offered) -> Typed:
    return _scaled(typed, minor_digits(offered.currency) if typed["count"] == "spend" else 0)


def _unmoney(known: Typed, offered: Offered) -> Typed:
    return _unscaled(known, minor_digits(offered.currency) if known["count"] == "spend" else 0)


def _scaled(typed: Typed, digits: int) -> Typed:
    bounds = {name: typed.get(name) for name in ("at_least", "at_most")}
    return typed | {name: None if bound is None else int(bound.scaleb(digits)) for name, bound in bounds.items()}


def _unscaled(known: Typed, digits: int) -> Typed:
    bounds = {name: known.get(name) for name in ("at_least", "at_most")}
    return known | {
        name: None if bound is None else f"{Decimal(bound).scaleb(-digits):f}" for name, bound in bounds.items()
    }


def _days_ago(offered: Offered) -> Fields:
    return {
        "at_least_days": whole(_("At least so many days ago"), most=3660),
        "at_most_days": whole(_("At most so many days ago"), most=3660),
    }


GENERAL = (
    Kind(code="standing", title=_("Member, guest or left"), leaf=Standing, fields=_only(_("Is"), lambda offered: WHO)),
    Kind(code="status", title=_("Status"), leaf=InStatus, fields=_only(_("Is"), lambda offered: Status.choices)),
    Kind(code="tagged", title=_("Tags"), leaf=Tagged, fields=_tagged, read=_read_tagged, show=_show_tagged),
    Kind(code="segment", title=_("Segment"), leaf=InSegment, fields=_only(_("In"), lambda offered: offered.segments)),
    Kind(
        code="joined",
        title=_("Joined"),
        leaf=Joined,
        fields=lambda offered: {"since": day(_("From")), "until": day(_("To"))} | _days_ago(offered),
    ),
    Kind(
        code="age",
        title=_("Age"),
        leaf=Age,
        fields=lambda offered: {
            "at_least": whole(_("At least (years)"), most=150),
            "at_most": whole(_("At most (years)"), most=150),
        },
    ),
    Kind(
        code="birthday",
        title=_("Birthday"),
        leaf=Birthday,
        fields=lambda offered: {
            "months": some(_("In these months"), MONTHS),
            "within_days": whole(_("In the next days (0: today)"), most=366),
        },
        read=_read_months,
        show=_show_months,
    ),
    Kind(code="language", title=_("Language"), leaf=Speaks, fields=_only(_("Speaks"), lambda offered: LANGUAGES)),
    Kind(
        code="home_store", title=_("Home store"), leaf=HomeStore, fields=_only(_("Is"), lambda offered: offered.stores)
    ),
    Kind(
        code="reachable",
        title=_("Phone, e-mail, card"),
        leaf=Reachable,
        fields=lambda offered: {
            "by": some(_("Has one of"), ADDRESSES),
            "verified": forms.BooleanField(label=_("Verified"), required=False),
        },
    ),
    Kind(
        code="card",
        title=_("Card type"),
        leaf=HasCard,
        fields=lambda offered: {"types": ListField(label=_("Types' codes (empty: any card)"))},
    ),
    Kind(
        code="consent",
        title=_("May be contacted"),
        leaf=MayContact,
        fields=lambda offered: {
            "purpose": one(_("About"), offered.purposes),
            "channel": one(_("By"), [(channel, channel) for channel in CHANNELS]),
        },
    ),
    Kind(code="bought", title=_("Purchases"), leaf=Bought, fields=_bought, read=_money, show=_unmoney),
    Kind(code="last_bought", title=_("Last purchase"), leaf=LastBought, fields=_days_ago),
    Kind(code="balance", title=_("Points and stamps"), leaf=Balance, fields=_units, read=_steps, show=_unsteps),
    Kind(
        code="expiring",
        title=_("Expiring soon"),
        leaf=Expiring,
        fields=lambda offered: {
            "unit": one(_("Of"), offered.units),
            "at_least": amount(_("At least")),
            "within_days": forms.IntegerField(label=_("Within days"), min_value=0, max_value=3660),
        },
        read=_steps,
        show=_unsteps,
    ),
    Kind(
        code="reward",
        title=_("Reward in hand"),
        leaf=HasReward,
        fields=_only(_("One of (none: any)"), lambda offered: offered.rewards),
    ),
)


def kinds_of(offered: Offered) -> dict[str, Kind]:
    """Return every kind a row can be, by code: those of every shop, one for each tier set and each field of its own."""
    found = {kind.code: kind for kind in GENERAL}
    for tier_set in offered.tier_sets:
        kind = _level_kind(tier_set.code, tier_set.name, [(level.code, level.name) for level in tier_set.levels])
        found[kind.code] = kind
    for definition in offered.attributes.values():
        found[f"field:{definition.code}"] = _field_kind(definition)
    return found


def code_of(leaf: Leaf) -> str:
    """Return the code of the kind that shows this condition."""
    match leaf:
        case OnLevel(tier_set=code):
            return f"level:{code}"
        case Attribute(code=code):
            return f"field:{code}"
        case _:
            return str(leaf.__struct_config__.tag)


def _level_kind(code: str, name: str, levels: Choices) -> Kind:
    return Kind(
        code=f"level:{code}",
        title=name,
        leaf=OnLevel,
        fields=lambda offered: {"any": some(_("Has one of (none: no level)"), levels)},
        read=lambda typed, offered: typed | {"tier_set": code},
    )


def _field_kind(definition: Definition) -> Kind:
    def fields(offered: Offered) -> Fields:
        match definition.kind:
            case AttributeKind.CHOICE | AttributeKind.CHOICES:
                return {"any": some(_("Is one of"), [(each.code, each.label) for each in definition.choices])}
            case AttributeKind.YES_NO:
                return {"any": some(_("Is"), [("yes", _("Yes")), ("no", _("No"))])}
            case AttributeKind.NUMBER:
                return {"at_least": amount(_("At least")), "at_most": amount(_("At most"))}
            case AttributeKind.DATE:
                return {"at_least": day(_("From")), "at_most": day(_("To"))}
            case AttributeKind.TEXT:
                return {"any": ListField(label=_("Is one of (empty: anything)"))}
            case AttributeKind.FILE:
                return {}

    def read(typed: Typed, offered: Offered) -> Typed:
        bounds = {name: _key(definition, typed[name]) for name in ("at_least", "at_most") if typed.get(name)}
        values = [_key(definition, value) for value in typed.get("any", ())]
        return {"code": definition.code, "any": values, **bounds}

    return Kind(code=f"field:{definition.code}", title=definition.label, leaf=Attribute, fields=fields, read=read)


def _key(definition: Definition, given: object) -> str:
    """Return how a value is kept; what cannot be one is kept by nobody."""
    try:
        value = clean_value(definition, given)
    except InvalidValue:
        return str(given)
    match value:
        case tuple():
            return str(next(iter(value), given))
        case None:
            return str(given)
        case _:
            return key_of(value) or str(given)
