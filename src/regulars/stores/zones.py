"""A time zone is a name of the IANA database, such as America/New_York."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def known_zones() -> frozenset[str]:
    """All names there are: read once, from hundreds of files."""
    return frozenset(available_timezones())


def check_time_zone(name: str) -> None:
    if name not in known_zones():
        raise ValidationError(_("%(name)s is not a time zone. Try America/New_York."), params={"name": name})


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
