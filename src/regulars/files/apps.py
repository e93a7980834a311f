from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "regulars.files"
    verbose_name = "Files"
