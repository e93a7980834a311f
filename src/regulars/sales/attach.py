"""A receipt without a member is claimed later: it earns by the rules of its own time, on what is left of it."""

from datetime import datetime, timedelta

from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.earning import applies, award
from regulars.core.expiry import expires_at
from regulars.core.identifiers import MemberHandle
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import lock_wallets
from regulars.ledger.models import Kind
from regulars.members.find import find_member
from regulars.platform.rows import run
from regulars.programs.book import load_book
from regulars.sales.answers import Recorded
from regulars.sales.decide import balances_of, sum_up
from regulars.sales.refusals import AttachedAlready, AttachTooLate, SaleNotFound, WrongStore
from regulars.sales.sold import load_sold, members_of
from regulars.sales.till_batch import check_member
from regulars.stores.find import find_stores

ATTACH = "UPDATE sales_sale SET member_id = %(member)s, rule_versions = %(versions)s::bigint[] WHERE id = %(sale)s"


@transaction.atomic
def attach_sale(
    *, sale_id: int, member: MemberHandle, at: datetime, by: Actor, only_store: str | None = None
) -> Recorded:
    """Give an anonymous sale to a member, within `attach_days` of it; attaching it to the same member again
    changes nothing.

    Refuses SaleNotFound, WrongStore, MemberNotFound, MemberBlocked, CardInactive, AttachedAlready, AttachTooLate.
    """
    book = load_book()
    found = check_member(find_member(member, country=book.program.country))
    wallets = lock_wallets([found.member_id], units=book.units, at=at)
    members_of([sale_id], lock=True)
    sold = load_sold([sale_id]).get(sale_id)
    if sold is None:
        raise SaleNotFound(sale_id=str(sale_id))
    if only_store is not None and sold.store != only_store:
        raise WrongStore(allowed=only_store)
    journal = Journal(at=at, sides=book.sides)
    balances = balances_of(found.member_id, wallets=wallets, book=book, journal=journal)
    if sold.member_id == found.member_id:
        return Recorded(id=sale_id, member_id=found.member_id, replayed=True, balances=balances)
    if sold.member_id is not None:
        raise AttachedAlready(member_id=str(sold.member_id))
    until = sold.occurred_at + timedelta(days=book.terms.attach_days)
    if at >= until:
        raise AttachTooLate(until=until)

    tags = find_stores([sold.store])[sold.store].tags
    purchase = sold.purchase_left(refunded_minor=sold.refunded_minor, store_tags=tags)
    in_force = book.in_force(sold.occurred_at) if found.is_joined else ()
    rules = [rule for rule in in_force if applies(rule.terms, purchase)]
    whys = [award(rule, purchase) for rule in rules]
    for rule, why in zip(rules, whys, strict=True):
        if why.awarded:
            journal.credit(
                wallets[found.member_id, rule.terms.unit],
                kind=Kind.EARN,
                amount=why.awarded,
                expires_at=expires_at(rule.terms.expiry, given_at=sold.occurred_at, zone=book.zone),
                note=Note(key=f"sale/{sale_id}/{rule.rule_id}", occurred_at=sold.occurred_at, why=why, by=by),
            )
    journal.write()
    versions = [rule.version_id for rule in rules]
    run(ATTACH, {"sale": sale_id, "member": found.member_id, "versions": versions})
    facts = {"occurred_at": sold.occurred_at}
    record_event(
        action="sale.attached", about="sale", about_id=sale_id, member_id=found.member_id, facts=facts, at=at, by=by
    )
    balances = balances_of(found.member_id, wallets=wallets, book=book, journal=journal)
    return Recorded(id=sale_id, member_id=found.member_id, earned=sum_up(whys, rules), balances=balances)
