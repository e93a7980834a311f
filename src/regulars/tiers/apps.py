from django.apps import AppConfig


class TiersConfig(AppConfig):
    name = "regulars.tiers"
    verbose_name = "Tiers"

    def ready(self) -> None:
        """Let messages say where members stand."""
        from regulars.tiers import in_messages  # noqa: F401
