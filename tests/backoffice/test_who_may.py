"""Who may do what for a customer: pages that others are turned away from, and posts that move nothing for them."""

import pytest

from regulars.core.actor import SYSTEM
from regulars.core.program.rewards import Price, Reward
from regulars.core.program.stamp_cards import StampCard
from regulars.core.program.tier_sets import Level, Metric, TierSet
from regulars.ledger.models import Entry
from regulars.points.claim import claim_reward
from regulars.points.models import Poster
from regulars.points.posters import hang_poster
from regulars.staff.models import Role
from tests.backoffice.conftest import NOW, YESTERDAY, sign_in
from tests.shop import a_member, a_program, a_sale, publish, sell

pytestmark = pytest.mark.django_db

EVERYBODY = {Role.OWNER, Role.MANAGER, Role.CASHIER}
MANAGERS = {Role.OWNER, Role.MANAGER}
PAGES = [
    ("/members/{member}/spend/", EVERYBODY),
    ("/members/{member}/rewards/{gift}/use/", EVERYBODY),
    ("/members/{member}/stamps/code/", EVERYBODY),
    ("/fulfilment/", EVERYBODY),
    ("/members/{member}/rewards/{gift}/remove/", MANAGERS),
    ("/members/{member}/rewards/{gift}/use/undo/", MANAGERS),
    ("/members/{member}/stamps/", MANAGERS),
    ("/members/{member}/stamps/preview/?card=tea&stamps=1", MANAGERS),
    ("/members/{member}/tier/", MANAGERS),
    ("/members/{member}/tier/preview/?level=silver&kind=pinned", MANAGERS),
    ("/members/{member}/dates/", MANAGERS),
    ("/stamp-codes/", MANAGERS),
    ("/stamp-codes/new/", MANAGERS),
    ("/stamp-codes/posters/new/", MANAGERS),
    ("/stamp-codes/posters/{poster}/", MANAGERS),
    ("/back-tests/", MANAGERS),
]
POSTS = [
    ("/members/{member}/rewards/{gift}/remove/", {"give_back": "yes", "reason": "x"}),
    ("/members/{member}/stamps/", {"card": "tea", "stamps": "3", "reason": "x"}),
    ("/members/{member}/tier/", {"level": "silver", "kind": "pinned", "note": "x"}),
    ("/members/{member}/dates/", {"lots": "1", "until": "2199-01-01", "reason": "x", "sure": "1"}),
    ("/stamp-codes/new/", {"card": "tea", "count": "1", "stamps": "1", "batch": "x"}),
    ("/back-tests/", {"draft": "1", "period": "90"}),
]


@pytest.fixture
def places(shop) -> dict[str, int]:
    publish(
        a_program(
            stamp_cards=(StampCard(code="tea", name="Tea", size=5, final="cup"),),
            tier_sets=(
                TierSet(
                    code="status",
                    name="Status",
                    metric=Metric(of="spend"),
                    levels=(Level(code="silver", name="Silver", threshold=100_000),),
                ),
            ),
            rewards=(Reward(code="cup", name="Cup", price=Price(amount=10)),),
        ),
        at=YESTERDAY,
    )
    member = a_member(at=YESTERDAY)
    sell(a_sale(5000, member=member, at=YESTERDAY), at=YESTERDAY)
    gift = claim_reward(member_id=member, reward="cup", key="k", at=NOW, by=SYSTEM)
    hang_poster(store="330", card="tea", at=NOW, by=SYSTEM)
    return {"member": member, "gift": gift.issued.id, "poster": Poster.objects.get().pk}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize(("path", "roles"), PAGES, ids=[path for path, _ in PAGES])
def test_a_page_opens_to_the_roles_that_have_its_right(places, path, roles, role):
    answer = sign_in(role).get(path.format(**places))
    assert answer.status_code == (200 if role in roles else 403)


@pytest.mark.parametrize(("path", "form"), POSTS, ids=[path for path, _ in POSTS])
def test_what_is_posted_without_the_right_moves_nothing(places, cashier, path, form):
    entries = Entry.objects.count()
    key = {"key": "00000000-0000-4000-8000-000000000000"}
    assert cashier.post(path.format(**places), form | key).status_code == 403
    assert Entry.objects.count() == entries


def test_another_members_reward_is_not_handed_out(places, cashier):
    stranger = a_member(at=YESTERDAY)
    assert cashier.get(f"/members/{stranger}/rewards/{places['gift']}/use/").status_code == 404


def test_the_member_page_offers_only_what_the_role_may_do(places, cashier, manager):
    shown, offered = cashier.get(f"/members/{places['member']}/"), manager.get(f"/members/{places['member']}/")
    for path in ("/spend/", f"/rewards/{places['gift']}/use/"):
        assert path in shown.content.decode()
    for path in (f'/members/{places["member"]}/stamps/"', "/tier/", "/dates/", f"/rewards/{places['gift']}/remove/"):
        assert path not in shown.content.decode()
        assert path in offered.content.decode()
