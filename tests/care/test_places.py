"""No table that tells of a member is forgotten when two become one."""

from django.apps import apps

from regulars.care.places import PLACES, STAYS


def test_every_table_with_a_member_says_what_becomes_of_its_rows():
    told = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "column", None) == "member_id"
    }
    assert told == {place.table for place in PLACES} | STAYS
