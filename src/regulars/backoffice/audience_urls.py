"""The addresses of groups of members: filters, views, tags, segments, and lists as files."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import bulk, exports, members, segments, tags

urlpatterns: list[URLPattern] = [
    path("members/rows/", members.filter_rows, name="filter_rows"),
    path("members/count/", members.count, name="count_list"),
    path("members/views/new/", members.new_view, name="new_view"),
    path("members/views/<int:view_id>/remove/", members.drop_view, name="drop_view"),
    path("members/tag/", bulk.tag_list, name="tag_list"),
    path("members/export/", bulk.export_members, name="export_members"),
    path("members/<int:member_id>/tags/", tags.member_tags, name="member_tags"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:export_id>/", exports.export, name="export"),
    path("exports/<int:export_id>/stop/", exports.stop, name="stop_export"),
    path("exports/<int:export_id>/file/", exports.fetch, name="fetch_export"),
    path("segments/", segments.segments, name="segments"),
    path("segments/new/", segments.new_segment, name="new_segment"),
    path("segments/rows/", segments.rows, name="segment_rows"),
    path("segments/count/", segments.count, name="count_segment"),
    path("segments/<int:segment_id>/", segments.segment, name="segment"),
    path("segments/<int:segment_id>/remove/", segments.remove, name="remove_segment"),
    path("segments/<int:segment_id>/tags/", segments.add_auto_tag, name="add_auto_tag"),
    path("segments/<int:segment_id>/tags/<int:rule_id>/end/", segments.end_auto_tag, name="end_auto_tag"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<int:tag_id>/", tags.tag, name="tag"),
    path("tags/<int:tag_id>/remove/", tags.remove, name="remove_tag"),
    path("tags/file/", tags.tag_file, name="tag_file"),
    path("tags/file/template/", tags.template, name="tag_template"),
    path("tags/batches/<int:batch_id>/", tags.tag_batch, name="tag_batch"),
    path("tags/batches/<int:batch_id>/apply/", tags.apply, name="apply_tag_batch"),
    path("tags/batches/<int:batch_id>/undo/", tags.undo, name="undo_tag_batch"),
]
