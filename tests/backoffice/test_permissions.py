"""Who may open which address of the back office: every address, with the right that it asks for.

What each role holds is the table in tests/staff/test_people.py. An address that is missing here fails.
"""

import re

import pytest
from django.urls import URLPattern

from regulars.backoffice.urls import urlpatterns
from regulars.platform.rows import LARGEST_ID
from regulars.staff.models import Role
from regulars.staff.rights import RIGHTS, Right
from tests.backoffice.conftest import sign_in

pytestmark = pytest.mark.django_db

# None: everybody who is signed in; such a page shows what the person may see, and asks for rights of its own.
ASKS: dict[Right | None, tuple[str, ...]] = {
    None: (
        "approval",
        "approvals",
        "file",
        "home",
        "me",
        "my_pin",
        "sign_out_elsewhere",
    ),
    Right.SEE_MEMBERS: (
        "card",
        "cards",
        "consents",
        "count_list",
        "count_segment",
        "drop_view",
        "entry",
        "filter_rows",
        "member",
        "members",
        "new_view",
        "notes",
        "search",
        "segments",
        "tag_batch",
        "tags",
    ),
    Right.CHANGE_MEMBERS: (
        "activate_card",
        "activate_card_new",
        "change_card",
        "change_note",
        "drop_identifier",
        "edit_member",
        "enrol",
        "join",
        "new_card",
        "undo_verification",
        "verify_address",
    ),
    Right.BLOCK_MEMBERS: (
        "leave_program",
        "member_status",
    ),
    Right.MERGE_MEMBERS: (
        "dismiss_duplicate",
        "duplicates",
        "merge",
        "merge_find",
        "merge_two",
        "reopen_duplicate",
    ),
    Right.ERASE_MEMBERS: (
        "erase_member",
        "erasure",
        "erasures",
        "withdraw_erasure",
    ),
    Right.EXPORT_LISTS: (
        "export",
        "export_members",
        "export_sales",
        "export_message_run",
        "exports",
        "fetch_export",
        "member_export",
        "stop_export",
    ),
    Right.IMPORT_LISTS: (
        "discard_import",
        "import",
        "import_columns",
        "import_lines",
        "import_template",
        "imports",
        "resume_import",
        "start_import",
        "stop_import",
        "undo_import",
    ),
    Right.CHANGE_ATTRIBUTES: (
        "edit_field",
        "fields",
        "move_field",
        "new_field",
        "preset_fields",
        "retire_field",
    ),
    Right.SEE_REGULATED: (
        "regulated",
        "regulated_file",
    ),
    Right.CHANGE_REGULATED: ("change_regulated",),
    Right.CHANGE_PRIVACY: (
        "edit_purpose",
        "lift_hold",
        "new_policy",
        "new_purpose",
        "place_hold",
        "policy",
        "privacy",
        "privacy_preset",
        "privacy_terms",
        "publish_policy",
        "retention_holds",
        "retire_purpose",
        "translate_policy",
    ),
    Right.TAG_MEMBERS: ("member_tags",),
    Right.CHANGE_AUDIENCES: (
        "add_auto_tag",
        "apply_tag_batch",
        "end_auto_tag",
        "new_segment",
        "remove_segment",
        "remove_tag",
        "segment",
        "segment_rows",
        "tag",
        "tag_file",
        "tag_list",
        "tag_template",
        "undo_tag_batch",
    ),
    Right.MAKE_CARDS: (
        "card_batch",
        "card_batches",
        "card_type",
        "card_types",
        "new_card_batch",
        "new_card_type",
        "print_card_batch",
        "seal_card_batch",
        "stop_card_batch",
    ),
    Right.SEE_MESSAGES: (
        "deliveries",
        "delivery",
        "message_run",
        "message_runs",
    ),
    Right.SEND_MESSAGES: (
        "cancel_delivery",
        "retry_delivery",
        "turn_message_run",
        "write_many",
        "write_many_preview",
        "write_member",
        "write_preview",
    ),
    Right.CHANGE_MESSAGES: (
        "choose_message_template",
        "message_template",
        "message_template_preview",
        "message_template_versions",
        "message_templates",
        "message_terms",
        "new_message_template",
        "rename_message_template",
        "retire_message_template",
        "take_ready_templates",
        "test_message_template",
    ),
    Right.CHANGE_CHANNELS: (
        "channels",
        "connect_channel",
        "disconnect_channel",
        "test_channel",
    ),
    Right.ENTER_RECEIPTS: (
        "correct_sale",
        "finish_receipt",
        "new_dispute",
        "new_receipt",
        "receipt_code",
        "receipt_preview",
    ),
    Right.CONFIRM_RECEIPTS: ("confirm_receipt",),
    Right.SEE_SALES: (
        "dispute",
        "disputes",
        "receipt",
        "receipt_proof",
        "receipts",
        "reject_receipt",
        "sale",
        "sales",
    ),
    Right.REFUND_SALES: ("refund",),
    Right.ATTACH_SALES: ("attach",),
    Right.ADJUST_POINTS: (
        "adjust",
        "adjust_preview",
    ),
    Right.CLAIM_REWARDS: (
        "slip",
        "spend",
        "use_reward",
    ),
    Right.REMOVE_REWARDS: (
        "remove_reward",
        "take_back_use",
    ),
    Right.FULFIL_REWARDS: (
        "fulfil_reward",
        "fulfilment",
    ),
    Right.GIVE_STAMPS: (
        "new_codes",
        "new_poster",
        "poster",
        "stamp_codes",
        "stamps",
        "stamps_preview",
        "take_poster_down",
    ),
    Right.CHANGE_TIERS: (
        "change_tier",
        "tier_preview",
        "undo_tier",
    ),
    Right.RELEASE_PENDING: ("release_pending",),
    Right.CHANGE_DATES: ("dates",),
    Right.UNDO_REFUNDS: ("undo_refund",),
    Right.SEE_STORES: (
        "store",
        "store_labels",
        "stores",
    ),
    Right.CHANGE_STORES: (
        "edit_store",
        "new_store",
        "store_label",
    ),
    Right.SEE_RULES: (
        "catalogue",
        "draft",
        "earning",
        "export_program",
        "lists",
        "new_piece",
        "piece",
        "policies",
        "program",
        "reading",
        "stamp_cards",
        "tier_sets",
        "try_basket",
        "units",
        "version",
        "versions",
    ),
    Right.CHANGE_RULES: (
        "discard_draft",
        "import_program",
        "move_piece",
        "recipes",
        "remove_piece",
    ),
    Right.RUN_BACKTESTS: (
        "backtest",
        "backtests",
        "export_backtest",
        "stop_backtest",
    ),
    Right.CHANGE_PROGRAM: (
        "drop_logo",
        "logo",
        "looks",
        "looks_preview",
        "shop",
    ),
    Right.SEE_ACTIVITY: ("activity",),
    Right.SEE_JOBS: ("jobs",),
    Right.CHANGE_KEYS: (
        "keys",
        "new_key",
        "revoke_key",
    ),
    Right.SEE_PEOPLE: (
        "people",
        "person",
        "roles",
    ),
    Right.CHANGE_PEOPLE: (
        "drop_grant",
        "drop_pin",
        "invite_person",
        "let_go",
        "let_in",
        "lock_person",
        "new_grant",
        "new_person",
        "person_name",
        "person_role",
        "person_stores",
        "role_preview",
        "sign_out_person",
    ),
    Right.CHANGE_ROLES: (
        "drop_role",
        "new_role",
        "role",
        "second_factor",
    ),
    Right.CHANGE_APPROVALS: (
        "approval_rules",
        "drop_rule",
        "suggested_rules",
    ),
}
OPEN = {"brand_logo", "brand_sheet"}
"""What stands on the page where people sign in, and says nothing else."""
ADDRESSES = [each for each in urlpatterns if isinstance(each, URLPattern) and each.name not in OPEN]
EXAMPLES = {"slug": "nothing", "str": "nothing"}


