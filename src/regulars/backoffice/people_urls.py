"""The addresses of what the team does about a person: fields, notes, verified addresses, leaving the program."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import addresses, fields, notes, regulated, status

MEMBER = "members/<int:member_id>/"

urlpatterns: list[URLPattern] = [
    path(f"{MEMBER}status/", status.member_status, name="member_status"),
    path(f"{MEMBER}join/", status.join, name="join"),
    path(f"{MEMBER}leave/", status.leave, name="leave_program"),
    path(f"{MEMBER}identifiers/<int:identifier_id>/drop/", addresses.drop, name="drop_identifier"),
    path(f"{MEMBER}notes/", notes.notes, name="notes"),
    path(f"{MEMBER}notes/<int:note_id>/", notes.change_note, name="change_note"),
    path(f"{MEMBER}regulated/", regulated.regulated, name="regulated"),
    path(f"{MEMBER}regulated/edit/", regulated.change_regulated, name="change_regulated"),
    path(f"{MEMBER}regulated/files/<int:file_id>/", regulated.regulated_file, name="regulated_file"),
    path(f"{MEMBER}<slug:kind>/verify/", addresses.verify, name="verify_address"),
    path(f"{MEMBER}<slug:kind>/verify/undo/", addresses.undo, name="undo_verification"),
    path("fields/", fields.fields, name="fields"),
    path("fields/new/", fields.new_field, name="new_field"),
    path("fields/sets/<slug:code>/", fields.preset, name="preset_fields"),
    path("fields/<slug:code>/", fields.edit_field, name="edit_field"),
    path("fields/<slug:code>/move/", fields.move_field, name="move_field"),
    path("fields/<slug:code>/retire/", fields.retire_field, name="retire_field"),
]
