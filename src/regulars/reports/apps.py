from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "regulars.reports"
    verbose_name = "Reports"
