"""A card's rank is given by hand, with its history; where the kind of card says so, it is its member's level."""

from datetime import datetime

from django.db import transaction

from regulars.audit.record import record_event
from regulars.cards.models import CardType, RankChange
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.members.cards import lock_card
from regulars.members.models import Card
from regulars.members.status import check_reason


class UnknownRank(Refusal):
    """Cards of this kind have no such rank; `ranks` are those there are."""

    code = "card_rank_not_found"

    def __init__(self, *, ranks: list[str]) -> None:
        self.ranks = ranks


class RankIsLevel(Refusal):
    """The rank of these cards is their member's level: change the level."""

    code = "card_rank_is_level"

    def __init__(self, *, tier_set: str) -> None:
        self.tier_set = tier_set


@transaction.atomic
def change_rank(*, number: str, rank: str, reason: str, at: datetime, by: Actor) -> Card:
    """Give a card another rank of its kind.

    Refuses: UnknownCard, InvalidCard, UnknownRank, RankIsLevel, ReasonNeeded.
    """
    reason = check_reason(reason, needed=True)
    card = lock_card(number)
    card_type = CardType.objects.filter(code=card.type_code).first()
    if card_type is not None and card_type.tier_set:
        raise RankIsLevel(tier_set=card_type.tier_set)
    ranks = [str(each["code"]) for each in card_type.ranks] if card_type else []
    if rank not in ranks:
        raise UnknownRank(ranks=ranks)
    if card.rank != rank:
        change = RankChange.objects.create(card=card, before=card.rank, after=rank, reason=reason, at=at, actor=by.tag)
        card.rank = rank
        card.save(update_fields=["rank"])
        record_event(
            action="card.rank_changed",
            about="card",
            about_id=card.pk,
            member_id=card.member_id,
            facts={"before": change.before, "after": rank},
            at=at,
            by=by,
        )
    return card
