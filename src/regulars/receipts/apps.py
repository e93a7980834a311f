from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    name = "regulars.receipts"
    verbose_name = "Receipts"
