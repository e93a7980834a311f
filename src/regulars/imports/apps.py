from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "regulars.imports"
    verbose_name = "Imports"
