"""A code goes to the member: who reads it out has agreed to the receipt."""

import secrets
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from regulars.core.actor import Actor
from regulars.core.receipts import CODE_DIGITS, CODE_LIVES, CODES_A_DAY, check_awaiting
from regulars.members.addresses import NoAddress, TooManyCodes
from regulars.members.models import Identifier
from regulars.platform.sealing import keyed_hash
from regulars.receipts.counter import find_receipt
from regulars.receipts.models import Code, Receipt
from regulars.receipts.told import tell_receipt

KINDS = ("email", "phone")


class MadeCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code on its way: the only place where it stands in the clear; it is sent, and never kept or logged."""

    code: str
    kind: str
    address: str
    ends_at: datetime
    receipt: Receipt


@transaction.atomic
def make_code(receipt_id: int, *, kind: str, at: datetime, by: Actor) -> MadeCode:
    """Make a code for the member's e-mail or phone; the ones before it open nothing any more.

    Refuses ReceiptNotFound, NotAwaiting, NoAddress, TooManyCodes.
    """
    find_receipt(receipt_id)
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("store", "member").get(pk=receipt_id)
    check_awaiting(receipt.state, receipt.lapses_at, at)  # type: ignore[arg-type]
    address = find_addresses(receipt.member_id).get(kind)
    if address is None:
        raise NoAddress(kind=kind)
    sent = list(
        Code.objects.filter(receipt=receipt_id, sent_at__gt=at - timedelta(days=1))
        .order_by("sent_at")
        .values_list("sent_at", flat=True)
    )
    if len(sent) >= CODES_A_DAY:
        raise TooManyCodes(again_at=sent[0] + timedelta(days=1))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    ends_at = min(at + CODE_LIVES, receipt.lapses_at or at)
    Code.objects.create(
        receipt=receipt,
        kind=kind,
        code_hash=hash_code(code, receipt_id=receipt_id),
        sent_at=at,
        ends_at=ends_at,
    )
    tell_receipt("receipt.code_sent", receipt, {"kind": kind}, at=at, by=by)
    return MadeCode(code=code, kind=kind, address=address, ends_at=ends_at, receipt=receipt)


def find_addresses(member_id: int) -> dict[str, str]:
    """Return where a code can go: the main e-mail and phone that a member has."""
    return dict(Identifier.objects.filter(member=member_id, kind__in=KINDS, is_main=True).values_list("kind", "value"))


def hash_code(code: str, *, receipt_id: int) -> str:
    """Return what is kept of a code: a hash under the installation's key, so that the table alone tells nothing."""
    return keyed_hash(f"{receipt_id}/{code}", purpose="receipt codes")
