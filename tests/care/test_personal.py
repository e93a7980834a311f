"""Every column that could hold a person's data is known: it goes when the person does, or is said to be plain."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from regulars.care.personal import PERSONAL
from tests.care.impersonal import BY_FILE, OF_THE_SHOP, PLAIN

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.DateField, ArrayField)
OURS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith("regulars.") and model._meta.app_label != "platform"
]
TABLES = {model._meta.db_table: model for model in OURS}


def columns_of(model) -> set[str]:
    fields = [field for field in model._meta.concrete_fields if isinstance(field, TEXTS)]
    return {field.column for field in fields if not isinstance(field, models.DateTimeField)}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_each_table_goes_is_emptied_or_says_nothing_about_anybody(table):
    """A new column of text joins `care/personal.py`, or `impersonal.py` here, where it never says who somebody is."""
    if table in OF_THE_SHOP | BY_FILE or any(each.table == table and not each.columns for each in PERSONAL):
        return
    emptied = {column for each in PERSONAL if each.table == table for column in each.columns}
    unknown = columns_of(TABLES[table]) - emptied - set(PLAIN.get(table, ()))
    assert unknown == set()


def test_nothing_is_named_that_is_not_there():
    named = OF_THE_SHOP | BY_FILE | PLAIN.keys() | {each.table for each in PERSONAL}
    assert named - TABLES.keys() == set()
    for table, plain in PLAIN.items():
        assert set(plain) - {field.column for field in TABLES[table]._meta.concrete_fields} == set()


def test_what_is_of_the_shop_points_to_no_member():
    for table in OF_THE_SHOP:
        assert not [field.column for field in TABLES[table]._meta.concrete_fields if field.column == "member_id"]
