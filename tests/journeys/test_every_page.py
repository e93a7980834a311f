"""What holds on every page: nothing runs off a phone or shuts anybody out, and reading needs no JavaScript."""

from pathlib import Path

import pytest

from tests.journeys.groups import REGULARS

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PAGES = {
    "home": "/",
    "members": "/members/",
    "members-filtered": f"/members/?{REGULARS}&c1-0-kind=bought&c1-0-count=spend&c1-0-at_least=1",
    "members-none": "/members/?status=left",
    "keep-a-view": "/members/views/new/?status=guest",
    "tag-a-list": "/members/tag/?who=all&query=status%3Dmember",
    "export-a-list": "/members/export/?who=all&query=status%3Dmember",
    "exports": "/exports/",
    "export": "/exports/{export}/",
    "imports": "/imports/",
    "import-new": "/imports/{import_new}/",
    "import-columns": "/imports/{import_new}/columns/",
    "import-checked": "/imports/{import_checked}/",
    "import-done": "/imports/{import_done}/",
    "import-lots": "/imports/{import_lots}/",
    "undo-import": "/imports/{import_done}/undo/",
    "segments": "/segments/",
    "segment": "/segments/{segment}/",
    "new-segment": "/segments/new/",
    "tags": "/tags/",
    "tag": "/tags/{tag}/",
    "tag-by-file": "/tags/file/",
    "tags-looked-at": "/tags/batches/{tag_batch}/",
    "member-tags": "/members/{member}/tags/",
    "write-to-many": "/messages/many/?who=all&query=status%3Dmember&template=news",
    "messages": "/messages/",
    "messages-none": "/messages/?state=cancelled",
    "message": "/messages/{message}/",
    "message-failed": "/messages/{failed}/",
    "message-runs": "/messages/runs/",
    "message-run": "/messages/runs/{run}/",
    "templates": "/templates/",
    "choose-a-template": "/templates/choose/",
    "new-template": "/templates/new/?from=expires_soon",
    "template": "/templates/{template}/",
    "template-versions": "/templates/{template}/versions/",
    "rename-template": "/templates/{template}/name/",
    "test-template": "/templates/{template}/test/",
    "message-terms": "/templates/terms/",
    "connections": "/connections/",
    "connect-email": "/connections/email/",
    "connect-sms": "/connections/sms/",
    "test-channel": "/connections/sms/test/",
    "write-to-a-member": "/members/{member}/write/?template=news",
    "member-messages": "/members/{member}/?show=messages",
    "duplicates": "/duplicates/",
    "duplicates-merged": "/duplicates/?state=merged",
    "merge-find": "/members/{member}/merge/",
    "enrol": "/members/new/",
    "member": "/members/{member}/",
    "member-points": "/members/{member}/?show=points",
    "edit": "/members/{member}/edit/",
    "adjust": "/members/{member}/adjust/",
    "status": "/members/{member}/status/",
    "leave": "/members/{member}/leave/",
    "notes": "/members/{member}/notes/",
    "regulated": "/members/{member}/regulated/",
    "edit-regulated": "/members/{member}/regulated/edit/",
    "verify": "/members/{member}/email/verify/",
    "undo-verification": "/members/{member}/email/verify/undo/",
    "fields": "/fields/",
    "new-field": "/fields/new/",
    "field": "/fields/usual_drink/",
    "retire-field": "/fields/usual_drink/retire/",
    "fields-of-a-trade": "/fields/sets/salon/",
    "cards": "/cards/",
    "cards-none": "/cards/?status=lost",
    "card": "/cards/number/GOLD-1/",
    "card-in-stock": "/cards/number/PAPER-001/",
    "block-card": "/cards/number/GOLD-1/block/",
    "replace-card": "/cards/number/GOLD-1/replace/",
    "rank-card": "/cards/number/GOLD-1/rank/",
    "activate-card": "/cards/number/PAPER-001/activate/",
    "activate-card-new": "/cards/number/PAPER-001/activate/new/",
    "card-kinds": "/cards/kinds/",
    "card-kind": "/cards/kinds/paper/",
    "new-card-kind": "/cards/kinds/new/",
    "card-batches": "/cards/batches/",
    "card-batch": "/cards/batches/{batch}/",
    "seal-batch": "/cards/batches/{batch}/seal/",
    "new-card-batch": "/cards/batches/new/",
    "new-card": "/members/{member}/cards/new/",
    "entry": "/entries/{entry}/",
    "sales": "/sales/",
    "sale": "/sales/{sale}/",
    "refund": "/sales/{sale}/refund/",
    "correct": "/sales/{sale}/correct/",
    "receipts": "/receipts/",
    "no-receipts": "/receipts/?state=lapsed",
    "key-a-sale": "/receipts/new/?kind=claim&member={member}",
    "receipt": "/receipts/{receipt}/",
    "odd-receipt": "/receipts/{odd}/",
    "receipt-code": "/receipts/{receipt}/code/",
    "reject-receipt": "/receipts/{receipt}/reject/",
    "disputes": "/disputes/",
    "dispute": "/disputes/{dispute}/",
    "new-dispute": "/members/{member}/disputes/new/",
    "spend": "/members/{member}/spend/",
    "stamps": "/members/{member}/stamps/",
    "slip": "/members/{member}/stamps/code/",
    "tier": "/members/{member}/tier/",
    "dates": "/members/{member}/dates/?unit=points",
    "hand-out": "/members/{member}/rewards/{gift}/use/",
    "remove-reward": "/members/{member}/rewards/{gift}/remove/",
    "undo-refund": "/sales/{sale}/refunds/{refund}/undo/",
    "to-send": "/fulfilment/",
    "stamp-codes": "/stamp-codes/",
    "new-codes": "/stamp-codes/new/",
    "new-poster": "/stamp-codes/posters/new/",
    "poster": "/stamp-codes/posters/{poster}/",
    "back-tests": "/back-tests/",
    "back-test": "/back-tests/{backtest}/",
    "program": "/program/",
    "earning": "/program/earning/",
    "rule": "/program/rule/base/",
    "new-rule": "/program/new/rule/",
    "stamp-cards": "/program/stamps/",
    "stamp-card": "/program/card/coffee/",
    "tiers": "/program/tiers/",
    "tier-set": "/program/tiers/status/",
    "new-tiers": "/program/new/tiers/",
    "rewards": "/program/rewards/",
    "reward": "/program/reward/mug/",
    "remove": "/program/reward/cup/remove/",
    "units": "/program/units/",
    "unit": "/program/unit/coins/",
    "lists": "/program/lists/",
    "budget": "/program/budget/beans/",
    "collection": "/program/new/collection/",
    "policies": "/program/policies/",
    "try": "/program/try/?member=Ann&store=330&tender=cash&lines-0-category=COFFEE&lines-0-amount_minor=9.00",
    "draft": "/program/draft/",
    "discard": "/program/draft/discard/",
    "versions": "/program/versions/",
    "version": "/program/versions/2/",
    "import": "/program/import/",
    "recipes": "/program/recipes/",
    "shop": "/shop/",
    "keys": "/keys/",
    "key": "/keys/new/",
    "activity": "/activity/",
    "jobs": "/jobs/",
    "privacy": "/privacy/",
    "privacy-terms": "/privacy/terms/",
    "privacy-of-a-law": "/privacy/presets/pdpa_my/",
    "new-purpose": "/privacy/purposes/new/",
    "purpose": "/privacy/purposes/marketing/",
    "retire-purpose": "/privacy/purposes/marketing/retire/",
    "new-policy": "/privacy/policies/new/",
    "policy": "/privacy/policies/privacy/",
    "publish-policy": "/privacy/policies/privacy/publish/",
    "policy-language": "/privacy/versions/{policy_version}/language/",
    "consents": "/members/{member}/consents/",
    "all-their-data": "/members/{member}/export/",
    "erase": "/members/{member}/erase/",
    "hold": "/members/{member}/hold/",
    "going-member": "/members/{going}/",
    "erased-member": "/members/{erased}/",
    "erasures": "/erasures/?state=all",
    "erasure": "/erasures/{erasure}/",
    "certificate": "/erasures/{certificate}/",
    "holds": "/holds/",
    "stores": "/stores/",
    "store": "/stores/at/330/",
    "change a store": "/stores/at/330/edit/",
    "add a store": "/stores/new/",
    "store tags": "/stores/labels/",
    "team": "/people/",
    "roles": "/roles/",
    "new role": "/roles/new/",
    "approvals": "/approvals/",
    "what needs leave": "/approvals/rules/",
    "add a person": "/people/new/",
    "my account": "/me/",
    "security": "/accounts/2fa/",
    "password": "/accounts/password/change/",
    "nothing-found": "/search/?q=xyzzy",
}
# What the page measured of itself since it was opened.
LAYOUT = """() => new Promise((answer) => {
    let shift = 0;
    new PerformanceObserver((seen) => { for (const one of seen.getEntries()) shift += one.value; })
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => answer({wide: document.documentElement.scrollWidth, shift}), 50);
})"""
STILL = 0.05
VIOLATIONS = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) =>
    found.violations.filter((each) => ["serious", "critical"].includes(each.impact)))"""


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_every_page_is_open_to_everybody(shop, open_page, keep, width, theme):
    """Under its content policy: whatever that would stop is a complaint of the console, which `open_page` tells."""
    page = open_page(width=width, theme=theme)
    page.add_init_script(path=AXE)
    faults = door_faults(shop, page)
    shop.sign_in(page)
    for name, path in PAGES.items():
        page.goto(shop.url + path.format(**shop.known))
        come_to_rest(page)
        seen = page.evaluate(LAYOUT)  # before the picture, which stretches the page
        keep(page, f"{name}-{width}-{theme}")
        if seen["wide"] > width:
            faults.append(f"{name}: {seen['wide']} pixels wide")
        if seen["shift"] > STILL:
            faults.append(f"{name}: moved while it was loading, by {seen['shift']:.3f}")
        faults += [f"{name}: {fault}" for fault in serious(page)]
    assert not faults, "\n".join(faults)


def come_to_rest(page) -> None:
    """Wait for what a page asks for by itself when it is there."""
    if page.evaluate("document.querySelector('.htmx-request') !== null"):
        page.wait_for_selector(".htmx-request", state="detached")


def door_faults(shop, page) -> list[str]:
    page.goto(f"{shop.url}/accounts/login/")
    return [f"sign-in: {fault}" for fault in serious(page)]


def serious(page) -> list[str]:
    """What axe finds serious or critical, a line each."""
    return [
        f"{fault['id']} {node['target']} {node['failureSummary'][:160]!r}"
        for fault in page.evaluate(VIOLATIONS)
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("width", [360, 1200, 1440])
def test_nothing_moves_while_a_member_comes_in_over_a_slow_line(shop, open_page, width):
    page = open_page(width=width)
    shop.sign_in(page)
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 50, "downloadThroughput": 60_000, "uploadThroughput": 60_000}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    assert page.evaluate(LAYOUT)["shift"] <= STILL


def test_a_wide_screen_is_not_wasted_nor_overrun(shop, open_page, keep):
    page = open_page(width=1920)
    shop.sign_in(page)
    page.goto(f"{shop.url}/members/{shop.known['member']}/")
    keep(page, "member-1920-light")
    assert page.evaluate(LAYOUT)["wide"] <= 1920


@pytest.mark.parametrize("name", ["member", "sale", "earning", "rule", "draft", "try", "members", "spend", "back-test"])
def test_a_page_is_read_without_javascript(shop, open_page, keep, name):
    page = open_page(java_script_enabled=False)
    page.goto(f"{shop.url}/accounts/login/")
    page.fill("[name=login]", "owner@example.com")
    page.fill("[name=password]", "correct horse 42")
    page.click("button.main")
    page.goto(shop.url + PAGES[name].format(**shop.known))
    keep(page, f"{name}-without-javascript")
    assert page.locator("h1").is_visible()
    assert page.locator("nav#menu a", has_text="Members").is_visible()
