from django.apps import AppConfig


class BrandConfig(AppConfig):
    name = "regulars.brand"
    verbose_name = "Brand"
