"""Lists as people keep them: what is filtered and which columns, for oneself or for the whole team."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from regulars.audiences.models import View
from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.refusals import Refusal
from regulars.staff.models import Person

LONGEST_NAME = 64
LONGEST_QUERY = 8_000
MOST = 100


class InvalidView(Refusal):
    """A view has a name of 1 to 64 visible characters; there are at most 100 of a person, of a bounded length."""

    code = "invalid_view"


class ViewTaken(Refusal):
    """This person has a view of this name already."""

    code = "view_taken"

    def __init__(self, *, name: str) -> None:
        self.name = name


class UnknownView(Refusal):
    """This person has no such view."""

    code = "unknown_view"


def save_view(*, of: str, name: str, query: str, owner: Person, is_shared: bool, at: datetime, by: Actor) -> View:
    """Keep a view of a list. Refuses: InvalidView, ViewTaken."""
    name = " ".join(name.split())
    mine = View.objects.filter(list=of, owner=owner).count()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or len(query) > LONGEST_QUERY or mine >= MOST:
        raise InvalidView()
    try:
        with transaction.atomic():
            view = View.objects.create(list=of, name=name, query=query, owner=owner, is_shared=is_shared, created_at=at)
            facts = {"list": of, "shared": is_shared}
            record_event(action="view.saved", about="view", about_id=view.pk, facts=facts, at=at, by=by)
    except IntegrityError:
        raise ViewTaken(name=name) from None
    return view


@transaction.atomic
def remove_view(view_id: int, *, owner: Person, at: datetime, by: Actor) -> None:
    """Forget a view of one's own. Refuses: UnknownView."""
    if not View.objects.filter(pk=view_id, owner=owner).delete()[0]:
        raise UnknownView()
    record_event(action="view.removed", about="view", about_id=view_id, at=at, by=by)


def hand_over_views(*, owner: Person, to: Person) -> int:
    """Give what somebody shared to their successor, but where that person has one of the name; how many went."""
    held = set(View.objects.filter(owner=to).values_list("list", "name"))
    shared = View.objects.filter(owner=owner, is_shared=True).order_by("id")
    moved = [view.pk for view in shared if (view.list, view.name) not in held]
    return View.objects.filter(pk__in=moved).update(owner=to)


def list_views(name: str, *, owner: Person) -> list[View]:
    """Return the views of a list that this person sees: their own, and those that are shared."""
    seen = View.objects.filter(Q(owner=owner) | Q(is_shared=True), list=name)
    return [*seen.select_related("owner").order_by("name", "id")[: 2 * MOST]]
