"""Stamps that were put on a card take effect: a full card is paid for with its stamps, and its marks give rewards."""

from collections.abc import Collection, Iterable
from datetime import datetime

from regulars.core.actor import Actor
from regulars.core.compiled import Compiled
from regulars.core.lots import draw
from regulars.core.settling import Versions
from regulars.core.stamps import Mark, Stamped
from regulars.core.why import CardFilled
from regulars.ledger.journal import Journal, Note
from regulars.ledger.lock import Wallets
from regulars.ledger.models import Kind
from regulars.rewards.issue import NewReward, card_key
from regulars.rewards.models import Cause
from regulars.rewards.pay import pay_reward


def filled_key(member_id: int, card: str, number: int, *, about: str) -> str:
    """Return the natural key of the entry that pays for a member's full card; `about` names what filled it, since a
    card that was opened again may be filled again.
    """
    return f"card/{member_id}/{card}/{number}/{about}"


def fill_cards(
    stamped: Stamped,
    card: str,
    *,
    member_id: int,
    versions: Versions,
    wallets: Wallets,
    journal: Journal,
    about: str,
    occurred_at: datetime,
    by: Actor,
    paid: Collection[str] = (),
) -> list[NewReward]:
    """Spend the stamps of the cards that got full, oldest first; return the rewards that the marks bring.

    The stamps are in the wallet already, whose lots are loaded. `about` names what brought them (`sale/5`); `paid` are
    keys whose rewards were paid before: a card that is filled again pays nothing twice.
    """
    wallet = wallets[member_id, card]
    # Stamps that another till put a moment ago, by its clock or by its turn, are on the card although they begin later.
    at = max([occurred_at, journal.at, *(lot.available_at for lot in wallet.open_lots if lot.remaining)])
    for full in stamped.full:
        journal.debit(
            wallet,
            kind=Kind.REDEEM,
            draws=draw(wallet.open_lots, wanted=full.size, at=at),
            amount=full.size,
            note=Note(
                key=filled_key(member_id, card, full.number, about=about),
                occurred_at=at,
                why=CardFilled(card, full.number, full.size, full.version),
                by=by,
            ),
        )
    return [
        give_mark(
            mark, card, member_id=member_id, program=versions(mark.version), wallets=wallets, journal=journal, by=by
        )
        for mark in stamped.marks
        if card_key(member_id, card, number=mark.number, stamp=mark.stamp) not in paid
    ]


def give_mark(
    mark: Mark, card: str, *, member_id: int, program: Compiled, wallets: Wallets, journal: Journal, by: Actor
) -> NewReward:
    """Return the reward of a mark; one that is paid is credited at once."""
    reward = program.rewards[mark.reward]
    key = card_key(member_id, card, number=mark.number, stamp=mark.stamp)
    is_paid = pay_reward(
        reward,
        member_id=member_id,
        key=key,
        program=program,
        wallets=wallets,
        journal=journal,
        occurred_at=journal.at,
        by=by,
    )
    return NewReward(
        member_id=member_id, reward=reward, version=mark.version, key=key, cause=Cause.CARD, by=by, is_paid=is_paid
    )


def mark_keys(marks: Iterable[Mark], card: str, member_id: int) -> list[str]:
    """Return what brought the rewards of these marks."""
    return [card_key(member_id, card, number=mark.number, stamp=mark.stamp) for mark in marks]
