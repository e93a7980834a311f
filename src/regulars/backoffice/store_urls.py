"""The addresses of stores, their tags and areas."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import store_labels, stores

urlpatterns: list[URLPattern] = [
    path("stores/", stores.stores, name="stores"),
    path("stores/new/", stores.new_store, name="new_store"),
    path("stores/labels/", store_labels.labels, name="store_labels"),
    path("stores/labels/<slug:kind>/<int:label_id>/", store_labels.label, name="store_label"),
    path("stores/at/<str:code>/", stores.store, name="store"),
    path("stores/at/<str:code>/edit/", stores.edit_store, name="edit_store"),
]