def example_of(address: URLPattern, number: str = "1") -> str:
    """An address with something in each of its places; what it leads to need not be there."""
    examples = EXAMPLES | {"int": number}
    return "/" + re.sub(r"<(\w+):\w+>", lambda place: examples[place[1]], str(address.pattern))


def test_every_address_asks_for_what_the_table_says():
    asked = {address.name: getattr(address.callback, "right", "nothing is asked") for address in ADDRESSES}
    assert asked == {name: right for right, names in ASKS.items() for name in names}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_in_by_its_rights_and_turned_away_without(shop, role):
    client = sign_in(role)
    wrong = []
    for right, names in ASKS.items():
        may = right is None or right in RIGHTS[role]
        for address in ADDRESSES:
            if address.name not in names:
                continue
            seen = client.get(example_of(address)).status_code
            if may and right is not None and seen == 403:
                wrong.append((address.name, "GET", seen))
            if not may and (seen not in (403, 405) or client.post(example_of(address)).status_code != 403):
                wrong.append((address.name, "without its right", seen))
    assert wrong == []


@pytest.mark.parametrize("number", [str(LARGEST_ID), str(10**20)])
def test_a_number_that_nothing_has_is_answered_and_no_fault_of_ours(owner, number):
    numbered = [address for address in ADDRESSES if "<int:" in str(address.pattern)]
    assert len(numbered) > 50
    for address in numbered:
        path = example_of(address, number)
        for answer in (owner.get(path), owner.post(path)):
            assert answer.status_code < 500, path
            assert answer.status_code in (404, 405) or int(number) <= LARGEST_ID, path


def test_nobody_who_is_not_signed_in_gets_anywhere(shop, client):
    for address in ADDRESSES:
        answer = client.get(example_of(address), headers={"host": "localhost"})
        assert answer.status_code in (302, 405), address.name
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/accounts/login/"), address.name
