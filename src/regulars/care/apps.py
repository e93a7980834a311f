from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "regulars.care"
    verbose_name = "Customer care"
