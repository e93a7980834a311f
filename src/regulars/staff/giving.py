"""Nobody gives another what they do not hold themselves, nor decides over somebody who holds more."""

from collections.abc import Collection

from regulars.core.actor import Actor
from regulars.core.granting import Stores, lies_within
from regulars.core.refusals import Refusal
from regulars.staff.features import Right
from regulars.staff.models import Person
from regulars.staff.reach import reach_of
from regulars.staff.rights import rights_of


class MoreThanYouHold(Refusal):
    """Nobody gives rights or stores that they do not have themselves, or changes somebody who has more."""

    code = "more_than_you_hold"

    def __init__(self, *, rights: Collection[Right] = (), stores: int = 0) -> None:
        self.rights = sorted(right.value for right in rights)
        self.stores = stores


def giver_of(by: Actor) -> Person | None:
    """The person who gives, as they are now; None where the system itself does, which holds everything."""
    return Person.objects.get(pk=by.id) if by.kind == "staff" and by.id is not None else None


def check_rights(by: Actor, rights: Collection[Right]) -> None:
    """Refuses: MoreThanYouHold."""
    giver = giver_of(by)
    if giver is not None and (missing := set(rights) - rights_of(giver)):
        raise MoreThanYouHold(rights=missing)


def check_stores(by: Actor, stores: Stores, *, right: Right | None = None) -> None:
    """Refuses: MoreThanYouHold."""
    giver = giver_of(by)
    if giver is None:
        return
    reach = reach_of(giver, right)
    held = None if reach.everything else reach.stores
    if not lies_within(stores, held):
        raise MoreThanYouHold(stores=len(stores - held) if stores is not None and held is not None else 1)


def check_over(by: Actor, person: Person) -> None:
    """Let somebody decide over a person who holds no more than they do. Refuses: MoreThanYouHold."""
    if by.kind == "staff" and by.id != person.pk:
        check_rights(by, _rights_when_active(person))
        reach = reach_of(person)
        check_stores(by, None if reach.everything else reach.stores)


def _rights_when_active(person: Person) -> frozenset[Right]:
    """What they hold or, while they are locked or gone, would hold again."""
    shadow = Person(pk=person.pk, role=person.role, is_superuser=person.is_superuser, all_stores=person.all_stores)
    return rights_of(shadow)
