from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "regulars.points"
    verbose_name = "Points"
