"""One editor for every kind of piece: its form, its words and where it lives."""

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.program.lists import BudgetForm, CollectionForm
from regulars.backoffice.forms.program.naming import NamedForm
from regulars.backoffice.forms.program.reward import RewardForm
from regulars.backoffice.forms.program.rule import RuleForm
from regulars.backoffice.forms.program.stamp_card import StampCardForm
from regulars.backoffice.forms.program.tier_set import TierSetForm
from regulars.backoffice.forms.program.unit import UnitForm
from regulars.backoffice.program.pieces import Kind


class Editor(msgspec.Struct, frozen=True, kw_only=True):
    """`slug` is its name in addresses and templates, `room` the page that lists its kind."""

    slug: str
    kind: Kind
    form: type[NamedForm]
    room: str
    room_title: Promise
    noun: Promise
    new: Promise
    kept: Promise


EDITORS: dict[str, Editor] = {
    editor.slug: editor
    for editor in (
        Editor(
            slug="rule",
            kind="rules",
            form=RuleForm,
            room="earning",
            room_title=_("Earning"),
            noun=_("rule"),
            new=_("New rule"),
            kept=_("The rule is in the draft."),
        ),
        Editor(
            slug="unit",
            kind="units",
            form=UnitForm,
            room="units",
            room_title=_("Units"),
            noun=_("unit"),
            new=_("New unit"),
            kept=_("The unit is in the draft."),
        ),
        Editor(
            slug="card",
            kind="stamp_cards",
            form=StampCardForm,
            room="stamp_cards",
            room_title=_("Stamps"),
            noun=_("stamp card"),
            new=_("New stamp card"),
            kept=_("The stamp card is in the draft."),
        ),
        Editor(
            slug="tiers",
            kind="tier_sets",
            form=TierSetForm,
            room="tier_sets",
            room_title=_("Tiers"),
            noun=_("tiers"),
            new=_("New tiers"),
            kept=_("The tiers are in the draft."),
        ),
        Editor(
            slug="reward",
            kind="rewards",
            form=RewardForm,
            room="catalogue",
            room_title=_("Rewards"),
            noun=_("reward"),
            new=_("New reward"),
            kept=_("The reward is in the draft."),
        ),
        Editor(
            slug="budget",
            kind="budgets",
            form=BudgetForm,
            room="lists",
            room_title=_("Budgets and collections"),
            noun=_("budget"),
            new=_("New budget"),
            kept=_("The budget is in the draft."),
        ),
        Editor(
            slug="collection",
            kind="collections",
            form=CollectionForm,
            room="lists",
            room_title=_("Budgets and collections"),
            noun=_("collection"),
            new=_("New collection"),
            kept=_("The collection is in the draft."),
        ),
    )
}
OF_KIND: dict[str, Editor] = {editor.kind: editor for editor in EDITORS.values()}
