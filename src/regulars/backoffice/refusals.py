"""Refusals in plain words: what was refused, and what to do next."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.amounts import words_of
from regulars.backoffice.line_words import LINE_WORDS
from regulars.backoffice.office import Office
from regulars.backoffice.wording import exact, number
from regulars.core.compiled import Compiled
from regulars.core.phrases import write_amount
from regulars.core.refusals import Refusal

WORDS: dict[str, Promise] = {
    "invalid_phone": _("This is not a phone number. Write it as it is dialled here, or with + and the country's code."),
    "invalid_email": _("This is not an e-mail address. It looks like name@example.com."),
    "invalid_card": _("A card number has 1 to 64 letters, digits and dashes."),
    "invalid_external_id": _("An external id has 1 to 64 visible characters."),
    "invalid_name": _("A name has at most %(longest)s visible characters."),
    "invalid_birth_date": _("A birth date lies between 1 January 1900 and today."),
    "nobody_in_particular": _("Give at least a name, a card, a phone, an e-mail or an external id."),
    "unknown_language": _("Pick one of the languages."),
    "attribute_not_found": _("There is no such field any more. Reload the page."),
    "invalid_attribute": _("This does not fit the field. Check what is typed, or pick one of the choices."),
    "attribute_needed": _("This must be filled in."),
    "attribute_taken": _("Another member has this already, and no two may have the same."),
    "invalid_attribute_definition": _("Check this: it is empty, too long, said twice, or does not go with this kind."),
    "attribute_code_taken": _("Another field has the code “%(attribute)s”, perhaps one that is asked for no more."),
    "too_many_attributes": _("There are %(most)s fields already, and no shop needs more."),
    "attribute_values_in_the_way": _("Members have values that this does not go with. Take those away first."),
    "invalid_status_end": _("A lock or block ends on a day that lies ahead, and an active member's status has no end."),
    "invalid_note": _("A note has 1 to %(longest)s characters."),
    "note_not_found": _("There is no such note any more."),
    "no_address": _("This member has no phone or e-mail of this kind."),
    "too_many_codes": _("Enough codes for now: the next one can be sent on %(again_at)s."),
    "no_channel": _("Nothing is set up yet that reaches this address. An owner sets up the channels."),
    "identifier_not_found": _("This member is not found by that any more. Reload the page."),
    "wrong_code": _("That is not the code. Tries left: %(tries)s."),
    "no_live_code": _("This code is over. Send another one."),
    "not_verified": _("It is not verified, so there is nothing to undo."),
    "invalid_tag": _("A tag's name has 1 to 64 visible characters without a semicolon, and at most 200 about it."),
    "tag_taken": _("There is a tag of this name already."),
    "tag_in_use": _("It is asked for by %(used_by)s. Change them first."),
    "invalid_tag_file": _("This file cannot be read (%(problem)s). Begin with the template, saved as CSV in UTF-8."),
    "unknown_tag_batch": _("There is no such batch of tags."),
    "tag_batch_over": _("This was done already."),
    "invalid_segment": _("A segment's name has 1 to 64 visible characters, and at most 200 about it."),
    "segment_taken": _("There is a segment of this name already."),
    "unknown_segment": _("There is no segment “%(name)s” any more."),
    "segment_in_use": _("It is asked for by %(used_by)s. Change them first."),
    "segment_in_circles": _("A segment cannot ask for itself, neither by itself nor through others."),
    "invalid_condition": _("These conditions cannot be asked together."),
    "unknown_auto_tag": _("There is no such automatic tag any more."),
    "auto_tag_taken": _("Members of this segment get this tag already."),
    "auto_tag_in_circles": _("The segment asks for this tag itself: it would go on and off for ever."),
    "invalid_view": _("A view has a name of 1 to 64 visible characters; forget some if you have a hundred."),
    "view_taken": _("You have a view of this name already."),
    "too_many_exports": _("%(most)s exports wait already. Fetch or stop one first."),
    "duplicate": _("Another member has this already. Open that member, or use something else."),
    "card_not_found": _("There is no such card."),
    "card_in_stock": _("Nobody has activated this card yet. Open it under Cards, and activate it for this member."),
    "card_not_activated": _("This card earns, and spends nothing before somebody activates it."),
    "card_not_in_stock": _("This card cannot be activated: it is %(status)s."),
    "card_is_over": _("This card is over: it was replaced, or it expired unused. Give another one."),
    "nothing_to_replace": _("Nobody has used this card, so it stands for nothing. Hand out another one."),
    "card_rank_not_found": _("Cards of this kind have no such rank: %(ranks)s."),
    "card_rank_is_level": _("The rank of these cards is the member's level. Change the level."),
    "card_type_not_found": _("There is no such kind of card."),
    "card_type_exists": _("Another kind of card has this code already."),
    "invalid_card_type": _("Check this: it is empty, too long, or not possible."),
    "invalid_batch": _("Check this: a batch has a name, and makes 1 to 1,000,000 cards."),
    "invalid_list": _("This is no such list: a CSV file in UTF-8 of at most 16 MB, with a card number in each row."),
    "card_batch_open": _("Cards of this batch are still being made. Wait for them, or stop it."),
    "batch_not_found": _("There is no such batch."),
    "invalid_template": _("Check this: it is empty, too long, said twice, or not known."),
    "template_taken": _("There is a template with this code already, perhaps a retired one."),
    "template_not_found": _("There is no such template, or it is not sent any more."),
    "invalid_text": _("A text cannot be filled in. Look at what is marked."),
    "invalid_channel": _("This address is not understood. Check each part of it."),
    "invalid_channel/unknown_scheme": _("Addresses of this kind are not known here. Look at how it begins."),
    "invalid_channel/no_place": _("The address does not say where the recipient stands: write {to} there."),
    "invalid_channel/no_host": _("There is no host of this name."),
    "invalid_channel/sender": _("This is not an e-mail address. It looks like name@example.com."),
    "private_host": _("%(host)s lies in a private network, which messages do not go to. The operator can allow it."),
    "no_text": _("The template has no text for this channel."),
    "invalid_sending_terms": _("Check this: quiet hours have a beginning and another end, and numbers have limits."),
    "delivery_not_found": _("There is no such message."),
    "delivery_over": _("This message has moved on meanwhile. Reload the page."),
    "message_run_not_found": _("There are no such messages to many."),
    "message_run_over": _("This has moved on meanwhile. Reload the page."),
    "message_key_taken": _("This form was sent before with other content. Reload the page and look at what happened."),
    "comment_too_long": _("What you add has more than %(longest)s characters."),
    "too_many_guesses": _("Too many wrong numbers or PINs. Try again after %(again_at)s."),
    "unknown_store": _("There is no such store."),
    "reason_needed": _("Say why, in 1 to %(longest)s characters: a colleague will be asked about it."),
    "unknown_purpose": _("Nobody is asked about this any more."),
    "unknown_channel": _("For this purpose nobody is asked about that way of writing. Choose “Every way”."),
    "cannot_withdraw": _("This rests on a contract or a law: there is no yes or no to it."),
    "future_consent": _("They cannot have said so in the future. Pick today or an earlier day."),
    "too_young_to_consent": _("They are under %(age)s: a parent has to say yes on paper, and the shop keeps it."),
    "invalid_purpose": _("Check this: %(field)s cannot be so."),
    "invalid_policy": _("Check this: %(field)s cannot be so. A day of a version lies ahead of the last one's."),
    "invalid_privacy_terms": _("Check this: %(field)s cannot be so."),
    "erasure_asked": _("They are to be erased already, on %(due_at)s."),
    "invalid_hold_end": _("Pick a day that lies ahead, or none."),
    "no_program": _("There is no program yet. Set it up under Program settings first."),
    "insufficient_balance": _("Not enough: %(available)s of %(wanted)s %(unit)s. Take fewer, or add some first."),
    "not_found_or_unusable": _("This cannot be had or used any more. Reload the page and look at what there is."),
    "not_started": _("This begins on %(starts_at)s."),
    "expired": _("The time for this was over on %(ended_at)s. Pick something else, or give it as a gesture."),
    "outside_hours": _("This is for other days or hours, in the store's own time."),
    "wrong_store": _("This is for other stores: %(stores)s. Choose the store it happens in."),
    "audience": _("This is for other members: those with certain tags or segments."),
    "tier": _("This is for members of another level: %(tiers)s."),
    "per_member_limit": _("This member has had it %(limit)s times, as often as anybody may."),
    "total_limit": _("All %(stock)s are taken. Raise the stock in the program, or pick another reward."),
    "already_used": _("This was used already, on %(used_at)s."),
    "not_used": _("This was not used, so there is no use to take back."),
    "reward_not_found": _("There is no such reward in anybody's hand."),
    "store_not_found": _("There is no store “%(store)s”."),
    "refund_not_found": _("There is no such refund."),
    "refund_undo_too_late": _("It was made on %(refunded_at)s: a refund can be undone on its own day only."),
    "member_merged": _("This member has become part of member %(member_id)s: go on there."),
    "cannot_merge/same": _("This is one record already. Choose another one."),
    "cannot_merge/source_merged": _("The other record became part of member %(member_id)s: choose that one."),
    "cannot_merge/keeper_merged": _("This record became part of member %(member_id)s: go on there."),
    "cannot_merge/keeper_is_guest": _("A member cannot become part of a guest. Keep the other one instead."),
    "cannot_merge/erasure_waits": _("One of them is about to be erased: withdraw the erasure first."),
    "unknown_choice": _("There is no field %(field)s to choose."),
    "unknown_duplicate": _("These two are not on the list any more."),
    "unknown_merge": _("There is no such merge."),
    "cannot_undo_merge/undone": _("This merge was undone already."),
    "cannot_undo_merge/too_late": _("A merge can be undone for 90 days: this one could until %(until)s."),
    "cannot_undo_merge/keeper_merged": _("The member who stayed was merged into another since: undo that merge first."),
    "units_held": _("An open basket holds units that would go back. Try again after %(until)s."),
    "refund_not_last": _("More of the sale came back later: undo the refund %(later_id)s first."),
    "lot_not_found": _("Nothing is left of it. Reload the page and look at what happened."),
    "not_pending": _("It waits no more: it can be spent already, or it is over."),
    "invalid_end": _("The new last day is over. Pick today or a later one."),
    "nothing_to_extend": _("All of it lives that long already. Pick a later day."),
    "nothing_to_reinstate": _("Nothing of it has expired, or it came back already."),
    "invalid_level_change": _("Check this: a change of level needs a note, and a day that lies ahead."),
    "unknown_level": _("The program has no such level any more: %(levels)s."),
    "unknown_tier_set": _("The program has no such levels any more."),
    "nothing_to_release": _("Nobody decided about this level: it is the one that was counted."),
    "unknown_level_change": _("There is no such change of a level."),
    "cannot_undo_level_change": _("Only the team's latest decision can be undone, and only once."),
    "no_effect": _("The card is full and no other follows: the stamps find no room."),
    "unknown_card_kind": _("The program has no such stamp card any more."),
    "invalid_stamps": _("Give 1 to 100 stamps at once, plus or minus, and say why."),
    "invalid_codes": _("Check this: 1 to 1,000 codes, 1 to 100 stamps each, and a name."),
    "invalid_removal": _("Say why, in 1 to 1,000 characters: a colleague will be asked about it."),
    "receipt_not_found": _("There is no such receipt."),
    "receipt_claimed": _("This receipt was keyed before, and a receipt counts once: look at receipt %(receipt_id)s."),
    "receipt_incomplete": _("The %(field)s is missing. Fill it in, or save the receipt as a draft."),
    "already_theirs": _("The till recorded this receipt for this member already: the points are there."),
    "payment_needs_till": _("Points pay only in a sale that counts at once. Take money, or ring it up at a till."),
    "recorded_otherwise": _("The till recorded another sale under this number. Compare the two, then reject this one."),
    "not_awaiting": _("This receipt is %(state)s: a colleague was quicker, or its time is over."),
    "own_receipt": _("Who keyed a receipt never confirms it. Ask a colleague, or send the member a code."),
    "not_yours": _("A colleague began this draft. They finish it, or somebody who may confirm receipts."),
    "corrected_already": _("A correction of this sale waits, or was made: look at receipt %(receipt_id)s."),
    "nothing_to_correct": _("This is what was recorded. Change the total, the time or the member."),
    "dispute_open": _("This member disputes this sale already. Open that dispute."),
    "dispute_not_found": _("There is no such dispute."),
    "dispute_closed": _("A colleague was quicker: this dispute was answered already."),
    "invalid_dispute": _("Say it in 1 to 1,000 characters."),
    "awaits_confirmation": _("A receipt promises these: confirm the receipt, and they can be spent."),
    "empty_file": _("There is nothing in the file. Choose it again."),
    "file_too_large": _("The file is too large. Choose one of at most %(most_megabytes)s MB."),
    "wrong_file_type": _("The file is not what its name says, or not taken here. Choose one of: %(types)s."),
    "file_gone": _("There is no such file any more."),
    "cool_down": _("The card was stamped a short while ago. It can be next on %(again_at)s."),
    "daily_limit": _("The card has had its %(limit)s stamps for today."),
    "backtest_running": _("A back-test is running already. Wait for it, or stop it."),
    "empty_period": _("The period ends before it begins."),
    "spend_limit": _("More cannot be spent now: the program sets a limit, and %(room)s %(unit)s of it are left."),
    "unit_not_spendable": _("Stamps and status points cannot be spent."),
    "nothing_to_send": _("Nothing of this reward is sent, or it was taken away meanwhile."),
    "not_the_next_step": _("It is %(now)s. Reload the page: a colleague was quicker."),
    "member_locked": _("This member is locked and cannot spend. Unlock the member first."),
    "member_blocked": _("This member is blocked. Activate the member first."),
    "member_left": _("This member has left the program. Let them join again first."),
    "card_inactive": _("This card is blocked. Use another card, or unblock it."),
    "refund_exceeds_sale": _("That is more than is left of this sale or line. Refund less."),
    "line_not_found": _("The sale has no such line, or it was named twice."),
    "nothing_to_refund": _("All of this sale has come back already."),
    "points_spent_already": _(
        "%(short)s %(unit)s of this sale were spent already, and the program refuses such refunds."
    ),
    "already_attached": _("This sale belongs to a member already."),
    "attach_too_late": _("This sale is too old to be attached. The program's settings say for how long it may be."),
    "member_not_found": _("Nobody is known by this. Check the number, or search for the name."),
    "refund_before_sale": _("A refund cannot be earlier than its sale."),
    "unknown_unit": _("The program has no unit “%(unit)s”."),
    "changed_meanwhile": _("Somebody else changed this since you opened it. Reload the page, and look again."),
    "draft_exists": _("There is a draft already, version %(number)s. Publish or discard it first."),
    "faulty_program": _("The program has faults. Put them right first: %(faults)s"),
    "unknown_recipe": _("There is no such recipe."),
    "no_draft": _("There is no draft. Change something first."),
    "version_has_started": _("Version %(number)s has started: sales were decided by it, so it stays."),
    "invalid_document": _("The program cannot be kept like this: %(why)s"),
    "invalid_store": _("Check this: it is empty, too long, or not known."),
    "invalid_label": _("A name has 1 to %(longest)s visible characters, and no comma."),
    "label_taken": _("There is one of this name already."),
    "unknown_label": _("It is not there any more. Reload the page."),
    "invalid_program": _("Check this: it is empty, too long, or not known."),
    "currency_in_use": _("Amounts were booked in %(currency)s: it stays."),
    "invalid_colour": _("Write a colour as #rrggbb, such as #0b6477."),
    "accent_too_pale": _(
        "It is too pale to be read: white on it, or it on the pages, reaches %(contrast)s : 1, and %(needed)s : 1 is "
        "needed. The nearest shade that can be read is %(suggested)s."
    ),
    "invalid_looks": _("Choose one of the list."),
    "logo_too_large": _("The picture is too large. Take one of at most %(most_pixels)s pixels across and down."),
    "logo_unreadable": _("The picture is damaged, or none. Save it again as PNG, and choose that."),
    "weak_password": _("Choose another password: %(why)s"),
    "busy": _("Somebody else is working on the same just now. Try again in a moment."),
    "unavailable": _("The database cannot be reached just now. Look whether it was done, then try again."),
    "could_not_be_recorded": _("This could not be recorded: a fault of ours, which the log tells of. Nothing changed."),
    "key_reused": _("This form was sent before with other content. Reload the page and look at what happened."),
    "invalid_amount": _("Give a whole number that is not 0."),
    "too_many_live_keys": _("“%(name)s” has %(most)s live keys already. Revoke one of them first."),
    "invalid_key": _("A key has a name, at least one scope, and an end in the future, if it has one."),
    "unknown_role": _("There is no such role any more. Reload the page."),
    "invalid_role": _("A role has a name that no other has, and at least one right."),
    "role_in_use": _("%(people)s people have this role. Give them another one first."),
    "more_than_you_hold": _("That is more than you may do yourself. Somebody who holds it can give it: an owner."),
    "unknown_stores": _("One of these stores is not there any more. Reload the page."),
    "invalid_grant": _("Check this: it opens nothing, or names no store. Only seeing is passed on."),
    "unknown_grant": _("It was taken back already."),
    "unknown_person": _("There is no such person in the team."),
    "state_reason_needed": _("Say why, in 1 to 1,000 characters: a colleague will be asked about it."),
    "invalid_lock_end": _("A lock ends in the future. Pick a later day, or none."),
    "not_yourself": _("Nobody locks themselves out. Ask a colleague."),
    "invalid_successor": _("Pick somebody else who is active."),
    "invalid_approval_rule": _("Check this: the action, the role, the unit or the amount is not known."),
    "invalid_pin": _("A PIN has 4 to 8 digits, not all the same and not in a row."),
    "no_pin": _("This person has no PIN yet. They set it under their own name, at the top right."),
    "wrong_pin": _("The PIN is wrong. Tries left: %(left)s."),
    "pin_locked": _("The PIN was wrong too often. It can be tried again on %(until_at)s."),
    "approval_needed": _("This needs somebody's leave first."),
    "cannot_approve": _("Only somebody else who may approve, and who works in that store, can approve this."),
    "effect_changed": _("What it would do has changed since you opened this page. Look at it again, then decide."),
    "import_moved_on": _("The file was looked at again, brought in or forgotten since."),
    "approval_closed": _("This was decided or withdrawn already, or nobody decided in time. Ask again."),
    "approval_reason_needed": _("Say why, in 1 to 1,000 characters: whoever asked reads it."),
    "email_taken": _("Somebody of the team has this address already."),
    "last_owner": _("This is the last owner. Make somebody else an owner first."),
    "not_allowed": _("Your role does not include this. An owner can change your role."),
    **LINE_WORDS,
}
FIELDS = {
    "invalid_phone": "phone",
    "invalid_email": "email",
    "invalid_card": "card",
    "card_in_stock": "card",
    "invalid_list": "numbers",
    "card_rank_not_found": "rank",
    "card_type_exists": "code",
    "invalid_external_id": "external_id",
    "invalid_birth_date": "birth_on",
    "reason_needed": "reason",
    "unknown_language": "language",
    "attribute_code_taken": "code",
    "invalid_status_end": "until",
    "invalid_note": "text",
    "wrong_code": "code",
    "no_live_code": "code",
    "receipt_claimed": "number",
    "payment_needs_till": "points",
    "already_theirs": "number",
    "already_attached": "number",
    "no_address": "kind",
    "empty_file": "photo",
    "file_too_large": "photo",
    "wrong_file_type": "photo",
    "insufficient_balance": "amount",
    "invalid_amount": "amount",
    "not_found_or_unusable": "reward",
    "per_member_limit": "reward",
    "total_limit": "reward",
    "tier": "reward",
    "audience": "reward",
    "wrong_store": "store",
    "invalid_end": "until",
    "nothing_to_extend": "until",
    "invalid_removal": "reason",
    "no_effect": "stamps",
    "invalid_stamps": "stamps",
    "unknown_level": "level",
    "empty_period": "since",
    "refund_exceeds_sale": "amount",
    "email_taken": "email",
    "unknown_role": "role",
    "role_in_use": "role",
    "unknown_stores": "stores",
    "state_reason_needed": "reason",
    "invalid_lock_end": "until",
    "invalid_successor": "successor",
    "invalid_pin": "pin",
    "weak_password": "password",
    "member_not_found": "member",
    "member_blocked": "member",
    "invalid_label": "name",
    "invalid_colour": "accent",
    "accent_too_pale": "accent",
    "logo_too_large": "logo",
    "logo_unreadable": "logo",
    "currency_in_use": "currency",
    "label_taken": "name",
}
"""Which field of a form a refusal is about; a `field` or `kind` fact says it better."""

AMOUNTS = {"available", "wanted", "short", "limit", "room"}
DEFAULTS = {"unit": "points"}
"""What a sentence says where the refusal has no such fact."""


def words(refusal: Refusal, office: Office | None = None) -> str:
    """Say a refusal to a person; with the `office`, in its time zone and its units' own words."""
    return say_fault(refusal.code, refusal.facts(), office)


