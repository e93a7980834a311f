"""Finding the member or the sale a page is about."""

from collections.abc import Collection

from django.http import Http404

from regulars.backoffice.office import Office
from regulars.core.identifiers import MemberHandle
from regulars.core.tallies import Tally
from regulars.members.find import find_members
from regulars.members.rows import MemberRow, read_member
from regulars.platform.rows import together
from regulars.programs.tallies import ask_tallies, member_holder
from regulars.sales.models import Sale
from regulars.staff.rights import Right
from regulars.stores.models import Store


def find_or_404(member_id: int) -> MemberRow:
    member = read_member(member_id)
    if member is None:
        raise Http404
    return member


def find_typed(text: str, office: Office) -> MemberRow | None:
    """Return whom was typed: a card before anything else, as at the till; the member's number last."""
    handles = [MemberHandle(card=text, external_id=text, phone=text, email=text), MemberHandle(id=text)]
    found = next((each for each in find_members(handles, country=office.country, at=office.now) if each), None)
    return read_member(found.member_id) if found else None


def find_sale_or_404(sale_id: int, office: Office, right: Right) -> Sale:
    """Return a sale with its store and member: one of a store where this person has the right."""
    sale = Sale.objects.select_related("store", "member").filter(pk=sale_id).first()
    if sale is None or not office.reach_for(right).covers(sale.store_id):
        raise Http404
    return sale


def unseen_sales(sale_ids: Collection[int], office: Office) -> frozenset[int]:
    """Return which of these sales were made in stores whose sales this person does not see."""
    reach = office.reach_for(Right.SEE_SALES)
    if reach.everything or not sale_ids:
        return frozenset()
    seen = reach.within(Sale.objects.filter(pk__in=sale_ids)).values_list("pk", flat=True)
    return frozenset(sale_ids) - frozenset(seen)


def stores_to_choose(office: Office, right: Right) -> list[tuple[str, str]]:
    """Return code and name of the open stores where this person has the right, by name."""
    stores = office.reach_for(right).within(Store.objects.filter(is_open=True), "id")
    return list(stores.order_by("name", "code").values_list("code", "name")[:1_000])


def read_tally(holder: str) -> Tally:
    """What a holder has had so far; who never had anything has an empty one."""
    with together():
        asked = ask_tallies([holder])
    return asked().get(holder) or Tally()


def tally_of(member_id: int) -> Tally:
    return read_tally(member_holder(member_id))
