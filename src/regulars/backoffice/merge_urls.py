"""The addresses of duplicates and merges."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import duplicates, merge

urlpatterns: list[URLPattern] = [
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/<int:duplicate_id>/dismiss/", duplicates.dismiss, name="dismiss_duplicate"),
    path("duplicates/<int:duplicate_id>/reopen/", duplicates.reopen, name="reopen_duplicate"),
    path("members/<int:member_id>/merge/", merge.find_other, name="merge_find"),
    path("members/<int:member_id>/merge/<int:other_id>/", merge.merge_two, name="merge_two"),
    path("merges/<int:merge_id>/", merge.merge, name="merge"),
]