def say_fault(code: str, facts: dict[str, Any], office: Office | None = None) -> str:
    """Say a refusal that was kept by its code and facts."""
    said = WORDS.get(f"{code}/{facts.get('why')}") or WORDS.get(code)
    if said is None:
        told = ", ".join(f"{name} {value}" for name, value in facts.items())
        return f"{code.replace('_', ' ').capitalize()}{f' ({told})' if told else ''}."
    return str(said) % _Facts(facts, office)


def show_in(form: BaseForm, refusal: Refusal, office: Office | None = None) -> None:
    """Put a refusal beside the field it is about, or on top of the form."""
    facts = refusal.facts()
    field = facts.get("field") or facts.get("kind") or FIELDS.get(refusal.code)
    form.add_error(field if field in form.fields else None, words(refusal, office))


class _Facts(dict[str, Any]):
    """Facts a sentence may name: integers as the reader's language writes them, amounts of a unit with its decimals,
    moments in the program's zone.
    """

    def __init__(self, facts: dict[str, Any], office: Office | None) -> None:
        super().__init__(facts)
        self.office = office
        self.unit = office.unit(facts["unit"]) if office and isinstance(facts.get("unit"), str) else None

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        match value:
            case None:
                return words_of(self.unit).plural if name == "unit" and self.unit else DEFAULTS.get(name, "?")
            case list() | tuple() if name == "tiers" and self.office and self.office.live:
                return ", ".join(_level_names(value, self.office.live))
            case list() | tuple():
                return " ".join(map(str, value))
            case int() if self.unit and name in AMOUNTS:
                return write_amount(value, self.unit)
            case int():
                return number(value)
            case datetime() if self.office:
                return exact(value, self.office.zone)
            case str() if name == "unit" and self.unit:
                return words_of(self.unit).plural
            case str() if name.endswith("_at") and self.office:
                return exact(datetime.fromisoformat(value), self.office.zone)
            case _:
                return str(value)


def _level_names(codes: Collection[str], program: Compiled) -> list[str]:
    names = {level.code: level.name for tier_set in program.tier_sets for level in tier_set.levels}
    return [names.get(code, code) for code in codes]
