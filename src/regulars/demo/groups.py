"""Groups of the grocer's members: a few segments to look at, and tags that follow them by themselves."""

from datetime import datetime

from regulars.audiences.auto_tags import create_auto_tag, sweep_auto_tag
from regulars.audiences.models import AutoTag, Segment, Tag
from regulars.audiences.segments import recount_segment, save_segment
from regulars.audiences.tags import create_tag
from regulars.core.actor import SYSTEM
from regulars.core.audience import AllOf, Bought, Condition, LastBought, Not, OnLevel, Standing

TAGS = {
    "Big spender": "Spent 2,000 USD or more in a year; put on and taken off by itself",
    "Ask how they are": "For the team at the counter",
    "Press": "Writes about us",
}
SEGMENTS: dict[str, tuple[str, Condition]] = {
    "Big spenders": (
        "2,000 USD or more in the last 365 days",
        AllOf(of=(Standing(any=("member",)), Bought(count="spend", at_least=200_000, within_days=365))),
    ),
    "Not seen for eight weeks": (
        "Regulars who have stopped coming",
        AllOf(of=(LastBought(at_least_days=56), Bought(at_least=10))),
    ),
    "Nearly silver": (
        "More than 300 USD in the last 90 days, and no level yet",
        AllOf(of=(Bought(count="spend", at_least=30_000, within_days=90), OnLevel(tier_set="status"))),
    ),
    "Never bought pastry": ("For a first visit to the bakery", Not(of=Bought(at_least=1, categories=("PASTRY",)))),
}


def make_groups(*, at: datetime) -> int:
    """Make the tags and segments that are not there yet, and put the automatic tag on; return how many wear it anew."""
    for name, about in TAGS.items():
        if not Tag.objects.filter(name=name).exists():
            create_tag(name, about=about, at=at, by=SYSTEM)
    for name, (about, condition) in SEGMENTS.items():
        if not Segment.objects.filter(name=name).exists():
            save_segment(name=name, about=about, condition=condition, at=at, by=SYSTEM)
    if not AutoTag.objects.exists():
        create_auto_tag(segment="Big spenders", tag="Big spender", takes_off=True, at=at, by=SYSTEM)
    for segment_id in Segment.objects.order_by("id").values_list("id", flat=True):
        recount_segment(segment_id, at=at)
    return sum(batch.changed for rule in AutoTag.objects.all() for batch in sweep_auto_tag(rule.pk, at=at))
