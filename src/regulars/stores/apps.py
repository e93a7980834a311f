from django.apps import AppConfig


class StoresConfig(AppConfig):
    name = "regulars.stores"
    verbose_name = "Stores"
