"""Groups of the shop's members: tags, segments, a batch that was looked at, an export that is ready."""

from collections.abc import Sequence
from datetime import datetime

from regulars.audiences.auto_tags import create_auto_tag
from regulars.audiences.segments import save_segment
from regulars.audiences.tag_batches import check_tag_file
from regulars.audiences.tags import create_tag, retag_member
from regulars.audiences.views import save_view
from regulars.core.actor import SYSTEM
from regulars.core.audience import AllOf, AnyOf, Balance, Bought, LastBought, Not, Standing, Tagged, write_condition
from regulars.reports.exports.members import MEMBERS
from regulars.reports.exports.runs import ask_export, write_export
from regulars.staff.models import Person, Role
from regulars.staff.people import actor_for


def make_groups(members: Sequence[int], *, at: datetime) -> dict[str, int]:
    """Make them, and return the numbers of what pages are about."""
    tags = {
        name: create_tag(name, about=about, at=at, by=SYSTEM).pk
        for name, about in (("regular", "Comes every week"), ("press", "Writes about us"), ("prefers tea", ""))
    }
    for member in members[:3]:
        retag_member(member_id=member, put=["regular"], at=at, by=SYSTEM)
    retag_member(member_id=members[0], put=["prefers tea"], at=at, by=SYSTEM)
    spenders = AnyOf(of=(Bought(count="spend", at_least=5_000, within_days=60), Balance(unit="points", at_least=50)))
    segment = save_segment(
        name="Good customers",
        about="For the summer party",
        condition=AllOf(of=(Standing(any=("member",)), spenders, Not(of=Tagged(any=("press",))))),
        at=at,
        by=SYSTEM,
    )
    save_segment(name="Long gone", condition=LastBought(at_least_days=60), at=at, by=SYSTEM)
    create_auto_tag(segment="Good customers", tag="prefers tea", takes_off=True, at=at, by=SYSTEM)
    content = b"phone,put_on,take_off\n+12125551000,press,\n+12125559999,press,\n+12125551001,,regular\n"
    batch = check_tag_file(content, origin="party.csv", creates_tags=False, at=at, by=SYSTEM)
    owner = Person.objects.get(email=f"{Role.OWNER}@example.com")
    by = actor_for(owner)
    save_view(of="members", name="Regulars", query=REGULARS, owner=owner, is_shared=True, at=at, by=by)
    asked = {"condition": write_condition(Standing(any=("member",)))}
    columns = [("first_name", "First name"), ("phone", "Phone")]
    export = ask_export(MEMBERS.name, title="Members", asked=asked, columns=columns, form="xlsx", at=at, by=by)
    write_export(export, now=lambda: at)
    return {"tag": tags["regular"], "segment": segment, "tag_batch": batch, "export": export}


REGULARS = "c0-0-kind=tagged&c0-0-how=any&c0-0-names=regular&cols=card&cols=tags&cols=last_bought&cols=unit%3Apoints"
