"""How a merchant looks to its members and its team; its name and time zone are the program's."""

from django.db import models
from django.db.models import Q

from regulars.brand.dates import DateStyle
from regulars.core.store_words import StoreWord
from regulars.files.models import KeptFile


class Looks(models.Model):
    """The one row of a merchant; without it everything looks as Regulars does.

    `number` counts the changes. `accent` is "#rrggbb" in small letters, as links and buttons have it on light paper;
    "" is Regulars' own.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.PositiveIntegerField(default=0)
    logo = models.ForeignKey(KeptFile, on_delete=models.PROTECT, null=True, related_name="+")
    logo_width = models.PositiveSmallIntegerField(null=True)
    logo_height = models.PositiveSmallIntegerField(null=True)
    accent = models.CharField(max_length=7, blank=True)
    date_style = models.CharField(max_length=16, default=DateStyle.WORDS.value)
    store_word = models.CharField(max_length=16, default=StoreWord.STORE.value)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_merchant_looks_one_way", condition=Q(id=1)),
            models.CheckConstraint(
                name="a_logo_has_its_size",
                condition=Q(logo=None, logo_width=None, logo_height=None)
                | Q(logo__isnull=False, logo_width__gt=0, logo_height__gt=0),
            ),
            models.CheckConstraint(name="an_accent_is_a_colour", condition=Q(accent__regex=r"^(#[0-9a-f]{6})?$")),
        ]

    def __str__(self) -> str:
        return f"looks {self.number}"
