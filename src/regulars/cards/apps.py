from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "regulars.cards"
    verbose_name = "Cards"
