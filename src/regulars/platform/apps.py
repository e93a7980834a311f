"""The platform as a Django app."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "regulars.platform"
    verbose_name = "Platform"
