"""Which lines are meant, as five lists of names."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.forms.program.choosing import NamesField, SomeOf

LISTS = ("categories", "skus", "brands", "labels", "collections")


def item_fields(prefix: str) -> dict[str, forms.Field]:
    """A line is meant if one of them names it."""
    return {
        f"{prefix}__categories": NamesField(label=_("Categories"), source="categories"),
        f"{prefix}__skus": NamesField(label=_("Products (SKU)")),
        f"{prefix}__brands": NamesField(label=_("Brands")),
        f"{prefix}__labels": NamesField(label=_("Labels")),
        f"{prefix}__collections": SomeOf(label=_("Collections"), source="collections"),
    }


def names_any(typed: Mapping[str, Any], prefix: str) -> bool:
    return any(typed.get(f"{prefix}__{name}") for name in LISTS)
