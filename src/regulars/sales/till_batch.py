"""What a batch of sales is about, looked up for all of it at once: the program's book, the stores, the members."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from regulars.cards.anonymous import AnonymousCard
from regulars.core.checkout import check_sale, check_time
from regulars.core.compiled import Compiled
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale, Tender
from regulars.members.find import Found, find_members
from regulars.platform.rows import plan_by_index, together
from regulars.programs.book import Book, ask_book
from regulars.sales.anonymous_cards import check_card, guest_of, meet_cards
from regulars.sales.refusals import (
    CardInactive,
    CardNotActivated,
    MemberBlocked,
    MemberNotFound,
    StoreNotFound,
    WrongStore,
)
from regulars.stores.find import StoreFacts, ask_stores


class Checked(msgspec.Struct, frozen=True, gc=False):
    """A sale at a store that is known, with its place in the batch; `refusal` says what is wrong with it, if
    anything.
    """

    place: int
    sale: NewSale
    store: StoreFacts
    program: Compiled
    member: Found | None = None
    card: AnonymousCard | None = None
    tenders: tuple[Tender, ...] = ()
    refusal: Refusal | None = None

    @property
    def earner(self) -> int | None:
        """The member who earns: guests' sales are kept, and earn from the day they join. The guest of a card that is
        not activated yet earns for the card.
        """
        if self.member is None or not (self.card or earns(self.member, self.program)):
            return None
        return self.member.member_id


def check_batch(
    batch: Sequence[NewSale], *, at: datetime, is_history: bool, draft: Compiled | None = None
) -> tuple[Book, list[Checked], dict[int, Refusal]]:
    """Check every sale of a batch by itself, with four statements, and one more where cards are not activated yet.

    Returns the book, the sales at known stores (sound or not: one that is refused today may be a receipt of yesterday),
    and by place the refusals StoreNotFound and WrongStore. The others refuse what `check_sale` and `check_time` refuse,
    MemberNotFound, MemberBlocked, CardInactive, CardNotActivated. `is_history` lets any past time in; a `draft` decides
    instead of the version that was live when each sale happened.
    """
    with together():
        plan_by_index()
        asked_book, asked_stores = ask_book(), ask_stores({sale.store for sale in batch})
    book, stores = asked_book(), asked_stores()
    named = [(place, sale.member) for place, sale in enumerate(batch) if sale.member is not None]
    found = find_members([handle for _, handle in named], country=book.program.country, at=at)
    members = {place: member for (place, _), member in zip(named, found, strict=True)}
    cards = meet_cards([(place, batch[place], member) for place, member in members.items()])
    members |= {place: guest_of(card, members[place]) for place, card in cards.items()}
    now = draft or book.compiled_at(at)
    seen: list[Checked] = []
    refused: dict[int, Refusal] = {}
    for place, sale in enumerate(batch):
        try:
            store = _check_store(sale, stores)
        except Refusal as refusal:
            refused[place] = refusal
            continue
        program = draft or book.compiled_at(sale.occurred_at)
        try:
            tenders = check_sale(sale, currency=program.currency, units=program.units)
            if not is_history:
                check_time(sale.occurred_at, at=at, policies=now.policies)
            card = cards.get(place)
            member = check_member(members[place], card) if place in members else None
            if card is not None:
                check_card(card, sale)
            seen.append(Checked(place, sale, store, program, member, card, tenders))
        except Refusal as refusal:
            seen.append(Checked(place, sale, store, program, members.get(place), None, (), refusal))
    return book, seen, refused


def _check_store(sale: NewSale, stores: dict[str, StoreFacts]) -> StoreFacts:
    if sale.only_store is not None and sale.store != sale.only_store:
        raise WrongStore(allowed=sale.only_store)
    store = stores.get(sale.store)
    if store is None:
        raise StoreNotFound(store=sale.store)
    return store


def check_member(member: Found | None, card: AnonymousCard | None = None) -> Found:
    """Return whoever buys, and may. Refuses: MemberNotFound, MemberBlocked, CardInactive, CardNotActivated (what is not
    a sale needs a member).
    """
    if member is None:
        raise MemberNotFound()
    if member.status == "blocked":
        raise MemberBlocked()
    if member.card_status == "stock" and card is None:
        raise CardNotActivated()
    if member.card_status not in (None, "active", "replaced", "stock"):
        raise CardInactive()
    return member


def earns(member: Found, program: Compiled) -> bool:
    """Tell whether this person earns: who has joined does, and who is locked where the program says so."""
    return member.is_joined and (member.status != "locked" or program.policies.locked_members_earn)


def cards_to_start(seen: Iterable[Checked]) -> list[int]:
    """Return the anonymous cards that sound sales of a batch are the first to use."""
    earners = [each.earner for each in seen if each.refusal is None and each.earner is not None]
    return sorted({-earner for earner in earners if earner < 0})
