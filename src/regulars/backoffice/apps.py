from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "regulars.backoffice"
    verbose_name = "Back office"
