"""What whoever checks a receipt should look at twice. None of it decides anything."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from regulars.core.actor import actor_of
from regulars.core.receipts import MANY_A_DAY, differences
from regulars.members.models import Identifier
from regulars.receipts.confirm import printed_by_hand
from regulars.receipts.enter import printed_on
from regulars.receipts.models import Proof, Receipt
from regulars.sales.models import Sale
from regulars.staff.models import Person

AT_MOST = 5


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """`receipt_id` or `sale_id` is what it is about; `differs` in what the till's record does, `count` how many."""

    what: Literal["till_differs", "other_store", "same_picture", "many_today", "own_purchase"]
    sale_id: int | None = None
    receipt_id: int | None = None
    differs: Sequence[str] = ()
    count: int = 0


def hints_for(receipt: Receipt) -> list[Hint]:
    """Return what is odd about a receipt; six statements, each by index."""
    hints: list[Hint] = []
    for sale in Sale.objects.filter(external_id=receipt.number).order_by("id")[:AT_MOST] if receipt.number else ():
        if sale.pk == receipt.sale_id:
            continue
        if sale.store_id == receipt.store_id:
            found = differences(printed_by_hand(receipt), printed_on(sale))
            if sale.member_id not in (None, receipt.member_id):
                found = [*found, "member"]
            hints.append(Hint(what="till_differs", sale_id=sale.pk, differs=found))
        elif sale.total_minor == receipt.total_minor:
            hints.append(Hint(what="other_store", sale_id=sale.pk))
    hints += [Hint(what="same_picture", receipt_id=other) for other in _same_pictures(receipt)]
    begins, ends = _day_around(receipt.occurred_at)
    of_day = Receipt.objects.filter(member=receipt.member_id, occurred_at__gte=begins, occurred_at__lt=ends)
    if (count := len(of_day.values_list("pk", flat=True)[:100])) >= MANY_A_DAY:
        hints.append(Hint(what="many_today", count=count))
    if _is_own_purchase(receipt):
        hints.append(Hint(what="own_purchase"))
    return hints


def _same_pictures(receipt: Receipt) -> list[int]:
    marks = Proof.objects.filter(receipt=receipt).values_list("file__mark", flat=True)
    if not marks:
        return []
    others = Proof.objects.filter(file__purpose="receipt", file__mark__in=list(marks)).exclude(receipt=receipt)
    return sorted(set(others.values_list("receipt", flat=True)[:AT_MOST]))


def _day_around(at: datetime) -> tuple[datetime, datetime]:
    return at - timedelta(hours=12), at + timedelta(hours=12)


def _is_own_purchase(receipt: Receipt) -> bool:
    """Tell whether who keyed it and whose it is go by the same e-mail."""
    keyed_by = actor_of(receipt.keyed_by)
    if keyed_by.kind != "staff" or keyed_by.id is None:
        return False
    email = Person.objects.filter(pk=keyed_by.id).values_list("email", flat=True).first()
    return bool(email) and Identifier.objects.filter(member=receipt.member_id, kind="email", value=email).exists()
