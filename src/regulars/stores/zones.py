"""A time zone is a name of the IANA database, such as America/New_York."""

from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone. Try America/New_York."), params={"name": name})


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
