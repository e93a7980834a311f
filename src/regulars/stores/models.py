"""Places that sell, the tills in them, and the tags that group them."""

from django.db import models

from regulars.stores.zones import check_time_zone


class Tag(models.Model):
    """A label that groups stores: created first, then put on stores."""

    name = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """Stores that are run together: a city, a region. A store lies in one area at most."""

    name = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A place that sells. Tills name it by `code`."""

    code = models.CharField(max_length=32, unique=True, db_collation="C")
    name = models.CharField(max_length=128)
    time_zone = models.CharField(max_length=64, validators=[check_time_zone])
    tags = models.ManyToManyField(Tag, blank=True, related_name="stores")
    area = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, blank=True, related_name="stores")
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Till(models.Model):
    """A device in a store. A sale may name a till that is not listed here: no till is stopped for paperwork."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="tills")
    code = models.CharField(max_length=32, db_collation="C")
    name = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="one_till_per_code_in_a_store")]

    def __str__(self) -> str:
        return self.name or self.code
