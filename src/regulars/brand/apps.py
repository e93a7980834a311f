from django.apps import AppConfig

from regulars.core.tongue import speak_by


class BrandConfig(AppConfig):
    name = "regulars.brand"
    verbose_name = "Brand"

    def ready(self) -> None:
        from regulars.brand.speaking import DjangosTongue

        speak_by(DjangosTongue())
