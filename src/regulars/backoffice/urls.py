"""Every address of the back office; the installation mounts them at its root."""

from django.urls import URLPattern, URLResolver, path

from regulars.backoffice import (
    audience_urls,
    card_urls,
    customer_urls,
    people_urls,
    program_urls,
    receipt_urls,
    staff_urls,
)
from regulars.backoffice.admin import stores  # noqa: F401  # registers them
from regulars.backoffice.pages import (
    activity,
    adjust,
    cards,
    enrol,
    entry,
    files,
    home,
    jobs,
    keys,
    member,
    members,
    refund,
    sale,
    sales,
    search,
)
from regulars.backoffice.site import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("members/", members.members, name="members"),
    path("members/new/", enrol.enrol, name="enrol"),
    path("members/<int:member_id>/", member.member, name="member"),
    path("members/<int:member_id>/edit/", enrol.edit_member, name="edit_member"),
    path("members/<int:member_id>/adjust/", adjust.adjust, name="adjust"),
    path("members/<int:member_id>/adjust/preview/", adjust.preview, name="adjust_preview"),
    path("members/<int:member_id>/cards/new/", cards.new_card, name="new_card"),
    path("entries/<int:entry_id>/", entry.entry, name="entry"),
    path("files/<int:file_id>/", files.file, name="file"),
    path("sales/", sales.sales, name="sales"),
    path("sales/<int:sale_id>/", sale.sale, name="sale"),
    path("sales/<int:sale_id>/refund/", refund.refund, name="refund"),
    path("sales/<int:sale_id>/member/", sale.attach, name="attach"),
    *program_urls.urlpatterns,
    *audience_urls.urlpatterns,
    *customer_urls.urlpatterns,
    *card_urls.urlpatterns,
    *receipt_urls.urlpatterns,
    *people_urls.urlpatterns,
    *staff_urls.urlpatterns,
    path("keys/", keys.keys, name="keys"),
    path("keys/new/", keys.new_key, name="new_key"),
    path("keys/<int:key_id>/revoke/", keys.revoke, name="revoke_key"),
    path("activity/", activity.activity, name="activity"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("office/", site.urls),
]
