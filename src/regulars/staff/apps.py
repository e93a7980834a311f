from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "regulars.staff"
    verbose_name = "Team"
