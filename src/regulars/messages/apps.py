from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "regulars.messages"
    label = "messaging"  # Django has an app called messages
    verbose_name = "Messages"
