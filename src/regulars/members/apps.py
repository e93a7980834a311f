from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "regulars.members"
    verbose_name = "Customers"
