"""The addresses of what is written to members: templates, channels, messages to one and to many."""

from django.urls import URLPattern, path

from regulars.backoffice.pages.messages import channels, deliveries, editor, many, member, runs, templates

TEMPLATE = "templates/<int:template_id>/"

urlpatterns: list[URLPattern] = [
    path("members/<int:member_id>/write/", member.write, name="write_member"),
    path("members/<int:member_id>/write/preview/", member.preview, name="write_preview"),
    path("messages/", deliveries.deliveries, name="deliveries"),
    path("messages/<int:delivery_id>/", deliveries.delivery, name="delivery"),
    path("messages/<int:delivery_id>/retry/", deliveries.retry, name="retry_delivery"),
    path("messages/<int:delivery_id>/cancel/", deliveries.cancel, name="cancel_delivery"),
    path("messages/many/", many.many, name="write_many"),
    path("messages/many/preview/", many.preview, name="write_many_preview"),
    path("messages/runs/", runs.runs, name="message_runs"),
    path("messages/runs/<int:run_id>/", runs.run, name="message_run"),
    path("messages/runs/<int:run_id>/turn/", runs.turn, name="turn_message_run"),
    path("messages/runs/<int:run_id>/export/", runs.export, name="export_message_run"),
    path("templates/", templates.templates, name="message_templates"),
    path("templates/choose/", templates.choose, name="choose_message_template"),
    path("templates/ready/", templates.take_ready, name="take_ready_templates"),
    path("templates/new/", editor.new, name="new_message_template"),
    path("templates/preview/", editor.preview, name="message_template_preview"),
    path("templates/terms/", channels.terms, name="message_terms"),
    path(TEMPLATE, editor.template, name="message_template"),
    path(f"{TEMPLATE}versions/", templates.versions, name="message_template_versions"),
    path(f"{TEMPLATE}name/", templates.rename, name="rename_message_template"),
    path(f"{TEMPLATE}retire/", templates.retire, name="retire_message_template"),
    path(f"{TEMPLATE}test/", templates.test, name="test_message_template"),
    path("connections/", channels.channels, name="channels"),
    path("connections/<slug:kind>/", channels.connect, name="connect_channel"),
    path("connections/<slug:kind>/test/", channels.test, name="test_channel"),
    path("connections/<slug:kind>/disconnect/", channels.disconnect, name="disconnect_channel"),
]
