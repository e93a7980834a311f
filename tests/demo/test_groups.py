"""The demo's segments mean somebody, its automatic tag follows, and a second run changes nothing."""

from datetime import UTC, datetime

import pytest

from regulars.audiences.models import AutoTag, Segment, Tag, Worn
from regulars.core.sale import SaleLine
from regulars.demo.groups import SEGMENTS, TAGS, make_groups
from tests.shop import a_member, a_sale, a_shop, sell

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_groups_are_made_once_and_mean_somebody():
    a_shop()
    spender, other = a_member(), a_member()
    line = SaleLine("1", 1000, 250_000, "GROCERY", "National")
    sell(a_sale(250_000, member=spender, at=AT, lines=(line,)), at=AT)
    assert make_groups(at=AT) == 1
    assert list(Worn.objects.values_list("member_id", "tag__name")) == [(spender, "Big spender")]
    sizes = dict(Segment.objects.values_list("name", "size"))
    assert (sizes["Big spenders"], sizes["Never bought pastry"], sizes["Nearly silver"]) == (1, 2, 1)
    assert make_groups(at=AT) == 0
    assert (Tag.objects.count(), Segment.objects.count(), AutoTag.objects.count()) == (len(TAGS), len(SEGMENTS), 1)
    assert other
