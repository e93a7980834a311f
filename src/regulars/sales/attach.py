"""A receipt without a member is claimed later: it earns by the program of its own time, on what is left of it."""

from datetime import datetime, timedelta

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.identifiers import MemberHandle
from regulars.core.settling import settle
from regulars.ledger.journal import Journal
from regulars.ledger.lock import lock_wallets
from regulars.members.find import Found, find_member
from regulars.platform.rows import encode_rows, run, together
from regulars.programs.book import Book, load_book
from regulars.sales.answers import NOTHING, Earned, Recorded
from regulars.sales.bring import Bringing
from regulars.sales.decide import balances_of, earn, parts_of, store_side, sum_up
from regulars.sales.member_states import MemberStates, ask_own, ask_shared
from regulars.sales.refusals import AttachedAlready, AttachTooLate, SaleNotFound, WrongStore
from regulars.sales.settle import stamp_units
from regulars.sales.sold import Sold, load_sold, members_of
from regulars.sales.till_batch import check_member, earns
from regulars.stores.find import find_stores

ATTACH = """
UPDATE sales_sale sale SET member_id = %(member)s, version_id = r.version_id, facts = r.facts, brought = r.brought
FROM json_to_recordset(%(rows)s::json) AS r(version_id bigint, facts jsonb, brought jsonb) WHERE sale.id = %(sale)s
"""


@transaction.atomic
def attach_sale(
    *, sale_id: int, member: MemberHandle, at: datetime, by: Actor, only_store: str | None = None
) -> Recorded:
    """Give an anonymous sale to a member, within `attach_days` of it; attaching it to the same member again
    changes nothing.

    Refuses SaleNotFound, WrongStore, MemberNotFound, MemberBlocked, CardInactive, AttachedAlready, AttachTooLate.
    """
    book = load_book()
    found = check_member(find_member(member, country=book.program.country, at=at))
    seen = load_sold([sale_id]).get(sale_id)
    if seen is None:
        raise SaleNotFound(sale_id=str(sale_id))
    program = book.compiled_at(seen.occurred_at)
    with together():
        asked_shared = ask_shared([(program, seen.scopes)], lock=True)
    whole = stamp_units([(program, found.member_id)], book)
    wallets = lock_wallets([found.member_id], units=book.units, at=at, whole_units=whole)
    members_of([sale_id], lock=True)
    sold = load_sold([sale_id])[sale_id]
    if only_store is not None and sold.store != only_store:
        raise WrongStore(allowed=only_store)
    journal = Journal(at=at, sides=book.sides, zone=book.zone)
    balances = balances_of(found.member_id, wallets=wallets, book=book, journal=journal)
    if sold.member_id == found.member_id:
        return Recorded(id=sale_id, member_id=found.member_id, replayed=True, balances=balances)
    if sold.member_id is not None:
        raise AttachedAlready(member_id=str(sold.member_id))
    until = sold.occurred_at + timedelta(days=book.compiled_at(at).policies.attach_days)
    if at >= until:
        raise AttachTooLate(until=until)
    with together():
        asked_own = ask_own([(program, found.member_id)], at=at)
    states = MemberStates(shared=asked_shared(), own=asked_own(), wallets=wallets)
    bringing = Bringing(at=at, book=book, wallets=wallets, journal=journal)
    recorded = _attach(sold, found, book=book, states=states, bringing=bringing, by=by)
    facts = {"occurred_at": sold.occurred_at}
    record_event(
        action="sale.attached",
        about="sale",
        about_id=sale_id,
        member_id=found.member_id,
        store_id=sold.store_id,
        facts=facts,
        at=at,
        by=by,
    )
    return recorded


def _attach(sold: Sold, found: Found, *, book: Book, states: MemberStates, bringing: Bringing, by: Actor) -> Recorded:
    """Let what is left of a sale earn, and keep by which version and facts it did; a guest's earns nothing."""
    program, journal, member_id = book.compiled_at(sold.occurred_at), bringing.journal, found.member_id
    earned: tuple[Earned, ...] = ()
    brought, version_id, facts = NOTHING, None, sold.facts
    if earns(found, program):
        purchase = sold.purchase_left(program, refunded_minor=sold.refunded_minor)
        earning = settle(
            program,
            purchase,
            states.find(member_id, found.joined_at, units=book.units),
            shared=states.shared(program, sold.scopes),
            store=store_side(find_stores([sold.store])[sold.store], sold.occurred_at, program),
            versions=book.version,
        )
        states.note(program, member_id, sold.scopes)
        parts = parts_of(earning.awards, program, purchase)
        earn(
            parts,
            program=program,
            occurred_at=sold.occurred_at,
            about=f"sale/{sold.id}",
            member_id=member_id,
            by=by,
            wallets=bringing.wallets,
            journal=journal,
        )
        brought = bringing.take(
            earning,
            program=program,
            member_id=member_id,
            about=f"sale/{sold.id}",
            occurred_at=sold.occurred_at,
            by=by,
        )
        earned, version_id, facts = sum_up(parts, program), program.version_id, earning.facts
    journal.write()
    states.write(bringing.moved, at=journal.at)
    bringing.write()
    row = {"version_id": version_id, "facts": facts, "brought": brought}
    run(ATTACH, {"sale": sold.id, "member": member_id, "rows": encode_rows([row])})
    balances = balances_of(member_id, wallets=bringing.wallets, book=book, journal=journal)
    return Recorded(id=sold.id, member_id=member_id, earned=earned, brought=brought, balances=balances)
