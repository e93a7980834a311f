"""The addresses of what people are asked about their data, what they decided, and what goes."""

from django.urls import URLPattern, path

from regulars.backoffice.pages import consents, erasures, member_export, policies, privacy, purposes, retention

MEMBER = "members/<int:member_id>/"

urlpatterns: list[URLPattern] = [
    path(f"{MEMBER}consents/", consents.consents, name="consents"),
    path(f"{MEMBER}export/", member_export.member_export, name="member_export"),
    path(f"{MEMBER}erase/", erasures.ask, name="erase_member"),
    path(f"{MEMBER}hold/", retention.place, name="place_hold"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/terms/", privacy.terms, name="privacy_terms"),
    path("privacy/presets/<slug:code>/", privacy.preset, name="privacy_preset"),
    path("privacy/purposes/new/", purposes.new_purpose, name="new_purpose"),
    path("privacy/purposes/<slug:code>/", purposes.edit_purpose, name="edit_purpose"),
    path("privacy/purposes/<slug:code>/retire/", purposes.retire, name="retire_purpose"),
    path("privacy/policies/new/", policies.new_policy, name="new_policy"),
    path("privacy/policies/<slug:code>/", policies.policy, name="policy"),
    path("privacy/policies/<slug:code>/publish/", policies.publish, name="publish_policy"),
    path("privacy/versions/<int:version_id>/language/", policies.translate, name="translate_policy"),
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/<int:erasure_id>/", erasures.erasure, name="erasure"),
    path("erasures/<int:erasure_id>/withdraw/", erasures.withdraw, name="withdraw_erasure"),
    path("holds/", retention.holds, name="retention_holds"),
    path("holds/<int:hold_id>/lift/", retention.lift, name="lift_hold"),
]
