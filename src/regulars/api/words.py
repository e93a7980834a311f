"""What the API says to each refusal, and with which status: the message tells the caller what to do next.

400 the request is not of the documented shape · 401, 403 the key · 404 no such thing here · 409 it clashes with what is
there · 422 understood, and not possible · 503 come again.
"""

OTHERWISE = (422, "This is not possible; `code` and `facts` say why.")

WORDS: dict[str, tuple[int, str]] = {
    # the request
    "invalid_request": (400, "At $where: $problem. See /api/docs for the shape of this request."),
    "unknown_key": (401, "No valid key: send `Authorization: Bearer rk_…` with a key that is in force."),
    "scope_missing": (403, "This key lacks the scope $needed: make a key that has it."),
    "wrong_store": (403, "This key is bound to another store: use that store's key."),
    "key_reused": (422, "This Idempotency-Key came with another request before: use a new key for a new request."),
    "still_running": (409, "The first request with this Idempotency-Key is still running: send it again shortly."),
    # the house
    "too_busy": (503, "Too many requests wait: send it again after the time in Retry-After."),
    "too_late": (503, "The request waited too long and nothing was done: send it again."),
    "busy": (503, "Somebody else is changing the same thing and nothing was done: send it again."),
    "unavailable": (503, "The database cannot be reached: send the same request again; it is never done twice."),
    "could_not_be_recorded": (422, "This could not be recorded, and nothing was: the fault has been logged."),
    "no_program": (409, "There is no loyalty program yet: set one up in the back office first."),
    "not_found": (404, "Nothing here has this id: check it, and that the key is the right merchant's."),
    # members and cards
    "member_blocked": (422, "This member is blocked: ask the shop's manager."),
    "member_locked": (422, "This member is locked and cannot spend now: ask the shop's manager."),
    "card_not_found": (404, "No card has this number: check it, or issue it first."),
    "member_not_found": (404, "Nobody is known by this card, phone, e-mail or id: enrol them first, or sell without."),
    "card_inactive": (422, "This card is blocked: ask for another card of the member."),
    "duplicate": (409, "Another member has this $kind already: look at member $member_id."),
    "nobody_in_particular": (422, "A member needs a name, a card, a phone, an e-mail or an external id: send one."),
    "invalid_name": (422, "The name in $field has more than $longest characters, or some that cannot be seen."),
    "invalid_birth_date": (422, "A birth date lies between 1900-01-01 and today."),
    "invalid_phone": (422, "This is no phone number in $country: send it with its country code, such as +15551234567."),
    "invalid_email": (422, "This is no e-mail address: check its spelling."),
    "invalid_card": (422, "A card number has 1 to 64 letters, digits and dashes."),
    "invalid_external_id": (422, "An external id has 1 to 64 visible characters."),
    "reason_needed": (422, "Locking and blocking need a `reason` of at most $longest characters."),
    # sales
    "store_not_found": (404, "No store has the code $store: GET /api/v1/stores lists them."),
    "receipt_reused": (422, "This store recorded another sale under this external_id: give each sale its own."),
    "invalid_amount": (422, "The amount in $field is negative or too large."),
    "lines_do_not_add_up": (
        422,
        "The lines sum to $lines_minor and the total is $total_minor: send lines that add up.",
    ),
    "tenders_exceed_total": (
        422,
        "Tenders of $tenders_minor pay more than the total of $total_minor: leave out change.",
    ),
    "invalid_tender": (422, "A tender of the type points has `points`, any other `amount_minor`; points come once."),
    "wrong_currency": (422, "The program counts in $expected: send amounts in it."),
    "future_sale": (422, "The sale lies in the future: set the till's clock."),
    "sale_too_old": (
        422,
        "The program takes no sale from before $earliest: its settings say how late a till may be.",
    ),
    "below_minimum": (422, "At least $minimum points pay at once: take more, or money."),
    "member_needed": (422, "Only a member can pay with points: name the member."),
    "insufficient_balance": (422, "The member has $available points: take that many at most."),
    "sale_not_found": (404, "No sale has this id: check it, and that the key is the right merchant's."),
    "already_attached": (409, "The sale belongs to member $member_id."),
    "attach_too_late": (422, "A sale could be given to a member until $until."),
    # refunds
    "refund_exceeds_sale": (422, "$left_minor is left to refund: send that much at most."),
    "line_not_found": (422, "The sale has no line $position, or it is named twice: positions count from 1."),
    "nothing_to_refund": (422, "All of the sale has come back already."),
    "refund_before_sale": (422, "The sale was at $sold_at: a refund comes after it."),
    "refund_id_reused": (422, "This sale has another refund under this external_id: give each refund its own."),
    "points_spent_already": (
        422,
        "$short of the points this sale gave are spent: they must be there to be taken back.",
    ),
    "refund_not_found": (404, "No refund has this id: check it, and that the key is the right merchant's."),
    "refund_undo_too_late": (422, "A refund can be undone on its own day: this one was made at $refunded_at."),
    "refund_not_last": (409, "More of the sale came back later: undo the refund $later_id first."),
    # points
    "invalid_adjustment": (422, "The $field of this adjustment cannot be: move at least 1, and give a `reason`."),
    "unknown_unit": (422, "The program does not count this unit: use points."),
    "invalid_hold": (422, "The $field of this hold cannot be: 1 at least, for 1 to 1440 minutes, under a plain key."),
    "unit_not_spendable": (422, "The unit $unit counts, and cannot be spent: hold another."),
    "hold_used": (409, "This basket was paid: its hold is over. Give each basket a key of its own."),
    "hold_not_found": (404, "There never was a hold of the key $key: check it."),
    "lot_not_found": (404, "The member has no such units, or nothing is left of them."),
    "not_pending": (409, "These units wait for nothing: they can be spent already, or are over."),
    "invalid_end": (422, "The new last day is over already: give a later one."),
    "nothing_to_extend": (409, "None of these units ends before that day: what has expired is reinstated."),
    "nothing_to_reinstate": (409, "None of these units has expired."),
    # levels
    "unknown_tier_set": (404, "The program has no tier set $tier_set: GET the member's tiers lists those it has."),
    "unknown_level": (422, "There is no level $level: it has $levels, and null is none of them."),
    "invalid_level_change": (422, "The $field of this change cannot be: give a `note`, and `until` a time ahead."),
    "nothing_to_release": (409, "Nobody decided about this level: it is the one that was counted."),
    "unknown_level_change": (404, "No level change has this id: check it, and that the key is the right merchant's."),
    "cannot_undo_level_change": (
        409,
        "This cannot be undone ($why): only what the team decided is, once, and the latest first.",
    ),
    # the program
    "changed_meanwhile": (409, "Somebody else changed this part of the draft since it was read: read it again."),
}
