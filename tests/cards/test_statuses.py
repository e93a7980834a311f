"""Cards are blocked, lost and replaced, each with a reason; a number that is over still finds its member."""

import pytest

from regulars.cards.issue import give_card
from regulars.cards.models import CardType, RankChange
from regulars.cards.ranks import RankIsLevel, UnknownRank, change_rank
from regulars.cards.replace import NothingToReplace, replace_card
from regulars.cards.types import Rank, UnknownCardType
from regulars.core.identifiers import MemberHandle
from regulars.core.refusals import Refusal
from regulars.members.cards import CardIsOver, UnknownCard, block_card, lose_card, unblock_card
from regulars.members.find import find_member
from regulars.members.identity import Duplicate
from regulars.members.models import Card
from regulars.members.status import ReasonNeeded
from regulars.sales.record import record_sales
from tests.cards.stock import CLERK, a_batch, a_card_type, a_sale_with
from tests.shop import NOON, a_member, a_shop, points_of, sell

pytestmark = pytest.mark.django_db

DONE = {"at": NOON, "by": CLERK}


@pytest.fixture(autouse=True)
def shop(db):
    a_shop()
    a_card_type(ranks=(Rank("white", "White"), Rank("gold", "Gold")))


def refusal_of(sale) -> str:
    [outcome] = record_sales([sale], at=NOON, is_history=True)
    return outcome.code if isinstance(outcome, Refusal) else ""


def replace(number: str, by_number: str, *, is_lost: bool = False) -> Card:
    return replace_card(number=number, by_number=by_number, is_lost=is_lost, reason="Worn out", **DONE)


@pytest.mark.parametrize(("stop", "status"), [(block_card, "blocked"), (lose_card, "lost")])
def test_a_card_is_refused_until_it_is_found_again_and_its_member_is_known_throughout(stop, status):
    ann = a_member(cards=("1", "2"))

    stop(number="1", reason="  On  the bus ", **DONE)

    card = Card.objects.get(number="1")
    assert (card.status, card.status_reason) == (status, "On the bus")
    assert [refusal_of(a_sale_with(number)) for number in ("1", "2")] == ["card_inactive", ""]
    assert find_member(MemberHandle(card="1"), country="US", at=NOON).member_id == ann
    unblock_card(number="1", reason="Found", **DONE)
    assert refusal_of(a_sale_with("1")) == ""


def test_a_reason_is_needed_and_nothing_changes_without():
    a_member(cards=("1",))

    with pytest.raises(ReasonNeeded):
        lose_card(number="1", reason=" ", **DONE)

    assert Card.objects.get(number="1").status == "active"


def test_an_unblocked_card_that_nobody_activated_is_in_stock_again():
    a_batch(cards=1)
    block_card(number="9000001", reason="Stolen parcel", **DONE)
    assert refusal_of(a_sale_with("9000001")) == "member_not_found"

    unblock_card(number="9000001", **DONE)

    assert Card.objects.get(number="9000001").status == "stock"
    assert refusal_of(a_sale_with("9000001")) == ""


def test_a_replaced_card_earns_for_its_member_and_pays_for_nothing():
    ann = a_member(cards=("1",), points=100)

    new = replace("1", "2")

    assert (new.member_id, new.status) == (ann, "active")
    old = Card.objects.get(number="1")
    assert (old.status, old.replaced_by_id, old.member_id) == ("replaced", new.pk, ann)
    assert [refusal_of(a_sale_with("1")), refusal_of(a_sale_with("1", points=50))] == ["", "card_inactive"]
    assert refusal_of(a_sale_with("2", points=50)) == ""
    assert points_of(ann) == 100 + 10 + 9 - 50


def test_a_lost_card_that_is_replaced_is_refused_and_never_comes_back():
    a_member(cards=("1",))

    replace("1", "2", is_lost=True)

    assert refusal_of(a_sale_with("1")) == "card_inactive"
    with pytest.raises(CardIsOver):
        unblock_card(number="1", **DONE)
    with pytest.raises(CardIsOver):
        replace("1", "3")


def test_an_unused_card_of_ours_replaces_a_members_card_and_keeps_its_kind():
    a_batch(cards=1)
    ann = a_member(cards=("1",))

    new = replace("1", "9000001")

    assert (new.member_id, new.status, new.type_code, new.dies_at) == (ann, "active", "paper", None)


def test_what_an_anonymous_card_earned_goes_on_under_the_new_number_which_is_to_be_activated():
    a_batch(cards=3)
    guest = sell(a_sale_with("9000001", 4000)).member_id

    new = replace("9000001", "9000002")

    assert (new.member_id, new.status) == (guest, "stock")
    assert sell(a_sale_with("9000002")).member_id == guest
    with pytest.raises(NothingToReplace):
        replace("9000003", "4")


@pytest.mark.parametrize("by_number", ["1", "7"])
def test_a_card_that_somebody_has_replaces_nothing(by_number):
    a_member(cards=("1",))
    a_member(cards=("7",))

    with pytest.raises(Duplicate):
        replace("1", by_number)

    assert Card.objects.get(number="1").status == "active"


def test_a_card_begins_with_the_first_rank_and_its_ranks_are_remembered():
    ann = a_member()
    card = give_card(member_id=ann, number="1", card_type="paper", **DONE)
    assert card.rank == "white"

    change_rank(number="1", rank="gold", reason="Spent a lot", **DONE)
    change_rank(number="1", rank="gold", reason="Again", **DONE)

    change = RankChange.objects.get()
    assert (change.before, change.after, change.reason, change.actor) == ("white", "gold", "Spent a lot", "staff:7")
    with pytest.raises(UnknownRank):
        change_rank(number="1", rank="black", reason="Why not", **DONE)
    with pytest.raises(UnknownCard):
        change_rank(number="2", rank="gold", reason="Why not", **DONE)
    CardType.objects.update(tier_set="club")
    with pytest.raises(RankIsLevel):
        change_rank(number="1", rank="white", reason="Why not", **DONE)


def test_a_kind_of_card_that_is_not_there_cannot_be_given():
    with pytest.raises(UnknownCardType):
        give_card(member_id=a_member(), number="1", card_type="gold", **DONE)
