"""A QR that hangs in a store stamps the card of whoever scans it, and then rests for that member."""

from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import connection, transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.claiming import RewardNotFound
from regulars.points.card_in_hand import CardNow, CardUnknown, open_card
from regulars.points.models import Poster
from regulars.points.self_stamping import Rest, fetch_stamps, rest_of
from regulars.points.stamp_codes import InvalidCodes
from regulars.programs.book import load_book
from regulars.rewards.use import PlaceUnknown, place_of
from regulars.stores.models import Store

RESTS_MINUTES = 24 * 60
"""A poster can be scanned from a photograph: a card without a cool-down of its own rests for a day."""


@transaction.atomic
def hang_poster(*, store: str, card: str, at: datetime, by: Actor, stamps: int = 1) -> str:
    """Make a poster and return the text of its QR, which `poster_text` gives again. Refuses: PlaceUnknown, CardUnknown,
    InvalidCodes.
    """
    if not 1 <= stamps <= 100:
        raise InvalidCodes(field="stamps")
    place = Store.objects.filter(code=store).first()
    if place is None:
        raise PlaceUnknown(store=store)
    if card not in load_book().compiled_at(at).cards:
        raise CardUnknown(card=card)
    poster = Poster.objects.create(store=place, card=card, stamps=stamps, hung_at=at)
    _record("poster.hung", poster, at=at, by=by)
    return poster_text(poster.pk)


@transaction.atomic
def take_poster_down(poster_id: int, *, at: datetime, by: Actor) -> None:
    """End a poster: its QR stamps no card any more. Refuses: RewardNotFound."""
    poster = Poster.objects.select_for_update().filter(pk=poster_id).first()
    if poster is None:
        raise RewardNotFound()
    if poster.taken_down_at is None:
        poster.taken_down_at = at
        poster.save(update_fields=["taken_down_at"])
        _record("poster.taken_down", poster, at=at, by=by)


def poster_text(poster_id: int) -> str:
    """Return what a poster's QR says: signed, so that nobody makes one, and good in this merchant's shop only."""
    return _signer().sign(str(poster_id))


@transaction.atomic
def scan_poster(*, text: str, member_id: int, at: datetime, by: Actor) -> CardNow:
    """Put a poster's stamps on a member's card, once in its cool-down.

    Refuses: RewardNotFound, UnknownMember, Blocked, and what `fetch_stamps` refuses.
    """
    poster = _read(text)
    book = load_book()
    if poster is None or poster.taken_down_at is not None or poster.card not in book.compiled_at(at).cards:
        raise RewardNotFound()
    hand = open_card(member_id=member_id, card=poster.card, book=book, at=at)
    done = fetch_stamps(
        hand,
        poster.stamps,
        source="qr",
        key=f"poster/{poster.pk}/{member_id}/{at:%Y%m%dT%H%M%S}",
        rest=rest_of(hand.card) if hand.card.cool_down_minutes else Rest(f"poster/{poster.card}", RESTS_MINUTES),
        place=place_of(poster.store.code),
        at=at,
        by=by,
    )
    record_event(
        action="poster.scanned",
        about="poster",
        about_id=poster.pk,
        member_id=member_id,
        facts={"card": poster.card, "stamps": done.put},
        at=at,
        by=by,
    )
    return done


def _read(text: str) -> Poster | None:
    try:
        number = _signer().unsign(text.strip())
    except BadSignature:
        return None
    return Poster.objects.select_related("store").filter(pk=int(number)).first()


def _signer() -> Signer:
    return Signer(salt=f"poster/{connection.schema_name}", sep=".")  # type: ignore[attr-defined]


def _record(action: str, poster: Poster, *, at: datetime, by: Actor) -> None:
    facts = {"card": poster.card, "store": poster.store.code, "stamps": poster.stamps}
    record_event(action=action, about="poster", about_id=poster.pk, facts=facts, at=at, by=by)
