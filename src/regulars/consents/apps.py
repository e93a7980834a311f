from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "regulars.consents"
    verbose_name = "Privacy"
