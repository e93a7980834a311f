"""The API for machines, under /api: `application` is an ASGI app that keeps its full paths."""

from typing import Any

from litestar import Litestar, Router
from litestar.exceptions import HTTPException

from regulars.api.bodies import MAX_BODY
from regulars.api.callers import ApiRequest, admit
from regulars.api.documents import documents
from regulars.api.errors import answer_fault, answer_http_exception, answer_refusal
from regulars.api.metrics import Measured
from regulars.api.quantities import QuantitySchema
from regulars.api.routes import (
    adjustments,
    attributes,
    cards,
    claims,
    events,
    gifts,
    holds,
    keyed_receipts,
    lookup,
    lots,
    members,
    membership,
    quotes,
    receipts,
    refunds,
    rewards,
    sales,
    stamps,
    statements,
    stores,
    tiers,
    uploads,
)
from regulars.core.refusals import Refusal

ROUTES: list[Any] = [
    members.create_member,
    members.list_members,
    members.get_member,
    members.update_member,
    membership.create_membership,
    membership.delete_membership,
    attributes.list_attributes,
    lookup.look_up_member,
    statements.get_balances,
    statements.list_entries,
    statements.get_entry,
    adjustments.create_adjustment,
    lots.list_lots,
    lots.create_early_release,
    lots.create_extension,
    lots.create_reinstatement,
    cards.create_card,
    cards.get_card,
    cards.create_activation,
    cards.create_block,
    cards.delete_block,
    cards.create_replacement,
    cards.create_rank,
    quotes.create_quote,
    sales.create_sale,
    uploads.create_sales,
    receipts.get_sale,
    keyed_receipts.create_receipt,
    keyed_receipts.get_receipt,
    keyed_receipts.create_code,
    keyed_receipts.create_confirmation,
    keyed_receipts.create_rejection,
    refunds.create_refund,
    refunds.create_preview,
    refunds.create_reversal,
    claims.create_claim,
    holds.create_hold,
    holds.delete_hold,
    rewards.list_member_claimable,
    rewards.create_reward_claim,
    rewards.list_member_rewards,
    rewards.get_reward,
    rewards.create_reward_use,
    rewards.delete_reward_use,
    gifts.create_gift,
    gifts.create_removal,
    gifts.list_rewards_to_send,
    gifts.create_fulfilment,
    stamps.list_stamp_cards,
    stamps.create_stamps,
    stamps.create_stamp_codes,
    stamps.create_stamp_code_use,
    stamps.create_poster,
    stamps.delete_poster,
    stamps.create_scan,
    events.create_event,
    events.create_events,
    stores.list_stores,
    tiers.get_tiers,
    tiers.list_tier_changes,
    tiers.create_tier_change,
    tiers.create_tier_release,
    tiers.create_tier_undo,
]

litestar = Litestar(
    route_handlers=[Router("/api/v1", route_handlers=ROUTES)],
    request_class=ApiRequest,
    before_request=admit,  # type: ignore[arg-type]  # request_class says what it is given
    exception_handlers={
        Refusal: answer_refusal,
        HTTPException: answer_http_exception,
        Exception: answer_fault,
    },
    openapi_config=documents(),
    plugins=[QuantitySchema()],
    request_max_body_size=MAX_BODY,
    logging_config=None,
    debug=False,
)

application = Measured(litestar)
