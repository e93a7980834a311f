"""Every address that Django answers."""

from django.urls import URLPattern, URLResolver, include, path

from regulars.backoffice.pages.language import speak

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/language/", speak, name="speak"),
    path("accounts/", include("allauth.urls")),
    path("", include("regulars.backoffice.urls")),
]
